import { expect, test } from "vitest";
import { formulaLine, groupLines } from "./combined-lines";
import { type CompareState, decodeCompare, encodeCompare, movedPanel, replacesHistory } from "./compare-state";
import { diffRows } from "./diff-rows";
import { evaluate, ExpressionError, namesIn, parseExpression } from "./expression";
import { type ComparedRun, fieldText, parseField, valueOf } from "./run-value";

const values: Record<string, number> = { a: 2, "val/loss": 8, b: 3 };
const value = (text: string) => evaluate(parseExpression(text), (name) => (Object.hasOwn(values, name) ? (values[name] ?? Number.NaN) : Number.NaN));
const floats = (...all: number[]) => Float64Array.from(all);

test.each([
  ["1 + 2 * 3", 7],
  ["(1 + 2) * 3", 9],
  ["2 ^ 3 ^ 2", 512],
  ["-2 ^ 2", -4],
  ["2 - 3 - 4", -5],
  ["8 / 4 / 2", 1],
  ['log("val/loss") / log(2)', 3],
  ["min(a, b, 1e-3)", 0.001],
  ["max('val/loss', a) - abs(-b)", 5],
  ["sqrt(16) + exp(0) + log10(100) + .5", 7.5],
])("%s is %d", (text, expected) => {
  expect(value(text)).toBeCloseTo(expected, 12);
});

test.each([
  ["", 0, "value"],
  ["1 +", 3, "value"],
  ["(1", 2, "closing"],
  ["1 2", 2, "end"],
  ['"open', 0, "quote"],
  ["evil(1)", 0, "function"],
  ["log(1, 2)", 0, "arguments"],
  ["(".repeat(100), 60, "end"],
])("%j is refused at character %d", (text, at, expected) => {
  let found: unknown;
  try {
    parseExpression(text);
  } catch (error) {
    found = error;
  }
  expect(found).toBeInstanceOf(ExpressionError);
  expect(found).toMatchObject({ at, expected });
});

test("a formula names its metrics once each, and nothing else is reached", () => {
  expect(namesIn(parseExpression('"val/loss" / a + a'))).toEqual(["val/loss", "a"]);
  expect(value("constructor")).toBeNaN();
});

test("a formula over lines takes the last value before where steps differ", () => {
  const lines = new Map([
    ["a", { x: floats(0, 1, 2, 3), y: floats(10, 20, 30, 40) }],
    ["b", { x: floats(1, 3), y: floats(1, 2) }],
  ]);
  const line = formulaLine(parseExpression("a / b"), ["a", "b"], lines);
  expect([...line.x]).toEqual([0, 1, 2, 3]);
  expect([...line.y]).toEqual([Number.NaN, 20, 30, 20]);
});

test("runs of a group have their mean, their extremes and their deviation at every place", () => {
  const lines = [
    { x: floats(0, 10), y: floats(0, 10) },
    { x: floats(0, 5, 10), y: floats(2, 9, 12) },
  ];
  const range = groupLines(lines, "range");
  expect([...range.mean.x]).toEqual([0, 5, 10]);
  expect([...range.mean.y]).toEqual([1, 4.5, 11]);
  expect([...range.low.y]).toEqual([0, 0, 10]);
  expect([...range.high.y]).toEqual([2, 9, 12]);
  expect([...groupLines(lines, "deviation").high.y].map((y) => Math.round(y * 1000) / 1000)).toEqual([2, 9, 12]);
});

test("a run that ended early does not count beyond its end, and NaN never", () => {
  const { mean } = groupLines(
    [
      { x: floats(0, 1), y: floats(4, 4) },
      { x: floats(0, 1, 2), y: floats(2, Number.NaN, 6) },
    ],
    "range",
  );
  expect([...mean.y]).toEqual([3, 3, 6]);
});

