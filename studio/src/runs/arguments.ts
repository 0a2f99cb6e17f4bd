import { isRecord } from "../client/api";
import type { Run } from "../client/run";

/** The command line of a submitted run, or none for an interactive one. */
export function argumentsOf(run: Run): string[] {
  const spec = specOf(run);
  return Array.isArray(spec.arguments) ? spec.arguments.map(String) : [];
}

/**
 * Reads `--lr 0.1 --flag --name=x data.csv` as named parameters: `{lr: "0.1", flag: "", name: "x", "#1": "data.csv"}`.
 *
 * A negative number after an option is its value. What belongs to no option is numbered in order.
 */
export function parametersOf(argumentList: readonly string[]): Record<string, string> {
  const parameters: Record<string, string> = {};
  let position = 0;
  for (let index = 0; index < argumentList.length; index += 1) {
    const argument = argumentList[index] ?? "";
    const option = /^--?([A-Za-z][^=]*)(?:=(.*))?$/s.exec(argument);
    if (option?.[1] === undefined) {
      position += 1;
      parameters[`#${position}`] = argument;
    } else if (option[2] !== undefined) {
      parameters[option[1]] = option[2];
    } else {
      const next = argumentList[index + 1];
      const takesNext = next !== undefined && !/^--?[A-Za-z]/.test(next);
      parameters[option[1]] = takesNext ? next : "";
      if (takesNext) index += 1;
    }
  }
  return parameters;
}

function specOf(run: Run): Record<string, unknown> {
  const spec = run.definition?.spec;
  return isRecord(spec) ? spec : {};
}
