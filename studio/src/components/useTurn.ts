import { useEffect, useState } from "react";

/** So many are let in a frame: a flick that passes a hundred charts draws no hundred charts. */
const TURNS_A_FRAME = 2;

const waiting: (() => void)[] = [];
let frame = 0;

function serve(): void {
  frame = 0;
  for (const turn of waiting.splice(0, TURNS_A_FRAME)) turn();
  if (waiting.length > 0) frame = requestAnimationFrame(serve);
}

/** False at first; true when it is this component's turn to do its heavy part. What has gone by then is passed over. */
export function useTurn(): boolean {
  const [granted, setGranted] = useState(false);
  useEffect(() => {
    const turn = () => setGranted(true);
    waiting.push(turn);
    if (frame === 0) frame = requestAnimationFrame(serve);
    return () => {
      const at = waiting.indexOf(turn);
      if (at >= 0) waiting.splice(at, 1);
    };
  }, []);
  return granted;
}
