import { ChangeStream, type EventStream } from "./change-stream";
import type { FeedMessage, FeedState, TabMessage } from "./feed-protocol";

/** One tab, as the hub sees it. */
export interface TabPort {
  send(message: FeedMessage): void;
}

interface Channel {
  stream: ChangeStream;
  state: FeedState;
  tabs: Set<TabPort>;
}

/**
 * Shares one stream a workspace among all tabs of a browser.
 *
 * Over HTTP/1.1 a browser opens six connections to a server; a stream in every tab would block the seventh tab altogether.
 */
export class FeedHub {
  private readonly channels = new Map<string, Channel>();

  constructor(private readonly open: (url: string) => EventStream) {}

  receive(tab: TabPort, message: TabMessage): void {
    if (message.type === "leave") this.leave(tab);
    else this.join(tab, message.workspace, message.since);
  }

  private join(tab: TabPort, workspace: string, since: number): void {
    this.leave(tab);
    const channel = this.channels.get(workspace);
    if (channel === undefined) {
      this.openChannel(tab, workspace, since);
      return;
    }
    channel.tabs.add(tab);
    tab.send({ type: "state", state: channel.state });
    // The stream is past what this tab has seen, and does not go back for one tab.
    if (channel.stream.cursor > since) tab.send({ type: "reset", cursor: channel.stream.cursor });
  }

  private openChannel(tab: TabPort, workspace: string, since: number): void {
    const tabs = new Set([tab]);
    const emit = (message: FeedMessage) => {
      if (message.type === "state") channel.state = message.state;
      for (const each of tabs) each.send(message);
    };
    const channel: Channel = { stream: new ChangeStream(workspace, since, emit, this.open), state: "connecting", tabs };
    this.channels.set(workspace, channel);
    channel.stream.start();
  }

  private leave(tab: TabPort): void {
    for (const [workspace, channel] of this.channels) {
      if (!channel.tabs.delete(tab) || channel.tabs.size > 0) continue;
      channel.stream.stop();
      this.channels.delete(workspace);
    }
  }
}
