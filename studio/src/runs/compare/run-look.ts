import { colourSlot, PALETTE_SIZE, runColour } from "../../components/run-colour";
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
  const taken = new Map<number, number>();
  return new Map(
    runs.map(({ run }) => {
      const slot = colourSlot(run.id);
      const before = taken.get(slot) ?? 0;
      taken.set(slot, before + 1);
      return [run.id, { colour: runColour(run.id), dash: DASHES[before % DASHES.length] ?? [] }];
    }),
  );
}

/** Numbers shade from one colour to another, by their order of size; texts have a colour each. */
function fieldLooks(runs: readonly ComparedRun[], field: RunField): Map<string, RunLook> {
  const values = runs.map((run) => valueOf(run, field));
  const numbers = [...new Set(values.filter((value) => typeof value === "number"))].sort((left, right) => left - right);
  const texts = [...new Set(values.filter((value) => typeof value === "string"))].sort();
  return new Map(
    runs.map(({ run }, index): [string, RunLook] => {
      const value = values[index] ?? null;
      if (typeof value === "number") return [run.id, { colour: shade(numbers.length < 2 ? 0 : numbers.indexOf(value) / (numbers.length - 1)), dash: [] }];
      if (value === null) return [run.id, { colour: "var(--line-strong)", dash: [2, 2] }];
      const place = texts.indexOf(value);
      return [run.id, { colour: `var(--run-${place % PALETTE_SIZE})`, dash: DASHES[Math.floor(place / PALETTE_SIZE) % DASHES.length] ?? [] }];
    }),
  );
}

function shade(share: number): string {
  return `color-mix(in oklab, var(--run-0) ${Math.round(share * 100)}%, var(--run-1))`;
}
