import { expect, test } from "vitest";
import { placeOf, pressed, SORT_KEYS_MAX, sortKeys, withoutKey } from "./sort-key";

test("an order is read field by field, and a comma in quotes belongs to its key", () => {
  expect(sortKeys("status, -metric.loss.min,param.lr")).toEqual(["status", "-metric.loss.min", "param.lr"]);
  expect(sortKeys('-tag."a,\\"b",created')).toEqual(['-tag."a,\\"b"', "created"]);
  expect(sortKeys("")).toEqual([]);
});

test("a head that is pressed orders by its column alone, downwards first", () => {
  expect(pressed("-created", "status", false)).toBe("-status");
  expect(pressed("-status,created", "status", false)).toBe("status");
});

test("a head that is pressed with Shift adds its column, and then turns it", () => {
  const two = pressed("status", "param.lr", true);
  expect(two).toBe("status,-param.lr");
  expect(pressed(two, "param.lr", true)).toBe("status,param.lr");
  expect(pressed(two, "status", true)).toBe("-status,-param.lr");
  expect(placeOf(two, "param.lr")).toEqual({ at: 1, isDown: true });
});

test("the number of fields is that which the server takes", () => {
  const full = Array.from({ length: SORT_KEYS_MAX }, (_, at) => `tag.t${at}`).join(",");
  expect(pressed(full, "status", true)).toBe(full);
});

test("a field is taken out, and the last one leaves nothing", () => {
  expect(withoutKey("status,-created", 0)).toBe("-created");
  expect(withoutKey("status", 0)).toBeNull();
});

test("a field beside one that begins alike, or is the same downwards, is another", () => {
  expect(placeOf("-metric.x.last", "metric.x.last")).toEqual({ at: 0, isDown: true });
  expect(placeOf('metric."-x".last', "metric.x.last")).toBeNull();
  expect(pressed('-metric."-x".last', 'metric."-x".last', false)).toBe('metric."-x".last');
});
