import { expect, test } from "vitest";
import { cutInTwo } from "./cut-text";

test("a long text keeps its end and a short one is one piece", () => {
  expect(cutInTwo("green_turtle")).toEqual(["green_turtle", ""]);
  expect(cutInTwo("resnet50_lr0.01_seed11")).toEqual(["resnet50_lr0.0", "1_seed11"]);
  expect(cutInTwo("sweep_of_the_learning_rate_0042")).toEqual(["sweep_of_the_learning_r", "ate_0042"]);
});
