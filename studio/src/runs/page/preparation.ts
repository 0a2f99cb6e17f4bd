/** The parts of a run's preparation, in their order. */
export const PREPARATION_PARTS = ["upload", "queue", "environment", "start"] as const;
export type PreparationPart = (typeof PREPARATION_PARTS)[number];

const PREFIX = "runyard.time.";

/** How many seconds each part took until the script's first line could run; null while the script has not started. */
export function preparationTimes(properties: Readonly<Record<string, string>>): { parts: [PreparationPart, number][]; total: number } | null {
  if (properties[`${PREFIX}start_s`] === undefined) return null;
  const parts = PREPARATION_PARTS.flatMap((part): [PreparationPart, number][] => {
    const seconds = Number(properties[`${PREFIX}${part}_s`]);
    return Number.isFinite(seconds) ? [[part, seconds]] : [];
  });
  return { parts, total: parts.reduce((sum, [, seconds]) => sum + seconds, 0) };
}

/** True for a property that is shown as a time of the preparation. */
export function isPreparationProperty(name: string): boolean {
  return name.startsWith(PREFIX);
}
