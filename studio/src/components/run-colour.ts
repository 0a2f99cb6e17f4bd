/** Slots of the palette `--run-0` … `--run-7` in tokens.css. */
export const PALETTE_SIZE = 8;

/** The palette slot of a run: a property of its id, so that a run has one colour on every page, for every user, after every reload. */
export function colourSlot(runId: string): number {
  // FNV-1a: short, stable over engines, and spreads ids that differ only at the end.
  let hash = 0x811c9dc5;
  for (let index = 0; index < runId.length; index += 1) {
    hash ^= runId.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  // The low bits of FNV are weak; fold the high ones in.
  return ((hash >>> 16) ^ (hash & 0xffff)) % PALETTE_SIZE;
}

/** The CSS value of a run's colour. */
export function runColour(runId: string): string {
  return `var(--run-${colourSlot(runId)})`;
}

/** The colour that was chosen for a run, or else its own. */
export function shownColour(run: { id: string; colour?: string | null }): string {
  return run.colour || runColour(run.id);
}
