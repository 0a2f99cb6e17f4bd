/** What draws in the next frame: one callback of the browser for all charts that grow together. */
const waiting = new Set<() => void>();

export function drawInNextFrame(draw: () => void): void {
  if (waiting.size === 0) requestAnimationFrame(drawAll);
  waiting.add(draw);
}

export function leaveNextFrame(draw: () => void): void {
  waiting.delete(draw);
}

function drawAll(): void {
  const all = [...waiting];
  waiting.clear();
  for (const draw of all) draw();
}
