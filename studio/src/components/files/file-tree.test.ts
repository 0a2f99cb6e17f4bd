import { expect, test } from "vitest";
import { fileKind } from "./file-kind";
import { fileCount, foldersAbove, treeOf } from "./file-tree";

const files = ["outputs/model_10.pkl", "outputs/model_9.pkl", "a.txt", "logs/azureml/110_azureml.log", "azureml-logs/70_driver_log.txt"].map((path) => ({ path, size_bytes: 1 }));

test("folders come before files, numbers in their order", () => {
  const tree = treeOf(files);
  expect(tree.map((node) => node.name)).toEqual(["azureml-logs", "logs", "outputs", "a.txt"]);
  expect(tree[2]?.children.map((node) => node.name)).toEqual(["model_9.pkl", "model_10.pkl"]);
});

test("a nested file is found under all of its folders", () => {
  expect(treeOf(files)[1]?.children[0]?.children[0]?.path).toBe("logs/azureml/110_azureml.log");
  expect(foldersAbove("logs/azureml/110_azureml.log")).toEqual(["logs", "logs/azureml"]);
  expect(foldersAbove("a.txt")).toEqual([]);
});

test("a folder counts the files below it", () => {
  expect(treeOf(files).map(fileCount)).toEqual([1, 1, 2, 1]);
});

test.each([
  ["azureml-logs/70_driver_log.txt", "log"],
  ["outputs/a.PNG", "image"],
  ["outputs/model.pkl", "binary"],
  ["conf/base.json", "json"],
  ["README.md", "markdown"],
  ["outputs/a.csv", "table"],
  ["outputs/page.html", "html"],
  ["train.py", "text"],
  ["Makefile", "text"],
])("%s is shown as %s", (path, kind) => {
  expect(fileKind(path)).toBe(kind);
});
