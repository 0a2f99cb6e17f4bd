import type { FetchSeries } from "./series-store";
import type { SeriesPoints, SeriesRequest } from "./series-frame";

/** A part of an axis, both ends included. */
export interface Range {
  low: number;
  high: number;
}

export interface WindowRequest {
  runIds: readonly string[];
  names: readonly string[];
  /** The axis on which the range counts. `time` counts from the run's entry in `origins`, or from 1970. */
  axis: "step" | "time";
  origins?: Readonly<Record<string, number>>;
  range: Range;
  maxPoints: number;
}

/** A zoom that goes on (a wheel that turns) asks once it rests this long; a single one asks at once. */
const REST_MS = 80;

/** The finer points of the part of a chart that is zoomed into. */
export class SeriesWindow {
  private request: WindowRequest | null = null;
  private found = new Map<string, SeriesPoints>();
  private foundRange: Range | null = null;
  private abort: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastAsked = Number.NEGATIVE_INFINITY;
  error: unknown = null;

  constructor(
    private readonly fetch: FetchSeries,
    private readonly onChange: () => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Shows `request`; null goes back to the whole. What was being read for another window is given up. */
  show(request: WindowRequest | null): void {
    this.abort?.abort();
    clearTimeout(this.timer);
    this.request = request;
    this.error = null;
    if (request === null) {
      this.found = new Map();
      this.foundRange = null;
      return;
    }
    const wait = this.lastAsked + REST_MS - this.now();
    this.lastAsked = this.now();
    if (wait <= 0) void this.load(request);
    else this.timer = setTimeout(() => void this.load(request), REST_MS);
  }

  retry(): void {
    this.show(this.request);
  }

  close(): void {
    this.abort?.abort();
    clearTimeout(this.timer);
  }

  /** The part that the finer points cover: until newer ones are here, that of the window before. */
  get range(): Range | null {
    return this.foundRange;
  }

  points(runId: string, name: string): SeriesPoints | undefined {
    return this.found.get(`${runId}\n${name}`);
  }

  private async load(request: WindowRequest): Promise<void> {
    const abort = new AbortController();
    this.abort = abort;
    const { runIds, names, axis, origins, range, maxPoints } = request;
    const query: SeriesRequest = { run_ids: [...runIds], names: [...names], axis, start: range.low, stop: range.high, max_points: maxPoints, sort: true };
    try {
      const found = await this.fetch(origins ? { ...query, origins: { ...origins } } : query, abort.signal);
      this.found = new Map(found.map((points) => [`${points.runId}\n${points.name}`, points]));
      this.foundRange = range;
    } catch (error) {
      if (abort.signal.aborted) return;
      this.error = error;
    }
    this.onChange();
  }
}
