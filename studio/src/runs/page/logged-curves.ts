import { isRecord } from "../../client/api";
import { inOrder, type LineData } from "../../components/charts/line-data";

/** One line of a logged chart; with `upper` the edges of a band. */
export interface Curve {
  label: string;
  line: LineData;
  upper?: LineData;
}

export interface CurveChart {
  kind: "roc" | "precisionRecall" | "residuals" | "predictions";
  curves: Curve[];
}

/** Reads what `log_accuracy_table`, `log_residuals` and `log_predictions` wrote; null when it is something else. */
export function parseCurves(text: string): CurveChart[] | null {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return null;
  }
  const data = isRecord(document) && isRecord(document.data) ? document.data : null;
  if (data === null || !isRecord(document)) return null;
  switch (document.schema_type) {
    case "accuracy_table":
      return accuracyCharts(data);
    case "residuals":
      return residualsChart(data);
    case "predictions":
      return predictionsChart(data);
    default:
      return null;
  }
}

/** Of each class, at each threshold: true positives, false positives, true negatives, false negatives. */
function accuracyCharts(data: Record<string, unknown>): CurveChart[] | null {
  if (!Array.isArray(data.probability_tables)) return null;
  const labels: unknown[] = Array.isArray(data.class_labels) ? data.class_labels : [];
  const tables = data.probability_tables.map((table: unknown) => (Array.isArray(table) ? table.map(numbers).filter((row) => row.length >= 4) : []));
  const curve = (index: number, place: (row: readonly number[]) => [number, number]): Curve => ({ label: String(labels[index] ?? index), line: lineOf((tables[index] ?? []).map(place)) });
  const share = (part: number, rest: number) => (part + rest === 0 ? Number.NaN : part / (part + rest));
  return [
    { kind: "roc", curves: tables.map((_, index) => curve(index, ([tp = 0, fp = 0, tn = 0, fn = 0]) => [share(fp, tn), share(tp, fn)])) },
    { kind: "precisionRecall", curves: tables.map((_, index) => curve(index, ([tp = 0, fp = 0, , fn = 0]) => [share(tp, fn), share(tp, fp)])) },
  ];
}

/** How many lie in each bin: a line in steps. */
function residualsChart(data: Record<string, unknown>): CurveChart[] | null {
  const [edges, counts] = [numbers(data.bin_edges), numbers(data.bin_counts)];
  if (counts.length === 0 || edges.length !== counts.length + 1) return null;
  const steps = counts.flatMap((count, index): [number, number][] => [
    [edges[index] ?? 0, count],
    [edges[index + 1] ?? 0, count],
  ]);
  return [{ kind: "residuals", curves: [{ label: "", line: { x: Float64Array.from(steps, (step) => step[0]), y: Float64Array.from(steps, (step) => step[1]) } }] }];
}

/** The mean prediction of each bin with its error, against the true value in the bin's middle. */
function predictionsChart(data: Record<string, unknown>): CurveChart[] | null {
  const [edges, averages, errors] = [numbers(data.bin_edges), numbers(data.bin_averages), numbers(data.bin_errors)];
  if (averages.length === 0) return null;
  const x = averages.map((_, index) => (edges.length > index + 1 ? ((edges[index] ?? 0) + (edges[index + 1] ?? 0)) / 2 : index));
  const at = (sign: number) => lineOf(averages.map((average, index) => [x[index] ?? index, average + sign * (errors[index] ?? 0)]));
  return [{ kind: "predictions", curves: [{ label: "±", line: at(-1), upper: at(1) }, { label: "", line: at(0) }] }];
}

function lineOf(places: readonly [number, number][]): LineData {
  const known = places.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  return inOrder(
    Float64Array.from(known, (place) => place[0]),
    Float64Array.from(known, (place) => place[1]),
  );
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.map(Number) : [];
}
