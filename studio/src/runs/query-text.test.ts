import { expect, test } from "vitest";
import { conditionsOf, keyedField, quotedValue, withCondition, withoutCondition } from "./query-text";

test.each([
  ["", []],
  ["status:failed tag:quality metric.loss.min<0.2 created>-2h", ["status:failed", "tag:quality", "metric.loss.min<0.2", "created>-2h"]],
  ['status = Failed and tag.quality = "great run"', ["status = Failed", 'tag.quality = "great run"']],
  ["status:running,queued warm up", ["status:running,queued", "warm", "up"]],
  ["not (a or b) and name like 'x%'", ["not (a or b)", "name like 'x%'"]],
  ["param.lr between 1 and 5 param.x is not null", ["param.lr between 1 and 5", "param.x is not null"]],
  ['metric."val loss".min < 1 exp in ("a b", c)', ['metric."val loss".min < 1', 'exp in ("a b", c)']],
  ["created > 2 hours ago by:ayse", ["created > 2 hours ago", "by:ayse"]],
  ["a or b and c", ["a or b and c"]],
  ['text "warm up" name:fox', ['text "warm up"', "name:fox"]],
])("%s has its conditions", (query, conditions) => {
  expect(conditionsOf(query)).toEqual(conditions);
});

test.each(['tag.a = "never closed', "status =", "(a", "a )", "= = =", "not", "metric.", ",,,", "or"])("%s is cut without hanging", (query) => {
  expect(conditionsOf(query).join("").length).toBeLessThanOrEqual(query.length);
});

test("a condition is added beside a choice, not inside of it", () => {
  expect(withCondition("", "tag:a")).toBe("tag:a");
  expect(withCondition("status:failed", "tag:a")).toBe("status:failed tag:a");
  expect(withCondition("a or b", "tag:a")).toBe("(a or b) tag:a");
});

test("a condition is taken out or replaced by its place", () => {
  expect(withoutCondition("a tag:b and c", 1)).toBe("a c");
  expect(withoutCondition("a tag:b and c", 1, "tag:d")).toBe("a tag:d c");
});

test("what the grammar would read otherwise goes in quotes", () => {
  expect(quotedValue("run-1")).toBe("run-1");
  expect(quotedValue("and")).toBe('"and"');
  expect(quotedValue('a "b" \\')).toBe('"a \\"b\\" \\\\"');
  expect(keyedField("metric", "loss.min", "max")).toBe('metric."loss.min".max');
  expect(keyedField("param", "model.lr")).toBe("param.model.lr");
  expect(keyedField("tag", "my key")).toBe('tag."my key"');
});
