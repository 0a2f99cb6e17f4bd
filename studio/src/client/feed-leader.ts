import { FeedHub, type TabPort } from "./feed-hub";
import type { FeedMessage, TabMessage } from "./feed-protocol";
import type { EventStream } from "./change-stream";

/** What tabs say to each other. `lead`: the sender owns the stream from now on. */
export type BusMessage = { type: "lead" } | { type: "ask"; from: string; message: TabMessage } | { type: "tell"; to: string; message: FeedMessage };

/** The parts of `BroadcastChannel` and `LockManager` that are used, so that tests bring their own. */
export interface Bus {
  onmessage: ((event: MessageEvent<BusMessage>) => void) | null;
  postMessage(message: BusMessage): void;
}
export interface Locks {
  request(name: string, hold: () => Promise<void>): Promise<unknown>;
}

const LOCK = "runyard-feed";

/**
 * A tab's way to the stream where there is no shared worker: one of the tabs, the one that has the lock, owns the stream for all.
 *
 * The browser gives the lock to another tab when that one is closed; the new owner tells so, and every tab joins it with the newest change that
 * it has seen, so none is lost and none comes twice.
 */
export class FeedLeader {
  private hub: FeedHub | null = null;
  private joined: Extract<TabMessage, { type: "join" }> | null = null;
  private readonly ports = new Map<string, TabPort>();
  private readonly self: TabPort = { send: (message) => this.hear(message) };

  constructor(
    private readonly id: string,
    private readonly bus: Bus,
    locks: Locks,
    private readonly receive: (message: FeedMessage) => void,
    private readonly open: (url: string) => EventStream,
  ) {
    bus.onmessage = (event) => this.onBus(event.data);
    void locks.request(LOCK, () => this.lead());
  }

  post = (message: TabMessage): void => {
    this.joined = message.type === "join" ? message : null;
    this.ask(message);
  };

  private ask(message: TabMessage): void {
    if (this.hub) this.hub.receive(this.self, message);
    else this.bus.postMessage({ type: "ask", from: this.id, message });
  }

  /** Owns the stream for as long as the tab lives. */
  private lead(): Promise<void> {
    this.hub = new FeedHub(this.open);
    if (this.joined) this.ask(this.joined);
    this.bus.postMessage({ type: "lead" });
    return new Promise(() => undefined);
  }

  private onBus(message: BusMessage): void {
    if (message.type === "lead") {
      if (this.joined) this.ask(this.joined);
    } else if (message.type === "ask") {
      this.hub?.receive(this.portOf(message.from), message.message);
      if (message.message.type === "leave") this.ports.delete(message.from);
    } else if (message.to === this.id) {
      this.hear(message.message);
    }
  }

  private portOf(tab: string): TabPort {
    const known = this.ports.get(tab) ?? { send: (message: FeedMessage) => this.bus.postMessage({ type: "tell", to: tab, message }) };
    this.ports.set(tab, known);
    return known;
  }

  private hear(message: FeedMessage): void {
    if (this.joined) this.joined = { ...this.joined, since: newestOf(message) ?? this.joined.since };
    this.receive(message);
  }
}

function newestOf(message: FeedMessage): number | null {
  if (message.type === "reset") return message.cursor;
  return message.type === "changes" ? (message.changes.at(-1)?.cursor ?? null) : null;
}
