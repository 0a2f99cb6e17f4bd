import { fetchBytes, isRecord, type Schemas } from "./api";

export type SeriesRequest = Partial<Schemas["SeriesQuery"]> & Pick<Schemas["SeriesQuery"], "run_ids" | "names">;

/** Points of one series, in order of arrival: as columns, ready to be drawn. */
export interface SeriesPoints {
  runId: string;
  name: string;
  /** Points of the whole series on the server; more than are here when these are a selection that keeps the extremes. */
  count: number;
  /** The index where no step was given. */
  steps: Float64Array;
  /** Seconds since 1970, UTC. */
  times: Float64Array;
  /** NaN where NaN was logged, or what is no number. */
  values: Float64Array;
}

const FRAME = "application/vnd.runyard.series";
const MAGIC = 0x31535952; // "RYS1", little-endian
const HEADER_START = 8;

/** Asks for series in the binary form: nothing to parse but a short header. */
export async function fetchSeries(workspace: string, request: SeriesRequest, signal?: AbortSignal): Promise<SeriesPoints[]> {
  const response = await fetchBytes(`/api/v1/workspaces/${encodeURIComponent(workspace)}/metrics/series`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: FRAME },
    body: JSON.stringify(request),
    signal: signal ?? null,
  });
  return decodeFrame(await response.arrayBuffer());
}

/**
 * Reads a frame (`runyard.wire.series`). The columns are views into `data`; nothing is copied.
 *
 * @throws Error the bytes are no frame.
 */
export function decodeFrame(data: ArrayBuffer): SeriesPoints[] {
  const view = new DataView(data);
  if (data.byteLength < HEADER_START || view.getUint32(0, true) !== MAGIC) throw new Error("The server's answer is no frame of series.");
  const headerEnd = HEADER_START + view.getUint32(4, true);
  const header: unknown = JSON.parse(new TextDecoder().decode(new Uint8Array(data, HEADER_START, headerEnd - HEADER_START)));
  const entries: unknown[] = isRecord(header) && Array.isArray(header.series) ? header.series : [];
  let offset = headerEnd;
  const column = (length: number) => {
    const values = new Float64Array(data, offset, length);
    offset += 8 * length;
    return values;
  };
  return entries.map((entry) => {
    const { run_id, name, count, length } = isRecord(entry) ? entry : {};
    const size = Number(length);
    return { runId: String(run_id), name: String(name), count: Number(count), steps: column(size), times: column(size), values: column(size) };
  });
}

/** `points` with the newer `more` after them. */
export function joinedPoints(points: SeriesPoints, more: SeriesPoints): SeriesPoints {
  return {
    ...points,
    count: more.count,
    steps: joined(points.steps, more.steps),
    times: joined(points.times, more.times),
    values: joined(points.values, more.values),
  };
}

function joined(left: Float64Array, right: Float64Array): Float64Array {
  const both = new Float64Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}
