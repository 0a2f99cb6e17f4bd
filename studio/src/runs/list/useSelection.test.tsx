// @vitest-environment jsdom
import { act, useState } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Selection, useSelection } from "./useSelection";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const ADDRESS_MS = 300;
let selection: Selection;
let goTo: (ids: string[]) => void;

/** A list whose address follows the selection after a while. */
function List() {
  const [inAddress, setAddress] = useState<string[]>([]);
  goTo = setAddress;
  selection = useSelection(inAddress, (ids) => setTimeout(() => setAddress(ids), ADDRESS_MS));
  return null;
}

test("runs that are selected faster than the address follows are all selected, and Back brings those of before", () => {
  const root = createRoot(document.createElement("div"));
  act(() => root.render(<List />));
  for (const id of ["a", "b", "c", "d"]) {
    act(() => selection.change([id], true));
    act(() => void vi.advanceTimersByTime(ADDRESS_MS / 2));
  }
  expect(selection.ids).toEqual(["a", "b", "c", "d"]);
  act(() => void vi.advanceTimersByTime(ADDRESS_MS));
  expect(selection.ids).toEqual(["a", "b", "c", "d"]);
  act(() => goTo(["a", "b"]));
  expect(selection.ids).toEqual(["a", "b"]);
  act(() => root.unmount());
});
