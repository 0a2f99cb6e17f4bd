import { expect, test } from "vitest";
import { cutInTwo, shortened } from "./cut-text";

test("a long text keeps its end and a short one is one piece", () => {
  expect(cutInTwo("green_turtle")).toEqual(["green_turtle", ""]);
  expect(cutInTwo("resnet50_lr0.01_seed11")).toEqual(["resnet50_lr0.0", "1_seed11"]);
  expect(cutInTwo("sweep_of_the_learning_rate_0042")).toEqual(["sweep_of_the_learning_r", "ate_0042"]);
});

test("a label goes without its middle where there is no room for all of it, and is never nothing", () => {
  expect(shortened("vision", 6)).toBe("vision");
  expect(shortened("a very long tag key", 10)).toBe("a very…key");
  expect(shortened("resnet50_lr0.01", 1)).toBe("re…");
  for (const room of [4, 7, 12]) expect(shortened("and an even longer value", room).length).toBeLessThanOrEqual(room);
});
