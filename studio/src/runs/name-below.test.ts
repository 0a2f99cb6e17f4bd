import { expect, test } from "vitest";
import { nameBelow } from "./name-below";

test("below its parent a child is called what tells it from the others", () => {
  expect(nameBelow("sweep_17_ab>rate 0.1, size 8", "sweep_17_ab")).toBe("rate 0.1, size 8");
  expect(nameBelow("sweep>rate 0.1>fold 2", "sweep")).toBe("rate 0.1>fold 2");
  expect(nameBelow("sweep>rate 0.1>fold 2", "sweep>rate 0.1")).toBe("fold 2");
});

test("a name that does not begin with the parent's, or is nothing else, stays whole", () => {
  expect(nameBelow("renamed", "sweep")).toBe("renamed");
  expect(nameBelow("sweep>rate 0.1", null)).toBe("sweep>rate 0.1");
  expect(nameBelow("sweep>", "sweep")).toBe("sweep>");
  expect(nameBelow("loss > 0.5", "loss")).toBe("loss > 0.5");
  expect(nameBelow("null>x", null)).toBe("null>x");
});
