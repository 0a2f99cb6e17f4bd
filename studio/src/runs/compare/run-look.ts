import { colourSlot, PALETTE_SIZE, shownColour } from "../../components/run-colour";
import { type ComparedRun, type RunField, valueOf } from "./run-value";

/** How a run is drawn, on every chart of the page. */
export interface RunLook {
  colour: string;
  dash: readonly number[];
}

const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2]];

/** The looks of runs: each its own colour, and where several have the same, other dashes; or the colour of a field's value. */
export function runLooks(runs: readonly ComparedRun[], field: RunField | null): Map<string, RunLook> {
  if (field !== null) return fieldLooks(runs, field);
  const taken = new Map<number | string, number>();
  return new Map(
    runs.map(({ run }) => {
      const slot = run.colour || colourSlot(run.id);
      const before = taken.get(slot) ?? 0;
      taken.set(slot, before + 1);
      return [run.id, { colour: shownColour(run), dash: DASHES[before % DASHES.length] ?? [] }];
    }),
  );
}

/** A few values have a colour each, in order; many numbers shade from one colour to another. */
function fieldLooks(runs: readonly ComparedRun[], field: RunField): Map<string, RunLook> {
  const values = runs.map((run) => valueOf(run, field));
  const known = [...new Set(values.filter((value) => value !== null))].sort((left, right) => String(left).localeCompare(String(right), undefined, { numeric: true }));
  const numbers = known.filter((value) => typeof value === "number").sort((left, right) => left - right);
  const shades = numbers.length === known.length && numbers.length > PALETTE_SIZE;
  return new Map(
    runs.map(({ run }, index): [string, RunLook] => {
      const value = values[index] ?? null;
      if (value === null) return [run.id, { colour: "var(--line-strong)", dash: [2, 2] }];
      if (shades && typeof value === "number") return [run.id, { colour: shade(numbers.indexOf(value) / (numbers.length - 1)), dash: [] }];
      const place = known.indexOf(value);
      return [run.id, { colour: `var(--run-${place % PALETTE_SIZE})`, dash: DASHES[Math.floor(place / PALETTE_SIZE) % DASHES.length] ?? [] }];
    }),
  );
}

function shade(share: number): string {
  return `color-mix(in oklab, var(--run-0) ${Math.round(share * 100)}%, var(--run-1))`;
}
