import { useEffect, useReducer, useRef } from "react";

/** Figures that change more often than this cannot be read, and each change lays its text out anew. */
const CALM_MS = 1000;

/**
 * `value` as it is shown to a reader: at once when it has rested or when `cause`, what the reader did, is another one; otherwise once a
 * second, and in the end always the latest.
 */
export function useCalm<T>(value: T, cause: unknown): T {
  const shown = useRef({ value, cause, at: Number.NEGATIVE_INFINITY });
  const [, look] = useReducer((count: number) => count + 1, 0);
  const now = performance.now();
  const before = shown.current;
  if (before.value !== value && (before.cause !== cause || now - before.at >= CALM_MS)) shown.current = { value, cause, at: now };
  useEffect(() => {
    const { value: current, at } = shown.current;
    if (current === value) return undefined;
    const timer = setTimeout(look, at + CALM_MS - performance.now());
    return () => clearTimeout(timer);
  });
  return shown.current.value;
}
