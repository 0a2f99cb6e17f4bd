// Fails when the JavaScript of a first page, a lazy chunk or the whole app grows past its budget (kB of gzip).
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const ENTRY_KB = 147;
const FIRST_PAGE_KB = 185;
/** Pages that visits begin with have less. */
const FIRST_PAGE_OF = { "src/runs/list/RunsPage.tsx": 168, "src/experiments/ExperimentPage.tsx": 170, "src/app/HomePage.tsx": 150 };
const LAZY_CHUNK_KB = 60;
const WHOLE_APP_KB = 450;
const STYLES_KB = 20;

const studio = dirname(dirname(fileURLToPath(import.meta.url)));
const output = join(studio, "../src/runyard/server/static");
const manifest = JSON.parse(await readFile(join(studio, ".build/manifest.json"), "utf8"));

const sizes = new Map();
for (const chunk of Object.values(manifest)) await measure(chunk.file);
for (const chunk of Object.values(manifest)) for (const style of chunk.css ?? []) await measure(style);

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const entryFiles = closure(entry);
const pages = Object.keys(manifest).filter((key) => /(Page|Tab)\.tsx$/.test(key));
const failures = [];

report("entry", sum(entryFiles), ENTRY_KB);
for (const page of pages) report(`first page ${page}`, sum(union(entryFiles, filesOf(page))), FIRST_PAGE_OF[page] ?? FIRST_PAGE_KB);
for (const [file, size] of sizes) {
  if (file.endsWith(".js") && !entryFiles.has(file)) report(`lazy ${file}`, size, LAZY_CHUNK_KB);
}
report("whole app", sum([...sizes.keys()].filter((file) => file.endsWith(".js"))), WHOLE_APP_KB);
report("styles", sum([...sizes.keys()].filter((file) => file.endsWith(".css"))), STYLES_KB);
if (failures.length > 0) {
  console.error(`Over budget: ${failures.join("; ")}. Load what is not needed at once with import().`);
  process.exit(1);
}

async function measure(file) {
  sizes.set(file, gzipSync(await readFile(join(output, file)), { level: 9 }).length / 1000);
}

/** A tab comes with the page that it is a tab of. */
function filesOf(page) {
  return page.endsWith("Tab.tsx") ? union(closure("src/runs/page/RunPage.tsx"), closure(page)) : closure(page);
}

function closure(key, seen = new Set()) {
  const chunk = manifest[key];
  if (seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const imported of chunk.imports ?? []) closure(imported, seen);
  return seen;
}

function union(left, right) {
  return new Set([...left, ...right]);
}

function sum(files) {
  return [...files].reduce((total, file) => total + (sizes.get(file) ?? 0), 0);
}

function report(what, kb, budget) {
  console.log(`${kb.toFixed(1).padStart(7)} kB of ${budget}  ${what}`);
  if (kb > budget) failures.push(`${what} ${kb.toFixed(1)} kB > ${budget}`);
}
