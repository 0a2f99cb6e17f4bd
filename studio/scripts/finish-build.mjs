// After `vite build`: licence notices, compressed twins of the text assets, and the manifest moved out of what is served.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const studio = dirname(dirname(fileURLToPath(import.meta.url)));
const output = join(studio, "../src/runyard/server/static");
const TEXT = new Set([".html", ".js", ".css", ".svg", ".txt", ".json"]);
/** Below this a response fits one packet anyway. */
const SMALLEST_WORTH_COMPRESSING = 600;

/** What a page needs beside what every page has: what start.js asks for before the page's scripts say so. */
const PAGES = {
  "^/$": ["src/app/HomePage.tsx"],
  "^/experiments/?$": ["src/experiments/ExperimentsPage.tsx"],
  "^/experiments/[^/]+/?$": ["src/experiments/ExperimentPage.tsx"],
  "^/runs/?$": ["src/runs/list/RunsPage.tsx"],
  "^/runs/[^/]+/overview": ["src/runs/page/RunPage.tsx", "src/runs/page/OverviewTab.tsx"],
  "^/runs/[^/]+/metrics": ["src/runs/page/RunPage.tsx", "src/runs/page/MetricsTab.tsx"],
  "^/runs/[^/]+/outputs": ["src/runs/page/RunPage.tsx", "src/runs/page/OutputsTab.tsx"],
  "^/compare": ["src/runs/compare/ComparePage.tsx"],
};

/** The page most visits begin with. */
const MAIN_PAGE = "src/runs/list/RunsPage.tsx";

await hintFirstScripts();
await nameFilesInStartScript();
await keepManifestOutOfTheServedFolder();
await writeFile(join(output, "THIRD_PARTY_NOTICES.txt"), await thirdPartyNotices());
await compressFolder(output);

/**
 * Marks the scripts of the first page as ones most of whose functions run at once: a browser that knows the mark compiles them whole beside the
 * page's own thread while they arrive, and not one by one on it when each is called. Their names stay: each build marks the same files.
 */
async function hintFirstScripts() {
  const manifest = await readManifest();
  for (const file of filesOf(manifest, "index.html", filesOf(manifest, MAIN_PAGE, new Set()))) {
    const path = join(output, file);
    await writeFile(path, `//# allFunctionsCalledOnLoad\n${await readFile(path, "utf8")}`);
  }
}

/** Puts the names of the built files into start.js, and its content into its name. */
async function nameFilesInStartScript() {
  const manifest = await readManifest();
  const known = filesOf(manifest, "index.html", new Set());
  const pages = Object.entries(PAGES).map(([path, sources]) => [path, [...new Set(sources.flatMap((source) => [...filesOf(manifest, source, new Set())]))].filter((file) => !known.has(file))]);
  const languages = Object.fromEntries(Object.entries(manifest).flatMap(([key, chunk]) => (key.startsWith("virtual:messages/") ? [[key.slice("virtual:messages/".length), chunk.file]] : [])));
  const source = await readFile(join(output, "start.js"), "utf8");
  const files = "{ languages: {}, pages: [] }";
  if (!source.includes(files)) throw new Error("public/start.js has no place for the names of the files.");
  const filled = source.replace(files, JSON.stringify({ languages, pages }));
  const name = `assets/start-${createHash("sha256").update(filled).digest("hex").slice(0, 8)}.js`;
  await writeFile(join(output, name), filled);
  await rm(join(output, "start.js"));
  const page = await readFile(join(output, "index.html"), "utf8");
  await writeFile(join(output, "index.html"), page.replace('src="/start.js"', `src="/${name}"`));
}

async function readManifest() {
  return JSON.parse(await readFile(join(output, ".vite/manifest.json"), "utf8"));
}

/** The scripts that come with a module, its own included. */
function filesOf(manifest, key, found) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`The build has no ${key}: PAGES names a file that is gone.`);
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const imported of chunk.imports ?? []) filesOf(manifest, imported, found);
  return found;
}

async function keepManifestOutOfTheServedFolder() {
  await mkdir(join(studio, ".build"), { recursive: true });
  await rename(join(output, ".vite/manifest.json"), join(studio, ".build/manifest.json"));
  await rm(join(output, ".vite"), { recursive: true });
}

async function compressFolder(folder) {
  const compressBrotli = promisify(brotliCompress);
  const compressGzip = promisify(gzip);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !TEXT.has(extname(path)) || (await stat(path)).size < SMALLEST_WORTH_COMPRESSING) continue;
    const content = await readFile(path);
    const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
    await writeFile(`${path}.br`, await compressBrotli(content, options));
    await writeFile(`${path}.gz`, await compressGzip(content, { level: 9 }));
  }
}

/** Every package that the lock file marks as shipped (not a development dependency), with its licence text. */
async function thirdPartyNotices() {
  const lock = JSON.parse(await readFile(join(studio, "package-lock.json"), "utf8"));
  const parts = ["Runyard Studio contains the following packages.\n"];
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === "" || entry.dev || entry.optional || path.includes("@types/")) continue;
    const folder = join(studio, path);
    const about = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const licence = about.name === "dompurify" ? "Apache-2.0 (chosen from: MPL-2.0 OR Apache-2.0)" : about.license;
    parts.push(`${"-".repeat(80)}\n${about.name} ${about.version}\nLicence: ${licence}\n\n${await licenceText(folder)}`);
  }
  return parts.join("\n");
}

async function licenceText(folder) {
  const names = (await readdir(folder)).filter((name) => /^(licen[cs]e|notice)/i.test(name));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return texts.join("\n\n") || "(The package ships no licence file; see the licence named above.)\n";
}
