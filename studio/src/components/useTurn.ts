import { useEffect, useState } from "react";

/** So many are let in a frame: a flick that passes a hundred charts draws no hundred charts. */
const TURNS_A_FRAME = 2;
/** Nothing has scrolled for so long: the reader looks. */
const REST_MS = 160;

let lastScroll = Number.NEGATIVE_INFINITY;
let isFollowing = false;

function followScrolling(): void {
  if (isFollowing) return;
  isFollowing = true;
  document.addEventListener("scroll", () => (lastScroll = performance.now()), { capture: true, passive: true });
}

/** Lets those who wait in, a few a frame, once `delay` says that there is nothing to wait for. */
class Queue {
  private readonly waiting: (() => void)[] = [];
  private isRunning = false;

  constructor(private readonly delay: () => number) {}

  join(turn: () => void): () => void {
    this.waiting.push(turn);
    if (!this.isRunning) this.next();
    return () => {
      const at = this.waiting.indexOf(turn);
      if (at >= 0) this.waiting.splice(at, 1);
    };
  }

  private next(): void {
    this.isRunning = this.waiting.length > 0;
    if (!this.isRunning) return;
    const delay = this.delay();
    if (delay > 0) setTimeout(() => this.next(), delay);
    else requestAnimationFrame(() => this.serve());
  }

  private serve(): void {
    for (const turn of this.waiting.splice(0, TURNS_A_FRAME)) turn();
    this.next();
  }
}

const turns = new Queue(() => 0);
const rests = new Queue(() => lastScroll + REST_MS - performance.now());

/** False at first; true when it is this component's turn to do its heavy part. What has gone by then is passed over. */
export function useTurn(): boolean {
  return useQueue(turns);
}

/** False at first; true when the page has come to rest: for what nobody uses while it scrolls by. */
export function useRest(): boolean {
  useEffect(followScrolling, []);
  return useQueue(rests);
}

function useQueue(queue: Queue): boolean {
  const [granted, setGranted] = useState(false);
  useEffect(() => queue.join(() => setGranted(true)), [queue]);
  return granted;
}
