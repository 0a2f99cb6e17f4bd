// @vitest-environment jsdom
import { act, useState } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SearchField } from "./fields";
import { Written } from "./written";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

test("what comes late takes back nothing newer, and what comes from elsewhere is told from it", () => {
  const written = new Written(undefined);
  written.last = "a";
  written.last = "b";
  expect([written.came("a"), written.last]).toEqual([true, "b"]);
  expect(written.came("b")).toBe(true);
  expect([written.came("a"), written.last]).toEqual([false, "a"]); // Back
  written.last = "c";
  written.last = "d";
  expect([written.came("d"), written.came("c")]).toEqual([true, false]);
});

const ADDRESS_MS = 300;
let goTo: (text: string) => void = () => undefined;

/** A page whose address follows what is typed after a while. */
function Page() {
  const [find, setFind] = useState("");
  goTo = setFind;
  return <SearchField label="Find" value={find} onChange={(text) => setTimeout(() => setFind(text), ADDRESS_MS)} />;
}

function typeIn(field: HTMLInputElement, text: string): void {
  act(() => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(field, field.value + text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

test("what is typed faster than the address follows stays whole, and Back replaces it", () => {
  const root = createRoot(document.body.appendChild(document.createElement("div")));
  act(() => root.render(<Page />));
  const field = document.querySelector("input");
  if (!field) throw new Error("there is no field");
  for (const letter of "loss") {
    typeIn(field, letter);
    act(() => void vi.advanceTimersByTime(ADDRESS_MS / 2));
  }
  expect(field.value).toBe("loss");
  act(() => void vi.advanceTimersByTime(ADDRESS_MS));
  expect(field.value).toBe("loss");
  act(() => goTo("accuracy"));
  expect(field.value).toBe("accuracy");
  act(() => root.unmount());
});
