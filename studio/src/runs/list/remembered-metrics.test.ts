// @vitest-environment jsdom
import { beforeEach, expect, test } from "vitest";
import { rememberedMetrics, rememberMetrics } from "./remembered-metrics";

const KEY = "runyard.listMetrics";

beforeEach(() => localStorage.clear());

test("each list of each workspace has its own metrics", () => {
  rememberMetrics("a", {}, ["loss"]);
  rememberMetrics("a", { experiment: "e" }, ["acc", "lr"]);
  expect(rememberedMetrics("a", {})).toEqual(["loss"]);
  expect(rememberedMetrics("a", { experiment: "e" })).toEqual(["acc", "lr"]);
  expect(rememberedMetrics("b", {})).toEqual([]);
});

test("the lists that were opened last are remembered, and no more than fifty", () => {
  for (let number = 0; number < 60; number += 1) {
    rememberMetrics("a", { experiment: "first" }, ["loss"]);
    rememberMetrics("a", { experiment: `e${number}` }, ["acc"]);
  }
  expect(rememberedMetrics("a", { experiment: "first" })).toEqual(["loss"]);
  expect(rememberedMetrics("a", { experiment: "e0" })).toEqual([]);
  expect(rememberedMetrics("a", { experiment: "e59" })).toEqual(["acc"]);
});

test.each(["{", "[]", "null", '{"[\\"a\\",{}]":7}', '{"[\\"a\\",{}]":[1]}'])("what another program left there is no list: %s", (left) => {
  localStorage.setItem(KEY, left);
  expect(rememberedMetrics("a", {})).toEqual([]);
});
