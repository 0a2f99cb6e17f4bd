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
HELD_MAX = 4
"""So many texts are looked for before an expression is matched."""
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
    """A checked regular expression, written so that Python and PostgreSQL read it alike.

    ``held`` are plain texts that every match holds, the longest first: a look for them spares a database most of the matching.
    With ``ignore_case`` they are in lower case, and held by the match with its A to Z in lower case.
    """

    body: str
    ignore_case: bool
    held: tuple[str, ...] = ()

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


@dataclass(frozen=True, slots=True)
class _Atom:
    """What a repeat may follow. ``held`` is what :class:`_Held` is told of it."""

    text: str
    can_repeat: bool = True
    is_endless: bool = False
    held: tuple[str, ...] = ("", "")


_NOWHERE = ("",)
"""What an atom without length holds: what stands before it and after it are neighbours."""


class _Held:
    """The plain texts that whatever a sequence of atoms matches must hold.

    Each text is followed by something unknown; the last one goes on with the next atom. So ``x`` alone is ("x",), and anything
    unknown is ("", "").
    """

    def __init__(self) -> None:
        self._texts = [""]
        self._is_choice = False

    def choose(self) -> None:
        """Say that the sequence is one of several: nothing is held by all of them."""
        self._is_choice = True

    def add(self, atom: _Atom, least: int, *, is_repeated: bool) -> None:
        """Add an atom that comes ``least`` times or more."""
        if not is_repeated:
            self._join(atom.held)
        elif not least:
            self._join(("", ""))
        elif len(atom.held) == 1 and least * len(atom.held[0]) <= PATTERN_MAX_CHARS:
            self._join((atom.held[0] * least,) * 2)  # x{2,} begins with two of it, and ends with two
        else:
            self._join(("", *atom.held, ""))

    def texts(self) -> tuple[str, ...]:
        """Return the texts."""
        return ("", "") if self._is_choice else tuple(self._texts)

    def _join(self, texts: tuple[str, ...]) -> None:
        self._texts[-1] += texts[0]
        self._texts += texts[1:]


def _longest(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the few texts that say most, the longest first; one that is part of another says nothing."""
    kept: list[str] = []
    for text in sorted(filter(None, texts), key=len, reverse=True):
        if not any(text in other for other in kept):
            kept.append(text)
    return tuple(kept[:HELD_MAX])


class _RegexReader:
    """Checks an expression and rewrites it, one character after the other."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.place = 0
        self.unbounded = 0
        self.ignore_case = pattern.startswith("(?i)")

    def read(self) -> Regex:
        if len(self.pattern) > PATTERN_MAX_CHARS:
            raise self.error(f"the expression is longer than {PATTERN_MAX_CHARS} characters", PATTERN_MAX_CHARS)
        if "\0" in self.pattern:
            raise self.error("it holds a NUL character", self.pattern.index("\0"))
        self.place = 4 if self.ignore_case else 0
        whole = self.branches(depth=0)
        if self.place < len(self.pattern):
            raise self.error("there is no '(' for this ')'")
        return Regex(whole.text, self.ignore_case, _longest(whole.held))

    def error(self, why: str, place: int | None = None) -> InvalidArgumentError:
        at = self.place if place is None else place
        return InvalidArgumentError(f"The regular expression {self.pattern!r} cannot be used: {why}.", offset=at)

    def branches(self, depth: int) -> _Atom:
        """Read up to a ')' or the end."""
        if depth > 20:
            raise self.error("its groups lie too deep in each other")
        out: list[str] = []
        held = _Held()
        repeats = False
        while self.place < len(self.pattern) and self.pattern[self.place] != ")":
            if self.pattern[self.place] == "|":
                out.append("|")
                held.choose()
                self.place += 1
                continue
            atom = self.atom(depth)
            quantifier, least, is_endless = self.quantifier(atom)
            repeats |= atom.is_endless or is_endless
            held.add(atom, least, is_repeated=bool(quantifier))
            out.append(atom.text + quantifier)
        return _Atom("".join(out), is_endless=repeats, held=held.texts())

    def atom(self, depth: int) -> _Atom:
        char = self.pattern[self.place]
        if char == "(":
            return self.group(depth)
        if char == "[":
            return _Atom(self.bracket())
        if char == "\\":
            return self.escape()
        if char in "*+?":
            raise self.error(f"{char!r} has nothing before it to repeat")
        if char == "{":
            raise self.error("'{' must follow something to repeat, as in a{2,3}; write \\{ for the character")
        self.place += 1
        if char in "^$":
            return _Atom(char if char == "^" else _END, can_repeat=False, held=_NOWHERE)
        return _Atom(char) if char == "." else self.plain(char)

    def plain(self, char: str) -> _Atom:
        """Return the atom that stands for one character."""
        return _Atom(_plain(char), held=(char.lower() if self.ignore_case and char.isascii() else char,))

    def group(self, depth: int) -> _Atom:
        start = self.place
        self.place += 1
        if self.pattern.startswith("?", self.place):
            if not self.pattern.startswith("?:", self.place):
                raise self.error(
                    "of the groups that begin with '(?' only '(?:' is known, and '(?i)' at the very beginning", start
                )
            self.place += 2
        inner = self.branches(depth + 1)
        if self.place >= len(self.pattern):
            raise self.error("this '(' is never closed", start)
        self.place += 1
        return _Atom(f"(?:{inner.text})", is_endless=inner.is_endless, held=inner.held)

    def escape(self) -> _Atom:
        if self.place + 1 >= len(self.pattern):
            raise self.error("it ends in a lone '\\'")
        char = self.pattern[self.place + 1]
        known = char in _CONTROL or char.lower() in _CLASSES or char in "bB" or not (char.isalnum() or char == "_")
        if not known:
            raise self.error(f"'\\{char}' has no meaning here")
        self.place += 2
        if char in "bB":
            return _Atom(_BOUNDARY if char == "b" else _NO_BOUNDARY, can_repeat=False, held=_NOWHERE)
        if char.lower() in _CLASSES:
            return _Atom(f"[{'^' if char.isupper() else ''}{_CLASSES[char.lower()]}]")
        return self.plain(_CONTROL.get(char, char))

    def quantifier(self, atom: _Atom) -> tuple[str, int, bool]:
        """Return the text of a repeat, how often it asks for the atom at least, and whether it is without bound."""
        start = self.place
        text, least, endless = self.bounds()
        if not text:
            return "", 1, False
        if not atom.can_repeat:
            raise self.error("what stands before cannot be repeated: it has no length", start)
        if endless:
            self.unbounded += 1
            if atom.is_endless:
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
        return text, least, endless

    def bounds(self) -> tuple[str, int, bool]:
        char = self.pattern[self.place : self.place + 1]
        if char in ("*", "+", "?"):
            self.place += 1
            return char, int(char == "+"), char != "?"
        if char != "{":
            return "", 1, False
        found = _BRACKET_END.match(self.pattern, self.place)
        if found is None:
            raise self.error("a repeat is written {2}, {2,} or {2,5}; write \\{ for the character")
        low, high = int(found[1]), int(found[3]) if found[3] else int(found[1])
        if max(low, high) > BOUND_MAX or high < low:
            raise self.error(f"the bounds of a repeat lie between 0 and {BOUND_MAX}, the lower one first")
        self.place = found.end()
        return found[0], low, bool(found[2]) and not found[3]

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
