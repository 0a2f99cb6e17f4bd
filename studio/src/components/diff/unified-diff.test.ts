import { expect, test } from "vitest";
import { parsePatch } from "./unified-diff";

const PATCH = `diff --git a/train.py b/train.py
index 111..222 100644
--- a/train.py
+++ b/train.py
@@ -10,4 +10,5 @@ def main():
 keep
-lr = 0.1
+lr = 0.2
+seed = 1
 end

diff --git a/old.bin b/old.bin
new file mode 100644
Binary files /dev/null and b/old.bin differ
`;

test("a patch is read file by file, with the numbers of its lines", () => {
  const [train, binary] = parsePatch(PATCH);
  expect(train).toMatchObject({ path: "train.py", added: 2, removed: 1, note: null });
  expect(train?.lines.slice(0, 4)).toEqual([
    { kind: "gap", lines: 9 },
    { kind: "same", left: 10, right: 10, text: "keep" },
    { kind: "removed", left: 11, right: null, text: "lr = 0.1" },
    { kind: "added", left: null, right: 11, text: "lr = 0.2" },
  ]);
  expect(binary).toMatchObject({ path: "old.bin", lines: [] });
  expect(binary?.note).toContain("Binary files");
});

test("two hunks of a file are apart", () => {
  const [file] = parsePatch("diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n@@ -20,2 +20,2 @@\n-p\n+q\n same\n");
  expect(file?.lines.map((line) => line.kind)).toEqual(["removed", "added", "gap", "removed", "added", "same"]);
  expect(file?.lines[2]).toEqual({ kind: "gap", lines: 18 });
});

test("a text that is no patch has no files", () => {
  expect(parsePatch("")).toEqual([]);
  expect(parsePatch("hello\n+x")).toEqual([]);
});
