"""Patterns that mean the same in Python, SQLite and PostgreSQL: LIKE, and a common part of regular expressions.

The regular expressions are the part that all have in common: characters, ``.``, ``[a-z]``, ``[^…]``, ``( )``, ``(?: )``, ``|``,
``* + ? {m,n}`` and their lazy forms, ``^``, ``$``, ``\\b``, ``\\d \\w \\s`` and their opposites, and ``(?i)`` at the beginning.
``.`` is any character, a line's end too; ``^`` and ``$`` are the ends of the whole text; letters beyond ASCII are no ``\\w`` and
keep their case. What other engines add is refused, and so is what lets a backtracking engine run for hours: an unbounded repeat
inside another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from runyard.errors import InvalidArgumentError

PATTERN_MAX_CHARS = 300
BOUND_MAX = 100
UNBOUNDED_MAX = 6
MATCHED_MAX_CHARS = 1000
"""How much of a value a regular expression sees. A longer value is matched on its beginning."""

_WORD = "a-zA-Z0-9_"
_CLASSES = {"d": "0-9", "w": _WORD, "s": r"\t\n\v\f\r "}
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}
_BOUNDARY = f"(?:(?<![{_WORD}])(?=[{_WORD}])|(?<=[{_WORD}])(?![{_WORD}]))"
_NO_BOUNDARY = f"(?:(?<![{_WORD}])(?![{_WORD}])|(?<=[{_WORD}])(?=[{_WORD}]))"
_BRACKET_END = re.compile(r"\{([0-9]{1,3})(?:(,)([0-9]{1,3})?)?\}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Regex:
    """A checked regular expression, written so that Python and PostgreSQL read it alike."""

    body: str
    ignore_case: bool

    def found_in(self, text: str) -> bool:
        """Return whether the expression matches somewhere in the first :data:`MATCHED_MAX_CHARS` of ``text``."""
        return self.compiled().search(text[:MATCHED_MAX_CHARS]) is not None

    def compiled(self) -> re.Pattern[str]:
        """Return the expression for Python, for those who ask about many texts. They cut them as :meth:`found_in` does."""
        return _compiled(self.body, self.ignore_case)


_END = "\0"
"""Stands for ``$`` in a :class:`Regex`: each engine writes the very end of the text in its own way."""


@lru_cache(maxsize=256)
def _compiled(body: str, ignore_case: bool) -> re.Pattern[str]:
    # PostgreSQL's $ is the very end; Python's also matches before a last newline.
    flags = re.DOTALL | re.ASCII | (re.IGNORECASE if ignore_case else 0)
    return re.compile(body.replace(_END, r"\Z"), flags)


@lru_cache(maxsize=256)
def read_regex(pattern: str) -> Regex:
    """Return the checked form of a regular expression.

    Raises:
        InvalidArgumentError: it is malformed, or uses more than the common part; ``details["offset"]`` is the place in it.
    """
    return _RegexReader(pattern).read()


def postgresql_regex(regex: Regex) -> str:
    """Return the text for PostgreSQL's ``~`` and ``~*`` operators."""
    return "(?s)" + regex.body.replace(_END, "$")


