import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const SOURCE = import.meta.dirname;
/** A layer may import itself and what stands before it. `text` (the messages) is below all that show something. */
const LAYERS = ["wire", "text", "client", "components", "runs", "experiments", "compute", "environments", "app", "widget"];
/** These stand side by side: neither may import the other. */
const SIBLINGS = [
  ["experiments", "compute"],
  ["experiments", "environments"],
  ["compute", "environments"],
  ["widget", "app"],
];

const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((path) => /\.tsx?$/.test(path) && path.includes("/"));

function importsOf(path: string): string[] {
  const text = readFileSync(join(SOURCE, path), "utf8");
  const found = [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map((match) => match[1] ?? "");
  return found.map((target) => relative(SOURCE, resolve(dirname(join(SOURCE, path)), target)));
}

function layerOf(path: string): string {
  return path.split("/")[0] ?? "";
}

test.each(files)("%s imports only from its own layer and those below", (path) => {
  const layer = layerOf(path);
  expect(LAYERS).toContain(layer);
  for (const target of importsOf(path)) {
    const targetLayer = layerOf(target);
    expect(LAYERS.indexOf(targetLayer), `${path} imports ${target}`).toBeLessThanOrEqual(LAYERS.indexOf(layer));
    const besides = SIBLINGS.some((pair) => layer !== targetLayer && pair.includes(layer) && pair.includes(targetLayer));
    expect(besides, `${path} imports its sibling ${target}`).toBe(false);
  }
});

test.each(files.filter((path) => !path.startsWith("wire/")))("%s names no type any and no default export", (path) => {
  const text = readFileSync(join(SOURCE, path), "utf8");
  expect(text).not.toMatch(/:\s*any\b|<any>|\bas any\b/);
  // The host of the widget looks for a default export.
  if (path !== "widget/main.tsx") expect(text).not.toMatch(/^export default /m);
});
