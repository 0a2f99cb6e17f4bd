// @vitest-environment jsdom
import { beforeAll, expect, test } from "vitest";
import { activateLocale } from "../text/text";
import { renderMarkdown } from "./markdown-html";

beforeAll(() => activateLocale(["en"]));

test("Markdown becomes HTML", () => {
  expect(renderMarkdown("## Why\n\n- **a**")).toContain("<h2>Why</h2>");
});

test.each(["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "<a href='javascript:alert(1)'>x</a>", "<iframe src='//evil'></iframe>", "<svg onload=alert(1)>", "<form action='//evil'><input></form>", "<style>*{display:none}</style>"])(
  "%s cannot do anything",
  (source) => {
    expect(renderMarkdown(source, (path) => `/api/${path}`)).not.toMatch(/<script|onerror|onload|javascript:|<iframe|<form|<style|evil/);
  },
);

test("an image of the run is fetched from the run", () => {
  expect(renderMarkdown("![c](outputs/c.png)", (path) => `/api/files/${path}`)).toContain('src="/api/files/outputs/c.png"');
});

test("an image from elsewhere is a link and is not loaded", () => {
  const html = renderMarkdown("![c](https://example.org/c.png)", (path) => path);
  expect(html).not.toContain("<img");
  expect(html).toContain('href="https://example.org/c.png"');
});
