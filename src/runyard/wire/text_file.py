"""Bodies about the lines of a text file. Lines are counted from 1."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePage:
    """Lines ``start`` and after of a file, as a terminal shows them: after a carriage return a line begins anew.

    ``style`` is the control sequence of the colours that are on where the page begins. ``cut`` names the lines, by their number,
    whose end is left out because they are too long. ``is_text`` is false for a file that is none; it has no lines then.
    """

    start: int
    lines: list[str]
    total_lines: int
    size_bytes: int
    style: str = ""
    cut: list[int] = field(default_factory=list)
    is_text: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LineHit:
    """A line that matches: its number and the beginning of its text, without colours."""

    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineHitPage:
    """The lines that match, in order. ``next_start`` is the line to go on from, None at the end of the file."""

    hits: list[LineHit]
    total_lines: int
    next_start: int | None = None
