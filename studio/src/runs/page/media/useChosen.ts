import { useState } from "react";

/** Which of `count` entries is shown: the latest, also when more come, until the reader goes to another. */
export function useChosen(count: number): [number, (index: number) => void] {
  const [chosen, setChosen] = useState<number | null>(null);
  const last = Math.max(0, count - 1);
  return [Math.min(chosen ?? last, last), (index) => setChosen(index >= last ? null : index)];
}