class _RegexReader:
    """Checks an expression and rewrites it, one character after the other."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.place = 0
        self.unbounded = 0

    def read(self) -> Regex:
        if len(self.pattern) > PATTERN_MAX_CHARS:
            raise self.error(f"the expression is longer than {PATTERN_MAX_CHARS} characters", PATTERN_MAX_CHARS)
        if "\0" in self.pattern:
            raise self.error("it holds a NUL character", self.pattern.index("\0"))
        ignore_case = self.pattern.startswith("(?i)")
        self.place = 4 if ignore_case else 0
        body, _ = self.branches(depth=0)
        if self.place < len(self.pattern):
            raise self.error("there is no '(' for this ')'")
        return Regex(body, ignore_case)

    def error(self, why: str, place: int | None = None) -> InvalidArgumentError:
        at = self.place if place is None else place
        return InvalidArgumentError(f"The regular expression {self.pattern!r} cannot be used: {why}.", offset=at)

    def branches(self, depth: int) -> tuple[str, bool]:
        """Read up to a ')' or the end; return the text and whether it repeats something without bound."""
        if depth > 20:
            raise self.error("its groups lie too deep in each other")
        out: list[str] = []
        repeats = False
        while self.place < len(self.pattern) and self.pattern[self.place] != ")":
            if self.pattern[self.place] == "|":
                out.append("|")
                self.place += 1
                continue
            text, can_repeat, inner = self.atom(depth)
            quantifier, endless = self.quantifier(can_repeat, inner)
            repeats |= inner or endless
            out.append(text + quantifier)
        return "".join(out), repeats

    def atom(self, depth: int) -> tuple[str, bool, bool]:
        """Return an atom's text, whether it may be repeated, and whether it repeats something without bound itself."""
        char = self.pattern[self.place]
        if char == "(":
            return self.group(depth)
        if char == "[":
            return self.bracket(), True, False
        if char == "\\":
            return self.escape()
        if char in "*+?":
            raise self.error(f"{char!r} has nothing before it to repeat")
        if char == "{":
            raise self.error("'{' must follow something to repeat, as in a{2,3}; write \\{ for the character")
        self.place += 1
        if char == "^":
            return "^", False, False
        if char == "$":
            return _END, False, False
        return (char if char == "." else _plain(char)), True, False

    def group(self, depth: int) -> tuple[str, bool, bool]:
        start = self.place
        self.place += 1
        if self.pattern.startswith("?", self.place):
            if not self.pattern.startswith("?:", self.place):
                raise self.error(
                    "of the groups that begin with '(?' only '(?:' is known, and '(?i)' at the very beginning", start
                )
            self.place += 2
        body, repeats = self.branches(depth + 1)
        if self.place >= len(self.pattern):
            raise self.error("this '(' is never closed", start)
        self.place += 1
        return f"(?:{body})", True, repeats

    def escape(self) -> tuple[str, bool, bool]:
        if self.place + 1 >= len(self.pattern):
            raise self.error("it ends in a lone '\\'")
        char = self.pattern[self.place + 1]
        known = char in _CONTROL or char.lower() in _CLASSES or char in "bB" or not (char.isalnum() or char == "_")
        if not known:
            raise self.error(f"'\\{char}' has no meaning here")
        self.place += 2
        if char == "b":
            return _BOUNDARY, False, False
        if char == "B":
            return _NO_BOUNDARY, False, False
        if char.lower() in _CLASSES:
            return f"[{'^' if char.isupper() else ''}{_CLASSES[char.lower()]}]", True, False
        return _plain(_CONTROL.get(char, char)), True, False

    def quantifier(self, can_repeat: bool, inner: bool) -> tuple[str, bool]:
        start = self.place
        text, endless = self.bounds()
        if not text:
            return "", False
        if not can_repeat:
            raise self.error("what stands before cannot be repeated: it has no length", start)
        if endless:
            self.unbounded += 1
            if inner:
                raise self.error(
                    "an endless repeat inside another can take hours; write it without the inner or the outer one", start
                )
            if self.unbounded > UNBOUNDED_MAX:
                raise self.error(f"it has more than {UNBOUNDED_MAX} endless repeats", start)
        if self.pattern.startswith("?", self.place):
            self.place += 1
            text += "?"
        if self.place < len(self.pattern) and self.pattern[self.place] in "*+?{":
            raise self.error("a repeat cannot be repeated; put a group '(?: )' around the first")
        return text, endless

    def bounds(self) -> tuple[str, bool]:
        char = self.pattern[self.place : self.place + 1]
        if char in ("*", "+", "?"):
            self.place += 1
            return char, char != "?"
        if char != "{":
            return "", False
        found = _BRACKET_END.match(self.pattern, self.place)
        if found is None:
            raise self.error("a repeat is written {2}, {2,} or {2,5}; write \\{ for the character")
        low, high = int(found[1]), int(found[3]) if found[3] else int(found[1])
        if max(low, high) > BOUND_MAX or high < low:
            raise self.error(f"the bounds of a repeat lie between 0 and {BOUND_MAX}, the lower one first")
        self.place = found.end()
        return found[0], bool(found[2]) and not found[3]

    def bracket(self) -> str:
        start = self.place
        self.place += 1
        negated = self.pattern.startswith("^", self.place)
        self.place += negated
        out: list[str] = []
        while not self.pattern.startswith("]", self.place) or not out:
            if self.place >= len(self.pattern):
                raise self.error("this '[' is never closed; write \\[ for the character", start)
            out.append(self.bracket_item())
        self.place += 1
        return f"[{'^' if negated else ''}{''.join(out)}]"

    def bracket_item(self) -> str:
        start = self.place
        low = self.bracket_char()
        if len(low) > 1:
            return low
        dash = self.pattern.startswith("-", self.place) and not self.pattern.startswith("-]", self.place)
        if not dash or self.place + 1 >= len(self.pattern):
            return _plain(low)
        self.place += 1
        high = self.bracket_char()
        if len(high) > 1 or high < low:
            raise self.error("this range has its ends the wrong way round, or is none", start)
        return f"{_plain(low)}-{_plain(high)}"

    def bracket_char(self) -> str:
        """Return one character, or the longer text of a class such as ``\\d``."""
        char = self.pattern[self.place]
        if char != "\\":
            self.place += 1
            return char
        escaped = self.pattern[self.place + 1 : self.place + 2]
        if escaped in _CLASSES and escaped:
            self.place += 2
            return _CLASSES[escaped]
        if not escaped or (escaped not in _CONTROL and (escaped.isalnum() or escaped == "_")):
            raise self.error(f"'\\{escaped}' has no meaning inside [ ]")
        self.place += 2
        return _CONTROL.get(escaped, escaped)


