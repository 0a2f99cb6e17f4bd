"""Reads a filter's text from left to right: names, operators, values, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runyard.domain.run_filter_ast import Operator
from runyard.errors import InvalidArgumentError

_BLANKS = " \t\r\n"
_NAME_STOPS = frozenset(_BLANKS + "()\"'`,=!<>~:")
_VALUE_STOPS = frozenset(_BLANKS + "()\"'`,")
_SYMBOLS = ("==", "!=", "<>", "<=", ">=", "!~", "=", "<", ">", "~", ":")
_STEP_OF = re.compile(r"\(\s*(last|min|max)\s*\)")
_OPERATORS = {"==": Operator.EQ, "<>": Operator.NE, **{each.value: each for each in Operator}}


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of the text: what it says, where it begins, and whether it stood in quotes."""

    text: str
    place: int
    quoted: bool = False


def comparison_operator(symbol: str) -> Operator | None:
    """Return the operator that a symbol of :meth:`Scanner.symbol` stands for, None for ``~``, ``!~`` and ``:``."""
    return _OPERATORS.get(symbol)


class Scanner:
    """A place in a text that only moves on. What does not fit leaves it where it is. ``what`` names the text in errors."""

    def __init__(self, text: str, what: str = "filter") -> None:
        self.text = text
        self.what = what
        self.place = 0

    def error(self, why: str, place: int | None = None) -> InvalidArgumentError:
        """Return the error for a place, else for the next character: the message ends with the text and a mark below it."""
        if place is None:
            self.skip_blanks()
            place = self.place
        at = min(place, len(self.text))
        start = max(0, at - 60)
        shown = self.text[start : at + 40].replace("\n", " ").replace("\t", " ")
        mark = " " * (at - start) + "^"
        return InvalidArgumentError(
            f"The {self.what} cannot be read at character {at + 1}: {why}\n  {shown}\n  {mark}", position=at
        )

    def skip_blanks(self) -> None:
        """Go to the next character that is no blank."""
        while self.place < len(self.text) and self.text[self.place] in _BLANKS:
            self.place += 1

    def at_end(self) -> bool:
        """Skip blanks and return whether nothing is left."""
        self.skip_blanks()
        return self.place >= len(self.text)

    def char(self, char: str) -> bool:
        """Skip blanks, and ``char`` if it is next; return whether it was."""
        self.skip_blanks()
        found = self.text.startswith(char, self.place)
        self.place += len(char) if found else 0
        return found

    def keyword(self, *words: str) -> bool:
        """Skip ``words`` if they are next, in any case; return whether they were."""
        place = self.place
        for word in words:
            if self.bare(_NAME_STOPS).text.lower() != word:
                self.place = place
                return False
        return True

    def symbol(self) -> str | None:
        """Skip an operator made of signs if one is next, and return it."""
        self.skip_blanks()
        for symbol in _SYMBOLS:
            if self.text.startswith(symbol, self.place):
                self.place += len(symbol)
                return symbol
        return None

    def bare(self, stops: frozenset[str]) -> Word:
        """Skip blanks and return what stands before the next of ``stops``; it may be empty."""
        self.skip_blanks()
        start = self.place
        while self.place < len(self.text) and self.text[self.place] not in stops:
            self.place += 1
        return Word(self.text[start : self.place], start)

    def quoted(self) -> Word | None:
        """Return the quoted text that begins right here, None when there is none.

        In ``"…"`` and ``'…'`` a backslash makes the quote or another backslash plain, and else stands for itself; in backticks
        a doubled backtick is one.
        """
        quote = self.text[self.place : self.place + 1]
        if not quote or quote not in "\"'`":
            return None
        start, place = self.place, self.place + 1
        out: list[str] = []
        while place < len(self.text):
            char = self.text[place]
            following = self.text[place + 1 : place + 2]
            if char == quote and not (quote == "`" and following == "`"):
                self.place = place + 1
                return Word("".join(out), start, quoted=True)
            escaped = char == "`" if quote == "`" else (char == "\\" and following in (quote, "\\") and following != "")
            out.append(following if escaped else char)
            place += 2 if escaped else 1
        raise self.error(f"this {quote} is never closed.", start)

    def name(self) -> list[Word]:
        """Skip blanks and return the pieces of a name that stand together: ``metric."val loss".min`` has three."""
        self.skip_blanks()
        pieces: list[Word] = []
        while self.place < len(self.text):
            piece = self.quoted() or self.bare_here()
            if piece is None:
                break
            pieces.append(self.step_figure(piece))
        return pieces

    def step_figure(self, piece: Word) -> Word:
        """Return ``piece``; when it is ``….step`` and ``(min)`` follows right here, skip that and return ``….min_step``."""
        if piece.quoted or not piece.text.endswith(".step"):
            return piece
        which = _STEP_OF.match(self.text, self.place)
        if which is None:
            return piece
        self.place = which.end()
        return Word(f"{piece.text[:-4]}{which[1]}_step", piece.place)

    def bare_here(self) -> Word | None:
        """Return the unquoted piece of a name that begins right here, None when there is none."""
        if self.text[self.place] in _NAME_STOPS:
            return None
        return self.bare(_NAME_STOPS)

    def value(self) -> Word | None:
        """Skip blanks and return a value, None when none is next."""
        self.skip_blanks()
        quoted = self.quoted()
        if quoted is not None:
            return quoted
        word = self.bare(_VALUE_STOPS)
        return word if word.text else None

    def more_words(self, first: Word, most: int) -> list[tuple[str, int]]:
        """Return what ``first`` makes with the unquoted words after it, and where each text ends; the longest comes first."""
        found = [(first.text, self.place)]
        start = self.place
        for _ in range(most):
            word = self.bare(_VALUE_STOPS)
            if not word.text:
                break
            found.append((f"{found[-1][0]} {word.text}", self.place))
        self.place = start
        return found[::-1]