test("a compare page comes back from its address", () => {
  const state: CompareState = {
    runs: ["r1", "r2,odd"],
    query: "status:failed",
    experiment: "e",
    panels: [
      { kind: "lines", fields: ['="val/loss", 1'], wide: true },
      { kind: "scatter", fields: ["p:lr", "m:acc,x@max"], wide: false },
    ],
    baseline: "r1",
    hidden: new Set(["r2,odd"]),
    colour: "p:lr",
    group: "t:team",
    band: "deviation",
    tab: "table",
    all: true,
    find: "/loss$/",
    brush: new Map([["p:lr", { low: 0.5, high: 1 }]]),
    step: 40,
  };
  expect(decodeCompare(encodeCompare(state))).toEqual(state);
  expect(encodeCompare(decodeCompare({}))).toEqual(Object.fromEntries(Object.keys(encodeCompare(decodeCompare({}))).map((key) => [key, undefined])));
  expect(decodeCompare({ charts: "nonsense,lines:,cake:x" }).panels).toEqual([]);
});

test("a chart is moved among the others and never lost", () => {
  const panels = ["a", "b", "c"].map((name) => ({ kind: "lines" as const, fields: [name], wide: false }));
  expect(movedPanel(panels, 0, 2).map((panel) => panel.fields[0])).toEqual(["b", "c", "a"]);
  expect(movedPanel(panels, 2, -5).map((panel) => panel.fields[0])).toEqual(["c", "a", "b"]);
});

function run(id: string, more: { lr?: string; tags?: Record<string, string | null>; acc?: number }): ComparedRun {
  const record = {
    id,
    display_name: id,
    experiment: "e",
    workspace: "w",
    number: 1,
    root_id: id,
    status: "Completed" as const,
    target: "local",
    child_count: 0,
    created_at: "2026-01-01T00:00:00Z",
    version: 1,
    tags: more.tags ?? {},
    properties: {},
    definition: { spec: { arguments: more.lr === undefined ? [] : ["--lr", more.lr] } },
  };
  const summary = { name: "acc", family: "series" as const, type: "azureml.v1.scalar" as const, count: 3, last: more.acc ?? null, min: 0, max: more.acc ?? null };
  return { run: record, metrics: new Map(more.acc === undefined ? [] : [["acc", summary]]) };
}

test("fields of runs are read, and written as they were", () => {
  const one = run("r", { lr: "1e-3", tags: { team: "a", flag: null }, acc: 0.5 });
  expect(["p:lr", "t:team", "t:flag", "m:acc@max", "m:acc", "status", "p:none"].map((text) => valueOf(one, parseField(text) ?? { kind: "fact", key: "script" }))).toEqual([0.001, "a", "✓", 0.5, 0.5, "Completed", null]);
  for (const text of ["p:lr", "m:a@b@max", "status"]) expect(fieldText(parseField(text) ?? { kind: "fact", key: "script" })).toBe(text);
  expect(parseField("p:")).toBeNull();
});

test("only what differs is shown, and by how much from the baseline", () => {
  const runs = [run("base", { lr: "0.1", acc: 0.5, tags: { team: "x" } }), run("other", { lr: "0.1", acc: 0.75, tags: { team: "x" } })];
  const rows = diffRows(runs, ["acc"], "last", "base", false, "");
  expect(rows.map((row) => row.name)).toEqual(["acc"]);
  expect(rows[0]?.cells).toEqual([
    { value: 0.5, delta: null, differs: false },
    { value: 0.75, delta: 0.5, differs: true },
  ]);
  expect(diffRows(runs, ["acc"], "last", "base", true, "").map((row) => row.name)).toContain("lr");
  expect(diffRows(runs, ["acc"], "last", "base", true, "/^TEAM$/").map((row) => row.name)).toEqual(["team"]);
});

test("only what changes while a hand moves or types replaces the address before it", () => {
  const before = { runs: "a,b", zoom: "lines:loss@1~2", charts: "lines:loss" };
  expect(replacesHistory(before, { ...before, zoom: undefined, find: "x", ema: "0.4", brush: "m:loss@last@1~2" })).toBe(true);
  expect(replacesHistory(before, { ...before, runs: "a" })).toBe(false);
  expect(replacesHistory(before, { ...before, charts: undefined })).toBe(false);
  expect(replacesHistory(before, { ...before, x: "time", zoom: undefined })).toBe(false);
});
