import { expect, test } from "vitest";
import { conditionOf, type FilterForm } from "./filter-condition";

const FORM: FilterForm = { field: "name", key: "", figure: "last", operator: "contains", value: "" };

test.each([
  [{ ...FORM, value: "50%" }, 'name ilike "%50\\\\%%"'],
  [{ ...FORM, field: "metric", key: "val loss", figure: "min", operator: "less", value: "0.2" }, 'metric."val loss".min < 0.2'],
  [{ ...FORM, field: "tag", key: "quality", operator: "equals", value: "great run" }, 'tag.quality = "great run"'],
  [{ ...FORM, field: "param", key: "lr", operator: "absent" }, "param.lr is null"],
  [{ ...FORM, field: "created", operator: "after", value: "-7d" }, "created > -7d"],
] as const)("%o is a condition", (form, condition) => {
  expect(conditionOf(form)).toBe(condition);
});

test("a form that lacks its key or value is no condition yet", () => {
  expect(conditionOf(FORM)).toBeNull();
  expect(conditionOf({ ...FORM, field: "tag", operator: "present" })).toBeNull();
});
