/**
 * Formulas over metrics: numbers, names in quotes (`"val/loss"`) or bare (`loss`), `+ - * / ^`, brackets, and the functions below.
 *
 *     sum     = product (("+" | "-") product)*
 *     product = sign (("*" | "/") sign)*
 *     sign    = "-" sign | power
 *     power   = atom ("^" sign)?
 *     atom    = number | name | function "(" sum ("," sum)* ")" | "(" sum ")"
 */
export type Expression =
  | { kind: "number"; value: number }
  | { kind: "name"; name: string }
  | { kind: "call"; name: FunctionName; arguments: Expression[] };

const FUNCTIONS = {
  log: (x: number) => Math.log(x),
  log10: (x: number) => Math.log10(x),
  exp: (x: number) => Math.exp(x),
  sqrt: (x: number) => Math.sqrt(x),
  abs: (x: number) => Math.abs(x),
  min: (...all: number[]) => Math.min(...all),
  max: (...all: number[]) => Math.max(...all),
  "+": (left: number, right: number) => left + right,
  "-": (left: number, right: number) => left - right,
  "*": (left: number, right: number) => left * right,
  "/": (left: number, right: number) => left / right,
  "^": (left: number, right: number) => left ** right,
  negative: (x: number) => -x,
} as const;
type FunctionName = keyof typeof FUNCTIONS;

/** The functions that a formula may call. */
export const FUNCTION_NAMES = ["log", "log10", "exp", "sqrt", "abs", "min", "max"] as const satisfies readonly FunctionName[];

/** A text that is no formula: what was expected, and at which character. */
export class ExpressionError extends Error {
  constructor(
    readonly at: number,
    readonly expected: "value" | "closing" | "end" | "quote" | "function" | "arguments",
  ) {
    super(`expected ${expected} at character ${at + 1}`);
  }
}

const MOST_CHARS = 2000;
const MOST_DEPTH = 60;

/** Reads a formula. Throws {@link ExpressionError}. */
export function parseExpression(text: string): Expression {
  if (text.length > MOST_CHARS) throw new ExpressionError(MOST_CHARS, "end");
  return new Reader(text).whole();
}

/** The names of the metrics in a formula, each once. */
export function namesIn(expression: Expression): string[] {
  const names = new Set<string>();
  const visit = (each: Expression) => {
    if (each.kind === "name") names.add(each.name);
    else if (each.kind === "call") each.arguments.forEach(visit);
  };
  visit(expression);
  return [...names];
}

/** The value of a formula, where `valueOf` knows the metrics' values. */
export function evaluate(expression: Expression, valueOf: (name: string) => number): number {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "name":
      return valueOf(expression.name);
    case "call": {
      const apply: (...all: number[]) => number = FUNCTIONS[expression.name];
      return apply(...expression.arguments.map((each) => evaluate(each, valueOf)));
    }
  }
}

class Reader {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  whole(): Expression {
    const found = this.sum();
    if (this.peek() !== "") throw new ExpressionError(this.at, "end");
    return found;
  }

  private sum(): Expression {
    let left = this.product();
    for (let sign = this.take("+", "-"); sign; sign = this.take("+", "-")) left = { kind: "call", name: sign, arguments: [left, this.product()] };
    return left;
  }

  private product(): Expression {
    let left = this.sign();
    for (let sign = this.take("*", "/"); sign; sign = this.take("*", "/")) left = { kind: "call", name: sign, arguments: [left, this.sign()] };
    return left;
  }

  private sign(): Expression {
    this.depth += 1;
    if (this.depth > MOST_DEPTH) throw new ExpressionError(this.at, "end");
    const found: Expression = this.take("-") ? { kind: "call", name: "negative", arguments: [this.sign()] } : this.power();
    this.depth -= 1;
    return found;
  }

  private power(): Expression {
    const base = this.atom();
    return this.take("^") ? { kind: "call", name: "^", arguments: [base, this.sign()] } : base;
  }

  private atom(): Expression {
    const next = this.peek();
    if (next === "(") {
      this.at += 1;
      const inner = this.sum();
      this.close();
      return inner;
    }
    if (next === '"' || next === "'") return { kind: "name", name: this.quoted(next) };
    const number = this.match(/\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?/iy);
    if (number !== null) return { kind: "number", value: Number(number) };
    const start = this.at;
    const word = this.match(/[\p{L}_][\p{L}\p{N}_.]*/uy);
    if (word === null) throw new ExpressionError(this.at, "value");
    return this.peek() === "(" ? this.call(word, start) : { kind: "name", name: word };
  }

  private call(word: string, start: number): Expression {
    const name = FUNCTION_NAMES.find((each) => each === word);
    if (name === undefined) throw new ExpressionError(start, "function");
    this.at += 1;
    const given = [this.sum()];
    while (this.take(",")) given.push(this.sum());
    this.close();
    if (given.length > 1 && name !== "min" && name !== "max") throw new ExpressionError(start, "arguments");
    return { kind: "call", name, arguments: given };
  }

  private quoted(quote: string): string {
    const end = this.text.indexOf(quote, this.at + 1);
    if (end < 0) throw new ExpressionError(this.at, "quote");
    const name = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    return name;
  }

  private close(): void {
    if (this.peek() !== ")") throw new ExpressionError(this.at, "closing");
    this.at += 1;
  }

  /** The next character that is no blank; an empty text at the end. */
  private peek(): string {
    while (/\s/.test(this.text[this.at] ?? "")) this.at += 1;
    return this.text[this.at] ?? "";
  }

  private take<Sign extends "+" | "-" | "*" | "/" | "^" | ",">(...signs: Sign[]): Sign | undefined {
    const next = this.peek();
    const found = signs.find((sign) => sign === next);
    if (found) this.at += 1;
    return found;
  }

  private match(pattern: RegExp): string | null {
    this.peek();
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? null;
    this.at += found?.length ?? 0;
    return found;
  }
}
