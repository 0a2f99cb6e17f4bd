import { useCallback, useEffect, useRef, useState } from "react";
import type { Range } from "../../client/series-window";
import { joinList, splitList } from "../url-list";
import { parseZooms, zoomTexts } from "./zoom-text";

/** A zoom that goes on is written to the address once it rests. */
const REST_MS = 250;

/** Which part of each chart is shown: at once on the page, and soon in the address. */
export function useZooms(text: string | undefined, write: (text: string | undefined) => void) {
  const [windows, setWindows] = useState(() => parseZooms(splitList(text ?? "")));
  const written = useRef(text);
  const latest = useRef(write);
  latest.current = write;
  useEffect(() => {
    // Back, forward, or a link.
    if (text !== written.current) setWindows(parseZooms(splitList(text ?? "")));
    written.current = text;
  }, [text]);
  useEffect(() => {
    const next = joinList(zoomTexts(windows)) || undefined;
    if (next === written.current) return undefined;
    const timer = setTimeout(() => {
      written.current = next;
      latest.current(next);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [windows]);
  const setWindow = useCallback((name: string, window: Range | null) => {
    setWindows((before) => {
      const next = new Map(before);
      if (window === null) next.delete(name);
      else next.set(name, window);
      return next;
    });
  }, []);
  return { windowOf: (name: string) => windows.get(name) ?? null, setWindow };
}
