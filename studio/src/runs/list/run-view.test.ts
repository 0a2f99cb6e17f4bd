import { describe, expect, test } from "vitest";
import { parseSearch, stringifySearch } from "../../client/search-text";
import { type Column, columnToken, parseColumn } from "./column";
import { decodeRunView, encodeRunView, isFiltered, queryOf, type RunView } from "./run-view";
import { joinList, splitList } from "../../components/url-list";

const DEFAULT: RunView = { text: "", status: [], tags: [], target: null, columns: null, sort: "-created_at", children: false, selected: [] };

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
  { kind: "tag", key: "quality" },
  { kind: "property", key: "azureml.git.commit" },
  { kind: "argument", key: "lr" },
];

test.each(COLUMNS)("the column $kind $key comes back", (column) => {
  expect(parseColumn(columnToken(column))).toEqual(column);
});

test.each(["", "m:", "m:x", "m:x@mean", "m:@max", "t:", "nonsense", "z:x"])("%s is no column", (token) => {
  expect(parseColumn(token)).toBeNull();
});

describe("the address of a view", () => {
  const views: RunView[] = [
    DEFAULT,
    { ...DEFAULT, text: "warm up", status: ["Failed", "Running"], children: true, sort: "duration" },
    { ...DEFAULT, tags: [["quality", "great, run=1"], ["a=b", null], ["x", ""]], target: "gpu,1" },
    { ...DEFAULT, columns: COLUMNS, selected: ["r1", "r-2"] },
    { ...DEFAULT, columns: [] },
  ];

  test.each(views.map((view) => [stringifySearch({ ...encodeRunView(view) }), view] as const))("%s comes back", (address, view) => {
    expect(decodeRunView(parseSearch(address))).toEqual(view);
  });

  test("is empty for the default", () => {
    expect(stringifySearch({ ...encodeRunView(DEFAULT) })).toBe("");
  });

  test("leaves out what it does not understand", () => {
    expect(decodeRunView({ status: "Failed,Exploded", cols: "status,zzz" })).toMatchObject({ status: ["Failed"], columns: [{ kind: "plain", key: "status" }] });
  });
});

test("the question asks for each metric once", () => {
  const columns: Column[] = [
    { kind: "metric", key: "loss", aggregate: "min" },
    { kind: "metric", key: "loss", aggregate: "last" },
  ];
  expect(queryOf({ ...DEFAULT, text: "  " }, columns, "digits")).toMatchObject({ metrics: ["loss"], experiment: "digits", text: null });
});

test("a view that leaves runs out is filtered", () => {
  expect(isFiltered(DEFAULT)).toBe(false);
  expect(isFiltered({ ...DEFAULT, tags: [["a", null]] })).toBe(true);
});