def _plain(char: str) -> str:
    return "\\" + char if char.isascii() and not char.isalnum() and char not in "_ \t\n\r\f\v" else char


@lru_cache(maxsize=256)
def like_regex(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    """Return the Python expression that fully matches what a LIKE pattern stands for."""
    body = "".join(".*" if kind == "%" else "." if kind == "_" else re.escape(text) for kind, text in like_parts(pattern))
    return re.compile(body, re.DOTALL | re.ASCII | (re.IGNORECASE if ignore_case else 0))


def like_parts(pattern: str) -> list[tuple[str, str]]:
    """Return the parts of a LIKE pattern: (``%``, ""), (``_``, "") or ("", character)."""
    parts: list[tuple[str, str]] = []
    place = 0
    while place < len(pattern):
        char = pattern[place]
        if char == "\\" and place + 1 < len(pattern):
            place += 1
            parts.append(("", pattern[place]))
        elif char in "%_":
            if not (char == "%" and parts and parts[-1][0] == "%"):
                parts.append((char, ""))
        else:
            parts.append(("", char))
        place += 1
    return parts


def like_escaped(text: str) -> str:
    """Return the LIKE pattern that stands for ``text`` alone."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def glob_of(parts: list[tuple[str, str]]) -> str:
    """Return the SQLite GLOB pattern (which minds case, as LIKE there does not) for the parts of a LIKE pattern."""
    signs = {"%": "*", "_": "?"}
    return "".join(signs[kind] if kind else (f"[{text}]" if text in "*?[" else text) for kind, text in parts)


def like_of(parts: list[tuple[str, str]]) -> str:
    """Return the LIKE pattern (escape character ``\\``) of parts in its plain form."""
    return "".join(kind or like_escaped(text) for kind, text in parts)
