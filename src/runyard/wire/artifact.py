"""Bodies about the files of a run."""

from __future__ import annotations

from dataclasses import dataclass, field

from runyard.domain.artifact import ArtifactRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactPage:
    """The files of a run, sorted by path."""

    artifacts: list[ArtifactRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePage:
    """Lines of a text file, without their ends. ``start`` is the number of the first, counted from 0.

    ``total`` counts the lines of the whole file; one that is not ended yet counts too. ``size_bytes`` is what had come when they
    were read: a client that follows the file goes on from there. Bytes that are no UTF-8 show as U+FFFD. Of a line that is too
    long the beginning is there, and its number stands in ``cut``. ``style`` is the control sequence of the colours that are on
    where the page begins.
    """

    start: int
    lines: list[str]
    total: int
    size_bytes: int
    cut: list[int] = field(default_factory=list)
    style: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineHit:
    """A line in which something was found.

    ``text`` is what a terminal shows of it, without control sequences; ``spans`` are the places of the first hits in it:
    beginning and end.
    """

    line: int
    text: str
    spans: list[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSearchEnd:
    """The end of a search: how many lines were hit, and the line at which to go on when there may be more."""

    hits: int
    next_line: int | None
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendAckBody:
    """Answer to an appended chunk: the size of the file now, which is where the next chunk begins."""

    size_bytes: int
