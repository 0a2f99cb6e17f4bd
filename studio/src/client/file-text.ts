import { queryOptions } from "@tanstack/react-query";
import { readRange } from "./artifact";

/** The text of a file, at most `maxBytes` of it; null when it is no text: a zero byte gives that away. */
export function fileTextQuery(url: string, revision: string, maxBytes?: number) {
  return queryOptions({
    queryKey: ["file", url, revision, maxBytes ?? null],
    queryFn: async ({ signal }) => {
      const { bytes } = await readRange(url, 0, maxBytes, signal);
      return bytes.includes(0) ? null : new TextDecoder().decode(bytes);
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}
