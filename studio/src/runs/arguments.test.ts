import { expect, test } from "vitest";
import { parametersOf } from "./arguments";

test.each([
  [["--lr", "0.1", "--epochs", "3"], { lr: "0.1", epochs: "3" }],
  [["--lr=0.1", "-v"], { lr: "0.1", v: "" }],
  [["--offset", "-3.5", "data.csv"], { offset: "-3.5", "#1": "data.csv" }],
  [["train", "--flag", "--name", ""], { "#1": "train", flag: "", name: "" }],
  [[], {}],
])("%j is read as %j", (argumentList, parameters) => {
  expect(parametersOf(argumentList)).toEqual(parameters);
});
