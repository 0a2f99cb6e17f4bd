import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { Logo } from "./Logo";

const studio = join(import.meta.dirname, "../..");
/** What is drawn, whatever the size. */
const drawing = (text: string) => text.replaceAll("></path>", "/>").replaceAll("></rect>", "/>").match(/<rect.*?\/>\s*<path.*?\/>/s)?.[0];

test.each(["public/favicon.svg", "index.html"])("the sign in %s is that of the frame", (file) => {
  const own = drawing(renderToStaticMarkup(<Logo />));
  expect(own).toBeDefined();
  expect(drawing(readFileSync(join(studio, file), "utf8"))).toBe(own);
});
