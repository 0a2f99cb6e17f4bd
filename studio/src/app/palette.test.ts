import { expect, test } from "vitest";
import { type Command, matchingCommands } from "./palette";

const commands = ["Go to runs", "Runs of mnist", "overruns"].map((label): Command => ({ id: label, label, hint: "", run: () => {} }));

test("what begins with the text comes first, then a word that does", () => {
  expect(matchingCommands(commands, "RUNS").map((command) => command.label)).toEqual(["Runs of mnist", "Go to runs", "overruns"]);
});

test("nothing typed shows all, and what does not match is left out", () => {
  expect(matchingCommands(commands, " ")).toHaveLength(3);
  expect(matchingCommands(commands, "zzz")).toEqual([]);
});
