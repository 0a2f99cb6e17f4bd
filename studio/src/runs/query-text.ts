/**
 * The text of a run query, as the search box and its chips see it: which conditions stand in it, and where. The server alone says what a
 * query means and what is wrong with it; here it is only cut into parts (docs/reference/query-language.md).
 */

export interface Span {
  start: number;
  end: number;
}

const BLANK = /[ \t\r\n]/;
const NAME_STOPS = " \t\r\n()\"'`,=!<>~:";
const VALUE_STOPS = " \t\r\n()\"'`,";
const SYMBOLS = ["==", "!=", "<>", "<=", ">=", "!~", "=", "<", ">", "~", ":"];
const QUOTES = "\"'`";
const TIME_WORD = /^(s|m|h|d|w|sec\w*|min\w*|hours?|days?|weeks?|months?|years?|ago|\d{1,2}:\d{2}\S*)$/i;
const KEYWORD = /^(and|or|not|in|like|ilike|between|is|null|text|has)$/i;
const PLAIN_VALUE = /^[\p{L}\p{N}_*+@/-][\p{L}\p{N}_.*+@/-]*$/u;
const PLAIN_KEY = /^[\p{L}\p{N}_/-]+$/u;
const INNER_DOTS = /^[\p{L}\p{N}_/-]+(\.[\p{L}\p{N}_/-]+)*$/u;

/** The conditions of a query that must all hold, in order. One that says `or` at its top is a single condition. */
export function conditionsOf(query: string): string[] {
  return conditionSpans(query).map(({ start, end }) => query.slice(start, end));
}

export function conditionSpans(query: string): Span[] {
  const reader = new Reader(query);
  const spans: Span[] = [];
  while (!reader.atEnd()) {
    if (reader.keyword("and")) continue;
    if (reader.keyword("or")) return [trimmed(query)];
    const start = reader.place;
    reader.condition();
    if (reader.place === start) return [trimmed(query)];
    spans.push({ start, end: reader.place });
  }
  return spans;
}

/** The query with one more condition. */
export function withCondition(query: string, condition: string): string {
  const text = query.trim();
  if (text === "") return condition;
  const whole = conditionSpans(query);
  const isChoice = whole.length === 1 && new Reader(text).saysOr();
  return isChoice ? `(${text}) ${condition}` : `${text} ${condition}`;
}

/** The query without the condition at `index`; with `replacement` in its place when one is given. */
export function withoutCondition(query: string, index: number, replacement = ""): string {
  const conditions = conditionsOf(query);
  conditions.splice(index, 1, ...(replacement === "" ? [] : [replacement]));
  return conditions.join(" ");
}

/** A value as the grammar reads it back. */
export function quotedValue(value: string): string {
  return PLAIN_VALUE.test(value) && !KEYWORD.test(value) ? value : quoted(value);
}

/** The field of a tag, property, parameter or figure of a metric. */
export function keyedField(kind: "tag" | "property" | "param" | "metric" | "rollup", key: string, figure?: string): string {
  const isPlain = (kind === "metric" || kind === "rollup" ? PLAIN_KEY : INNER_DOTS).test(key);
  return `${kind}.${isPlain ? key : quoted(key)}${figure === undefined ? "" : `.${figure}`}`;
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

function trimmed(text: string): Span {
  const start = text.length - text.trimStart().length;
  return { start, end: text.trimEnd().length };
}

/** A place in a query that only moves on; what it does not understand ends at the next blank. */
class Reader {
  place = 0;

  constructor(private readonly text: string) {}

  atEnd(): boolean {
    while (this.place < this.text.length && BLANK.test(this.text[this.place] ?? "")) this.place += 1;
    return this.place >= this.text.length;
  }

  /** True when the conditions of the text are joined by `or`. */
  saysOr(): boolean {
    while (!this.atEnd()) {
      if (this.keyword("or")) return true;
      const start = this.place;
      if (!this.keyword("and")) this.condition();
      if (this.place === start) return true;
    }
    return false;
  }

  keyword(word: string): boolean {
    this.atEnd();
    const end = this.wordEnd(this.place, NAME_STOPS);
    if (this.text.slice(this.place, end).toLowerCase() !== word || SYMBOLS.some((symbol) => this.text.startsWith(symbol, end))) return false;
    this.place = end;
    return true;
  }

  condition(): void {
    while (this.keyword("not"));
    this.atEnd();
    if (this.text[this.place] === "(") this.bracket();
    else {
      const start = this.place;
      this.name();
      if (this.place > start) this.afterName(this.text.slice(start, this.place));
    }
  }

  private afterName(name: string): void {
    const before = this.place;
    if (this.symbol()) {
      this.values(/^(created|started|ended|heartbeat|duration|start|end)/i.test(name));
      return;
    }
    if (this.keyword("is")) {
      this.keyword("not");
      if (this.keyword("null")) return;
    }
    this.place = before;
    if (name.toLowerCase() === "text" && !this.atEnd() && QUOTES.includes(this.text[this.place] ?? "")) {
      this.value();
      return;
    }
    this.keyword("not");
    if (this.keyword("like") || this.keyword("ilike")) this.value();
    else if (this.keyword("in")) {
      this.atEnd();
      if (this.text[this.place] === "(") this.bracket();
    } else if (this.keyword("between")) {
      this.value();
      if (this.keyword("and")) this.value();
    } else this.place = before;
  }

  private symbol(): boolean {
    this.atEnd();
    const symbol = SYMBOLS.find((each) => this.text.startsWith(each, this.place));
    this.place += symbol?.length ?? 0;
    return symbol !== undefined;
  }

  private values(areTimes: boolean): void {
    this.value();
    while (areTimes && this.timeWord());
    for (;;) {
      const before = this.place;
      this.atEnd();
      if (this.text[this.place] !== ",") {
        this.place = before;
        return;
      }
      this.place += 1;
      this.value();
    }
  }

  private timeWord(): boolean {
    const before = this.place;
    this.atEnd();
    const end = this.wordEnd(this.place, VALUE_STOPS);
    const found = TIME_WORD.test(this.text.slice(this.place, end));
    this.place = found ? end : before;
    return found;
  }

  private value(): void {
    this.atEnd();
    this.place = this.quotedEnd(this.place) ?? this.wordEnd(this.place, VALUE_STOPS);
  }

  /** The pieces of a name that stand together: `metric."val loss".min`. */
  private name(): void {
    for (;;) {
      const end = this.quotedEnd(this.place) ?? this.wordEnd(this.place, NAME_STOPS);
      if (end === this.place) return;
      this.place = end;
    }
  }

  private bracket(): void {
    let depth = 0;
    while (this.place < this.text.length) {
      const char = this.text[this.place] ?? "";
      this.place = this.quotedEnd(this.place) ?? this.place + 1;
      if (char === "(") depth += 1;
      if (char === ")" && --depth === 0) return;
    }
  }

  private wordEnd(from: number, stops: string): number {
    let end = from;
    while (end < this.text.length && !stops.includes(this.text[end] ?? "")) end += 1;
    return end;
  }

  private quotedEnd(from: number): number | null {
    const quote = this.text[from] ?? "";
    if (quote === "" || !QUOTES.includes(quote)) return null;
    let place = from + 1;
    while (place < this.text.length) {
      const [char, next] = [this.text[place], this.text[place + 1]];
      if (quote === "`" ? char === "`" && next === "`" : char === "\\" && (next === quote || next === "\\")) place += 2;
      else if (char === quote) return place + 1;
      else place += 1;
    }
    return this.text.length;
  }
}
