import { api, fetchBytes, isRecord, type Schemas, unwrap } from "./api";
import { encodePath, runUrl } from "./artifact";

/** Lines of a text file, counted from 0. */
export type LinePage = Schemas["LinePage"];

/** A line that matches: its number, counted from 0, and its text. */
export interface LineHit {
  line: number;
  text: string;
}

/** Some hits of a search, in order. `nextLine` is where to go on, null at the end of the file; `total` is how many lines that then had. */
export interface LineHits {
  hits: LineHit[];
  nextLine: number | null;
  total: number;
}

/** What to look for in a file. */
export interface LineQuery {
  text: string;
  regex: boolean;
  matchCase: boolean;
}

/** A text file of a run, read by its lines. */
export interface TextSource {
  /** Reads `count` lines from line `start` on; a negative start counts from the end. */
  read: (start: number, count: number, signal: AbortSignal) => Promise<LinePage>;
  /** Finds at most `limit` lines from line `start` on, and tells those found so far as they come. */
  find: (query: LineQuery, start: number, limit: number, signal: AbortSignal, onHits: (hits: LineHit[]) => void) => Promise<LineHits>;
}

export function artifactText(workspace: string, runId: string, path: string): TextSource {
  const place = { workspace, run_id: runId, path };
  return {
    read: (start, count, signal) =>
      unwrap(api.GET("/api/v1/workspaces/{workspace}/runs/{run_id}/artifact-lines/{path}", { params: { path: place, query: { start, count } }, signal })),
    find: async ({ text, regex, matchCase }, start, limit, signal, onHits) => {
      const query = new URLSearchParams({ text, regex: String(regex), ignore_case: String(!matchCase), start: String(start), limit: String(limit) });
      const response = await fetchBytes(`${runUrl(workspace, runId)}/artifact-search/${encodePath(path)}?${query}`, { signal });
      return readHits(response, onHits);
    },
  };
}

/** Reads hits as the server sends them: a JSON object a line, the last one the end of the search. */
export async function readHits(response: Response, onHits: (hits: LineHit[]) => void): Promise<LineHits> {
  const hits: LineHit[] = [];
  let nextLine: number | null = null;
  let total = 0;
  let rest = "";
  const take = (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    const found = lines.flatMap((line) => {
      const value: unknown = JSON.parse(line);
      if (!isRecord(value)) return [];
      if (typeof value.next_line === "number") nextLine = value.next_line;
      if (typeof value.total === "number") total = value.total;
      return typeof value.line === "number" && typeof value.text === "string" ? [{ line: value.line, text: value.text }] : [];
    });
    if (found.length === 0) return;
    hits.push(...found);
    onHits(hits);
  };
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) take(part.value);
  take(rest === "" ? "" : "\n");
  return { hits, nextLine, total };
}
