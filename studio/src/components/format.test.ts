import { beforeAll, describe, expect, test } from "vitest";
import { activateLocale } from "../text/text";
import { formatBytes, formatDuration, formatDurationTick, formatMetric, formatRelative, formatShare, metricFormat } from "./format";

beforeAll(() => activateLocale("en"));

test.each([
  [0, "0"],
  [0.934123456, "0.93412"],
  [12_345_678, "12,345,678"],
  [12_345.678, "12,345.68"],
  [1.2e-7, "1.2e-7"],
  [2.5e13, "2.5e13"],
  [-0.00001, "-1e-5"],
  [Number.NaN, "NaN"],
  [Number.POSITIVE_INFINITY, "∞"],
  [Number.NEGATIVE_INFINITY, "−∞"],
])("the metric %d is written %s", (value, text) => {
  expect(formatMetric(value)).toBe(text);
});

test.each([
  [0, "0B"],
  [999, "999B"],
  [14_200, "14.2kB"],
  [3_000_000_000, "3GB"],
])("%d bytes are written %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0.42, "0.4s"],
  [8, "8s"],
  [59.6, "1m 0s"],
  [723, "12m 3s"],
  [3840, "1h 4m"],
  [180_000, "2d 2h"],
])("%d seconds are written %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test.each([
  [0.004, 0.002, "0.004s"],
  [12.5, 0.5, "12.5s"],
  [65, 5, "1m 5s"],
  [3905, 5, "1h 5m 5s"],
  [183_900, 300, "51h 5m"],
  [183_600, 3600, "2d 3h"],
  [5400, 1800, "1h 30m"],
])("%d seconds at ticks %d seconds apart are written %s, so that no two ticks read the same", (seconds, gap, text) => {
  expect(formatDurationTick(seconds, gap)).toBe(text);
});

describe("relative time", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  test.each([
    ["2026-11-21T11:59:30Z", "just now"],
    ["2026-11-21T11:57:00Z", "3 min. ago"],
    ["2026-11-20T11:00:00Z", "yesterday"],
  ])("%s is %s", (at, text) => {
    expect(formatRelative(at, now)).toBe(text);
  });
});

test("what the machine tells has its unit; what is logged under another name has none", () => {
  const texts = ["system/memory_used_bytes", "system/network_sent_bytes_per_s", "system/cpu_percent", "system/gpu0_temperature_c", "system/process_threads", "memory_used_bytes"].map((name) => metricFormat(name)(1500));
  expect(texts).toEqual(["1.5kB", "1.5kB/s", "1,500%", "1,500°C", "1,500", "1,500"]);
  expect(metricFormat("system/memory_used_bytes")(Number.NaN)).toBe("NaN");
});

test("every number has the point of its language, also one that is written with an exponent", async () => {
  await activateLocale("ru");
  expect([formatMetric(6.1684e-6), formatMetric(0.5), formatShare(0.6)]).toEqual(["6,1684e-6", "0,5", "0,60"]);
  await activateLocale("en");
  expect([formatMetric(6.1684e-6), formatMetric(0.5), formatShare(0.6)]).toEqual(["6.1684e-6", "0.5", "0.60"]);
});
