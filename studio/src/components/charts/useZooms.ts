import { useCallback, useEffect, useRef, useState } from "react";
import type { Range } from "../../client/series-window";
import { joinList, splitList } from "../url-list";
import { Written } from "../written";
import { parseZooms, zoomTexts } from "./zoom-text";

/** A zoom that goes on is written to the address once it rests. */
const REST_MS = 250;

/** Which part of each chart is shown: at once on the page, and soon in the address. */
export function useZooms(text: string | undefined, write: (text: string | undefined) => void) {
  const [windows, setWindows] = useState(() => parseZooms(splitList(text ?? "")));
  const written = useRef(new Written(text));
  const latest = useRef(write);
  latest.current = write;
  useEffect(() => {
    // Back, forward, or a link.
    if (!written.current.came(text)) setWindows(parseZooms(splitList(text ?? "")));
  }, [text]);
  useEffect(() => {
    const next = joinList(zoomTexts(windows)) || undefined;
    if (next === written.current.last) return undefined;
    const timer = setTimeout(() => {
      written.current.last = next;
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
