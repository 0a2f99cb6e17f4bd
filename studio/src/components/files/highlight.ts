/** What a piece of code is; null is plain. */
export type TokenKind = "comment" | "string" | "numeral" | "keyword" | "builtin" | "name" | null;

export interface Token {
  text: string;
  kind: TokenKind;
}

interface Language {
  /** Alternatives in order; the name of the group that matched is the kind. A word is looked up in the lists below. */
  pattern: RegExp;
  keywords: ReadonlySet<string>;
  builtins: ReadonlySet<string>;
}

const NUMBER = String.raw`(?<number>\b(?:0[xX][\da-fA-F_]+|0[bB][01_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)\b)`;
const WORD = String.raw`(?<word>[A-Za-z_$][\w$]*)`;
const QUOTED = String.raw`"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?`;

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}

function language(parts: readonly string[], keywords = "", builtins = ""): Language {
  return { pattern: new RegExp(parts.join("|"), "gs"), keywords: words(keywords), builtins: words(builtins) };
}

const PYTHON = language(
  [
    String.raw`(?<comment>#[^\n]*)`,
    String.raw`(?<string>\b[rRbBfFuU]{0,2}(?:"""(?:\\.|[^\\])*?(?:"""|$)|'''(?:\\.|[^\\])*?(?:'''|$)|${QUOTED})|"""(?:\\.|[^\\])*?(?:"""|$)|'''(?:\\.|[^\\])*?(?:'''|$)|${QUOTED})`,
    String.raw`(?<name>(?<=\b(?:def|class)\s+)[A-Za-z_]\w*|@[A-Za-z_][\w.]*)`,
    NUMBER,
    WORD,
  ],
  "False None True and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return try while with yield",
  "abs all any bool bytes dict enumerate filter float getattr hasattr int isinstance len list map max min object open print property range reversed round self set setattr sorted staticmethod str sum super tuple type zip",
);

const C_LIKE = language(
  [
    String.raw`(?<comment>//[^\n]*|/\*.*?(?:\*/|$))`,
    `(?<string>${QUOTED}|${String.raw`\`(?:\\.|[^\`\\])*(?:\`|$)`})`,
    NUMBER,
    WORD,
  ],
  "abstract as async await bool break case catch char class const continue def default delete do double else enum export extends extern final finally float fn for func function if impl implements import in instanceof int interface let long match mut namespace new package private protected pub public return short signed sizeof static struct super switch template this throw throws trait try type typedef typeof unsigned use using var virtual void volatile while yield",
  "false true null undefined None Some Ok Err String Vec console nullptr",
);

const SHELL = language(
  [String.raw`(?<comment>(?<![^\s])#[^\n]*)`, String.raw`(?<string>"(?:\\.|[^"\\])*"?|'[^']*'?)`, String.raw`(?<name>\$\{[^}\n]*\}|\$[\w@*#?!-]+)`, NUMBER, WORD],
  "case do done elif else esac export fi for function if in local return set source then unset until while",
  "cd echo exec exit mkdir pip python rm test",
);

const SETTINGS = language(
  [
    String.raw`(?<comment>(?<![^\s])[#;][^\n]*)`,
    `(?<string>${QUOTED})`,
    String.raw`(?<name>(?<=^|\n)[ \t]*(?:- )?[\w.\-/ ]+(?=[ \t]*[:=])|(?<=^|\n)\[[^\]\n]*\])`,
    NUMBER,
    WORD,
  ],
  "",
  "true false null yes no on off True False None",
);

const JSON_LANGUAGE = language([String.raw`(?<name>"(?:\\.|[^"\\\n])*"(?=\s*:))`, `(?<string>${QUOTED})`, NUMBER, WORD], "", "true false null NaN Infinity");

const BY_EXTENSION: Readonly<Record<string, Language>> = {
  py: PYTHON,
  pyi: PYTHON,
  ipynb: JSON_LANGUAGE,
  json: JSON_LANGUAGE,
  jsonl: JSON_LANGUAGE,
  runconfig: JSON_LANGUAGE,
  yml: SETTINGS,
  yaml: SETTINGS,
  toml: SETTINGS,
  ini: SETTINGS,
  cfg: SETTINGS,
  env: SETTINGS,
  sh: SHELL,
  bash: SHELL,
  dockerfile: SHELL,
  makefile: SHELL,
  js: C_LIKE,
  mjs: C_LIKE,
  ts: C_LIKE,
  tsx: C_LIKE,
  jsx: C_LIKE,
  c: C_LIKE,
  h: C_LIKE,
  cc: C_LIKE,
  cpp: C_LIKE,
  cu: C_LIKE,
  java: C_LIKE,
  scala: C_LIKE,
  go: C_LIKE,
  rs: C_LIKE,
  css: C_LIKE,
};

/** Above this many characters a file is shown plain: colouring it would hold up the page. */
const COLOURED_MAX_CHARS = 400_000;

/** Splits a file into lines of coloured pieces. A file of no known language is all plain. */
export function highlightLines(text: string, path: string): Token[][] {
  const found = languageOf(path);
  const whole = text.replace(/\r\n/g, "\n").replace(/\n$/, "");
  if (found === null || whole.length > COLOURED_MAX_CHARS) return whole.split("\n").map((line) => (line === "" ? [] : [{ text: line, kind: null }]));
  const lines: Token[][] = [[]];
  for (const token of tokens(whole, found)) {
    const [first = "", ...more] = token.text.split("\n");
    if (first !== "") lines.at(-1)?.push({ text: first, kind: token.kind });
    for (const line of more) lines.push(line === "" ? [] : [{ text: line, kind: token.kind }]);
  }
  return lines;
}

function languageOf(path: string): Language | null {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  return BY_EXTENSION[name.slice(name.lastIndexOf(".") + 1)] ?? null;
}

function* tokens(text: string, { pattern, keywords, builtins }: Language): Generator<Token> {
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] === "") continue;
    const kind = kindOf(match, keywords, builtins);
    if (kind === null) continue;
    if (match.index > at) yield { text: text.slice(at, match.index), kind: null };
    yield { text: match[0], kind };
    at = match.index + match[0].length;
  }
  if (at < text.length) yield { text: text.slice(at), kind: null };
}

function kindOf(match: RegExpMatchArray, keywords: ReadonlySet<string>, builtins: ReadonlySet<string>): TokenKind {
  const groups = match.groups ?? {};
  if (groups.word !== undefined) return keywords.has(groups.word) ? "keyword" : builtins.has(groups.word) ? "builtin" : null;
  if (groups.comment !== undefined) return "comment";
  if (groups.string !== undefined) return "string";
  if (groups.name !== undefined) return "name";
  return groups.number !== undefined ? "numeral" : null;
}
