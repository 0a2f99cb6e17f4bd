import { expect, test } from "vitest";
import { cutInTwo } from "./cut-text";

test("a long text keeps its end and a short one is one piece", () => {
  expect(cutInTwo("resnet-50 lr 0.1")).toEqual(["resnet-50 lr 0.1", ""]);
  expect(cutInTwo("sweep_of_the_learning_rate_0042")).toEqual(["sweep_of_the_learning_r", "ate_0042"]);
});
