import { expect, test } from "vitest";
import { toldOf } from "./run-error";

const TRACEBACK = 'Traceback (most recent call last):\n  File "train.py", line 3, in <module>\n    load()\n    ^^^^^^\nValueError: the wrong shape\n';

test("a traceback that was given as the reason is told as one, under what it ends with", () => {
  expect(toldOf({ message: TRACEBACK, traceback: null })).toEqual({ message: "ValueError: the wrong shape", traceback: TRACEBACK });
  expect(toldOf({ message: `Epoch 3.\n${TRACEBACK}`, traceback: null }).message).toBe("ValueError: the wrong shape");
});

test("a reason in words stays as it is, and so does a traceback of its own", () => {
  expect(toldOf({ message: "out of memory\non node 2", traceback: null })).toEqual({ message: "out of memory\non node 2", traceback: null });
  expect(toldOf({ message: TRACEBACK, traceback: "own" })).toEqual({ message: TRACEBACK, traceback: "own" });
});
