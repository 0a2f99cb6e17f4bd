import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { ScrollMap } from "./scroll-map";

/** The bar is brought to where the lines are when scrolling has rested for so long. */
const SETTLE_MS = 150;
/** Positions are whole device pixels, so they come back a little off. */
const ROUNDING_PX = 1;

export interface TextWindow {
  map: ScrollMap;
  first: number;
  end: number;
  /** Where the drawn lines begin inside the content, in pixels. */
  offset: number;
  onScroll: () => void;
  moveTo: (line: number, place: "top" | "middle" | "end") => void;
}

/** Windows the lines of a scrolling box. `onMoved` is told when the reader, not the program, has scrolled. */
export function useScrollMap(box: RefObject<HTMLElement | null>, lines: number, lineHeight: number, margin: number, onMoved?: () => void): TextWindow {
  const [map] = useState(() => new ScrollMap(lineHeight));
  const [, setTurn] = useState(0);
  const settling = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const height = useRef(0);
  const draw = useCallback(() => setTurn((turn) => turn + 1), []);
  map.resize(lines, height.current);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => {
      if (element.clientHeight === height.current) return;
      height.current = element.clientHeight;
      draw();
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, draw, lines === 0]);

  useEffect(() => () => clearTimeout(settling.current), []);

  const place = (scroll: number) => {
    if (box.current) box.current.scrollTop = scroll;
    draw();
  };
  const onScroll = () => {
    const element = box.current;
    if (!element || Math.abs(element.scrollTop - map.scroll) <= ROUNDING_PX) return;
    map.scrolled(element.scrollTop);
    draw();
    onMoved?.();
    clearTimeout(settling.current);
    if (map.isScaled) settling.current = setTimeout(() => place(map.settle()), SETTLE_MS);
  };
  const { first, end } = map.visible(margin);
  return { map, first, end, offset: map.offsetOf(first), onScroll, moveTo: (line, where) => place(map.moveTo(line, where)) };
}
