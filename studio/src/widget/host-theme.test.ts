// @vitest-environment jsdom
import { expect, test, vi } from "vitest";

vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener: () => undefined }));
const { hostTheme } = await import("./host-theme");

function body(attributes: Record<string, string>): HTMLElement {
  const element = document.createElement("body");
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

test("JupyterLab says its theme on the body", () => {
  expect(hostTheme(body({ "data-jp-theme-light": "true" }))).toBe("light");
  expect(hostTheme(body({ "data-jp-theme-light": "false" }))).toBe("dark");
});

test("VS Code says it in a class", () => {
  expect(hostTheme(body({ class: "vscode-light" }))).toBe("light");
  expect(hostTheme(body({ class: "vscode-dark" }))).toBe("dark");
});

test("anywhere else the machine decides", () => {
  expect(hostTheme(body({}))).toBe("dark");
});
