let start: (() => Worker) | null = null;

/** Says how the worker is started that draws charts. Where nobody says so, as in a notebook, the page draws them itself. */
export function drawInWorker(begin: () => Worker): void {
  start = begin;
}

/** Starts the worker that draws; null where there is none, or where a canvas cannot be handed over. */
export function startDrawing(): Worker | null {
  return start !== null && "transferControlToOffscreen" in HTMLCanvasElement.prototype ? start() : null;
}
