import { type Change, type FeedMessage, parseChanges } from "./feed-protocol";

/** The part of `EventSource` that is used, so that tests bring their own. */
export interface EventStream {
  readonly readyState: number;
  onopen: ((event: Event) => void) | null;
  onerror: ((event: Event) => void) | null;
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
}

const CLOSED = 2;
/** Changes that arrive together are told together. */
const BATCH_MS = 100;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15_000;

/**
 * The one connection to the change feed of a workspace.
 *
 * Resumes after the newest change seen and tells each change once, whatever the browser or the server repeats.
 */
export class ChangeStream {
  private stream: EventStream | null = null;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private batchTimer: ReturnType<typeof setTimeout> | undefined;
  private batch: Change[] = [];
  private retryMs = FIRST_RETRY_MS;

  /** @param cursor the newest change already known; the stream goes on after it. */
  constructor(
    private readonly workspace: string,
    public cursor: number,
    private readonly emit: (message: FeedMessage) => void,
    private readonly open: (url: string) => EventStream,
  ) {}

  start(): void {
    this.emit({ type: "state", state: "connecting" });
    this.connect();
  }

  stop(): void {
    clearTimeout(this.retryTimer);
    clearTimeout(this.batchTimer);
    this.batch = [];
    this.stream?.close();
    this.stream = null;
  }

  private connect(): void {
    const stream = this.open(`/api/v1/workspaces/${encodeURIComponent(this.workspace)}/changes/stream?since=${this.cursor}&short=true`);
    this.stream = stream;
    stream.onopen = () => {
      this.retryMs = FIRST_RETRY_MS;
      this.emit({ type: "state", state: "live" });
    };
    stream.onerror = () => this.onLost(stream);
    stream.addEventListener("changes", (event) => this.onChanges(event));
    stream.addEventListener("reset", (event) => this.onReset(event));
  }

  /** The browser retries a broken connection by itself, but gives up for good when the server answers with an error. */
  private onLost(stream: EventStream): void {
    this.emit({ type: "state", state: "lost" });
    if (stream.readyState !== CLOSED) return;
    stream.close();
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => this.connect(), this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
  }

  private onChanges(event: MessageEvent<string>): void {
    const cursor = Number(event.lastEventId);
    if (!(cursor > this.cursor)) return;
    this.cursor = cursor;
    this.batch.push(...parseChanges(cursor, event.data));
    this.batchTimer ??= setTimeout(() => this.flush(), BATCH_MS);
  }

  private onReset(event: MessageEvent<string>): void {
    const cursor = Number(event.lastEventId);
    if (Number.isFinite(cursor) && event.lastEventId !== "") this.cursor = cursor;
    this.batch = [];
    this.emit({ type: "reset", cursor: this.cursor });
  }

  private flush(): void {
    this.batchTimer = undefined;
    const changes = this.batch;
    this.batch = [];
    if (changes.length > 0) this.emit({ type: "changes", changes });
  }
}
