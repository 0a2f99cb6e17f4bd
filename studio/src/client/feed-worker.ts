import { FeedHub, type TabPort } from "./feed-hub";
import type { TabMessage } from "./feed-protocol";

/** The global scope of a shared worker; the DOM library of TypeScript does not describe it. */
interface SharedWorkerScope {
  onconnect: ((event: MessageEvent) => void) | null;
}

declare const self: SharedWorkerScope;

const hub = new FeedHub((url) => new EventSource(url));

self.onconnect = (event) => {
  const port = event.ports[0];
  if (port === undefined) return;
  const tab: TabPort = { send: (message) => port.postMessage(message) };
  port.onmessage = (received: MessageEvent<TabMessage>) => hub.receive(tab, received.data);
};
