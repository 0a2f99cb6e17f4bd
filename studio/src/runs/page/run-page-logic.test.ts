import { beforeAll, expect, test } from "vitest";
import { activateLocale } from "../../text/text";
import type { MetricSummary } from "../../client/metric";
import { fileOf, logNamedIn, parseConfusionMatrix } from "./logged-file";
import { metricSections, metricView, systemSections } from "./metric-sections";
import { parseTag } from "../tag-text";
import { preparationTimes } from "./preparation";

beforeAll(() => activateLocale("en"));

function summary(name: string, more: Partial<MetricSummary> = {}): MetricSummary {
  return { name, family: "series", type: "azureml.v1.scalar", count: 5, last: 1, ...more };
}

test.each([
  [summary("a", { count: 1 }), "tile"],
  [summary("a"), "line"],
  [summary("a", { last: "NaN" }), "line"],
  [summary("a", { last: "done", min: 1 }), "line"],
  [summary("a", { last: "done" }), "text"],
  [summary("a", { last: true }), "text"],
  [summary("a", { family: "table", last: null }), "table"],
  [summary("a", { family: "file" }), null],
])("a metric is shown as what it holds", (metric, view) => {
  expect(metricView(metric)).toBe(view);
});

test("metrics are put in sections by what stands before the slash, those without one first", () => {
  const names = ["val/loss", "lr", "val/acc", "/odd", "train/loss", "train/acc", "val/f1"];
  const sections = metricSections(names.map((name) => summary(name)), "");
  expect(sections.map((section) => [section.name, section.metrics.length])).toEqual([
    ["", 2],
    ["val", 3],
    ["train", 2],
  ]);
});

test("a few metrics are shown together", () => {
  expect(metricSections([summary("val/loss"), summary("train/loss")], "")).toHaveLength(1);
});

test("metrics are found by a part of their name or by an expression", () => {
  const metrics = [summary("val/loss"), summary("val/acc"), summary("train/loss_total")];
  expect(metricSections(metrics, "LOSS").flatMap((section) => section.metrics)).toHaveLength(2);
  expect(metricSections(metrics, "/loss$/").flatMap((section) => section.metrics)).toHaveLength(1);
  expect(metricSections(metrics, "/(/")).toEqual([]);
});

test.each([
  ["quality", ["quality", null]],
  ["quality=fantastic run", ["quality", "fantastic run"]],
  [" a : b=c ", ["a", "b=c"]],
  ["a=", ["a", ""]],
  ["=b", null],
  ["  ", null],
])("%j is the tag %j", (typed, tag) => {
  expect(parseTag(typed)).toEqual(tag);
});

const artifact = (path: string) => ({ path, size_bytes: 1, created_at: "", updated_at: "" });

test("the address of a logged file names the longest path that fits", () => {
  const files = [artifact("c.png"), artifact("outputs/c.png")];
  expect(fileOf("aml://artifactId/ExperimentRun/dcid.r/outputs/c.png", files)?.path).toBe("outputs/c.png");
  expect(fileOf("aml://artifactId/ExperimentRun/dcid.r/d.png", files)).toBeNull();
  expect(fileOf(3, files)).toBeNull();
});

test("a confusion matrix is read, and nothing else", () => {
  const document = { schema_type: "confusion_matrix", data: { class_labels: ["a", "b"], matrix: [[1, 2], [3, 4]] } };
  expect(parseConfusionMatrix(JSON.stringify(document))).toEqual({ labels: ["a", "b"], counts: [[1, 2], [3, 4]] });
  for (const text of ["", "[]", '{"data":{}}']) expect(parseConfusionMatrix(text)).toBeNull();
});

test("the log that an error names is found by its path or its name", () => {
  const files = ["azureml-logs/70_driver_log.txt", "azureml-logs/70_driver_log_1.txt"].map((path) => ({ path, size_bytes: 1, created_at: "", updated_at: "" }));
  expect(logNamedIn("Rank 1 failed, see azureml-logs/70_driver_log_1.txt", files)).toBe("azureml-logs/70_driver_log_1.txt");
  expect(logNamedIn("see 70_driver_log.txt", files)).toBe("azureml-logs/70_driver_log.txt");
  expect(logNamedIn("no file", files)).toBe("");
});

test("the time to the first line is told once the script has started", () => {
  expect(preparationTimes({ "runyard.time.upload_s": "0.5" })).toBeNull();
  expect(preparationTimes({ "runyard.time.upload_s": "0.5", "runyard.time.queue_s": "1", "runyard.time.start_s": "0.25" })).toEqual({
    parts: [
      ["upload", 0.5],
      ["queue", 1],
      ["start", 0.25],
    ],
    total: 1.75,
  });
});

test("how busy the machine was is arranged by its parts, the nodes side by side, and is not among what was logged", () => {
  const names = ["gpu10_percent", "gpu2_percent", "network_sent_bytes_per_s", "cpu_percent", "process_threads", "fans", "node-1/cpu_percent"].map((name) => summary(`system/${name}`));
  const titles = systemSections([summary("loss"), ...names], "").map((section) => section.name);
  expect(titles).toEqual(["Processor", "Network", "GPU 2", "GPU 10", "Processes of the run", "Other"]);
  expect(systemSections(names, "cpu")[0]?.metrics.map(({ summary: { name }, others }) => [name, others])).toEqual([["system/cpu_percent", ["system/node-1/cpu_percent"]]]);
  expect(systemSections(names, "sent").flatMap((section) => section.metrics.map((metric) => metric.summary.name))).toEqual(["system/network_sent_bytes_per_s"]);
  expect(metricSections(names, "")).toEqual([]);
});
