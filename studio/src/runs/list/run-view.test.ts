import { describe, expect, test } from "vitest";
import { parseSearch, stringifySearch } from "../../client/search-text";
import { type Column, columnToken, fieldOf, parseColumn } from "./column";
import { decodeRunView, DEFAULT_VIEW, encodeRunView, isFiltered, queryOf, type RunView } from "./run-view";
import { joinList, splitList } from "../../components/url-list";

const NASTY = ["a", "", ",", "\\", "a,b\\c", "=", "ä ✓", "m:x@y", "&?#%", "\\,"];

test("a list of any texts comes back", () => {
  for (let length = 1; length <= NASTY.length; length += 1) {
    const texts = NASTY.slice(0, length);
    if (joinList(texts) !== "") expect(splitList(joinList(texts))).toEqual(texts);
  }
  expect(splitList("")).toEqual([]);
});

const COLUMNS: Column[] = [
  { kind: "plain", key: "status" },
  { kind: "metric", key: "val/acc", aggregate: "max" },
  { kind: "metric", key: "a@b,c", aggregate: "last" },
  { kind: "rollUp", key: "loss", aggregate: "min", over: "mean" },
  { kind: "metric", key: "loss", aggregate: "min_step" },
  { kind: "at", key: "a@b", other: "val/acc@1:x", best: "max" },
  { kind: "tag", key: "quality" },
  { kind: "property", key: "azureml.git.commit" },
  { kind: "argument", key: "lr" },
];

test.each(COLUMNS)("the column $kind $key comes back", (column) => {
  expect(parseColumn(columnToken(column))).toEqual(column);
});

test.each(["", "m:", "m:x", "m:x@median", "r:x@min", "m:x@min/mean", "m:@max", "t:", "nonsense", "z:x"])("%s is no column", (token) => {
  expect(parseColumn(token)).toBeNull();
});

test("a column names its field of the query language, for order and conditions", () => {
  expect(COLUMNS.map(fieldOf)).toEqual(["status", "metric.val/acc.max", 'metric."a@b,c".last', "rollup.loss.min.mean", "metric.loss.min_step", null, "tag.quality", "property.azureml.git.commit", "param.lr"]);
});

describe("the address of a view", () => {
  const views: RunView[] = [
    DEFAULT_VIEW,
    { ...DEFAULT_VIEW, query: 'status:failed tag.x = "a, b"', children: "all", sort: "-metric.loss.min" },
    { ...DEFAULT_VIEW, columns: COLUMNS, selected: ["r1", "r-2"], widths: { name: 300, "m:a@b,c@last": 90 }, pinned: 2 },
    { ...DEFAULT_VIEW, columns: [], group: ["param.lr", 'tag."a,b"'], density: "roomy", saved: "v1" },
  ];

  test.each(views.map((view) => [stringifySearch({ ...encodeRunView(view) }), view] as const))("%s comes back", (address, view) => {
    expect(decodeRunView(parseSearch(address))).toEqual(view);
  });

  test("is empty for the default", () => {
    expect(stringifySearch({ ...encodeRunView(DEFAULT_VIEW) })).toBe("");
  });

  test("leaves out what it does not understand", () => {
    expect(decodeRunView({ cols: "status,zzz", w: "status:x,:3,a", pin: "many", density: "huge" })).toMatchObject({ columns: [{ kind: "plain", key: "status" }], widths: {}, pinned: 0, density: "normal" });
  });

  test("keeps no selection that would make it too long", () => {
    expect(encodeRunView({ ...DEFAULT_VIEW, selected: Array.from({ length: 41 }, (_, n) => `run_${n}`) }).sel).toBeUndefined();
  });
});

test("a blank query is none", () => {
  expect(queryOf({ ...DEFAULT_VIEW, query: "  " }, { experiment: "digits" })).toMatchObject({ experiment: "digits", filter: null });
});

test("a view that leaves runs out is filtered", () => {
  expect(isFiltered(DEFAULT_VIEW)).toBe(false);
  expect(isFiltered({ ...DEFAULT_VIEW, query: "tag:a" })).toBe(true);
});
