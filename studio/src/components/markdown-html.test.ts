// @vitest-environment jsdom
import { beforeAll, expect, test } from "vitest";
import { activateLocale } from "../text/text";
import { renderMarkdown } from "./markdown-html";

beforeAll(() => activateLocale("en"));

test("Markdown becomes HTML", () => {
  expect(renderMarkdown("## Why\n\n- **a**")).toContain("<h2>Why</h2>");
});

test.each(["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "<a href='javascript:alert(1)'>x</a>", "<iframe src='//evil'></iframe>", "<svg onload=alert(1)>", "<form action='//evil'><input></form>", "<style>*{display:none}</style>"])(
  "%s cannot do anything",
  (source) => {
    expect(renderMarkdown(source, { fileUrl: (path) => `/api/${path}`, fileLink: (path) => `/files/${path}` })).not.toMatch(/<script|onerror|onload|javascript:|<iframe|<form|<style|evil/);
  },
);

test("an image of the run is fetched from the run", () => {
  expect(renderMarkdown("![c](outputs/c.png)", { fileUrl: (path) => `/api/files/${path}` })).toContain('src="/api/files/outputs/c.png"');
});

test("an image from elsewhere is a link and is not loaded", () => {
  const html = renderMarkdown("![c](https://example.org/c.png)", { fileUrl: (path) => path });
  expect(html).not.toContain("<img");
  expect(html).toContain('href="https://example.org/c.png"');
});

test("a link without a host leads to the run's file, one into the Studio stays, one elsewhere opens apart", () => {
  const html = renderMarkdown("[a](./outputs/my%20plot.png) [b](/runs/x/metrics) [c](https://example.org) [d](%zz)", { fileLink: (path) => `/files/${encodeURIComponent(path)}` });
  expect(html).toContain('href="/files/outputs%2Fmy%20plot.png"');
  expect(html).toContain('href="/runs/x/metrics"');
  expect(html).toMatch(/href="https:\/\/example.org"[^>]*target="_blank"|target="_blank"[^>]*href="https:\/\/example.org"/);
  expect(html).toContain("%25zz");
});
