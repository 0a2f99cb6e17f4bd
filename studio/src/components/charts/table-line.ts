import { type MetricValue, numberOf } from "../../client/metric";
import { inOrder, type LineData } from "./line-data";

/** Two columns of a table against each other. Rows without a place along x, or with a text for y, are left out. */
export function columnsLine(xColumn: readonly MetricValue[], yColumn: readonly MetricValue[]): LineData {
  const pairs = xColumn.flatMap((value, index) => {
    const [x, y] = [numberOf(value), numberOf(yColumn[index] ?? null)];
    return x === null || !Number.isFinite(x) || y === null ? [] : [{ x, y }];
  });
  return inOrder(
    Float64Array.from(pairs, (pair) => pair.x),
    Float64Array.from(pairs, (pair) => pair.y),
  );
}

/** The columns of a table that hold numbers and nothing else. */
export function numericColumns(columns: Readonly<Record<string, readonly MetricValue[]>>): string[] {
  return Object.entries(columns)
    .filter(([, values]) => values.length > 0 && values.every((value) => value === null || numberOf(value) !== null) && values.some((value) => numberOf(value) !== null))
    .map(([name]) => name);
}
