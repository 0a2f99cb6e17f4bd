"""One line of an ignore file, with the meaning that git gives it. Names are bytes, as git compares them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SPECIAL = re.compile(rb"[*?\[\\]")
_CLASS_NAME = re.compile(rb"\[:([^]]*):\]")
_ALNUM = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_GRAPH = frozenset(range(0x21, 0x7F))
_CLASSES = {
    b"alnum": _ALNUM,
    b"alpha": frozenset(byte for byte in _ALNUM if byte >= 0x41),
    b"blank": frozenset(b" \t"),
    b"cntrl": frozenset([*range(0x20), 0x7F]),
    b"digit": frozenset(b"0123456789"),
    b"graph": _GRAPH,
    b"lower": frozenset(b"abcdefghijklmnopqrstuvwxyz"),
    b"print": _GRAPH | {0x20},
    b"punct": _GRAPH - _ALNUM,
    b"space": frozenset(b" \t\n\v\f\r"),
    b"upper": frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    b"xdigit": frozenset(b"0123456789abcdefABCDEF"),
}
_SLASH = 0x2F


class _NeverError(Exception):
    """The pattern can match nothing: a bracket that is not closed, or a backslash at the end."""


@dataclass(frozen=True, slots=True)
class IgnorePattern:
    """A rule. ``text`` is how it is written; ``is_exclude`` is false for a rule that brings something back."""

    text: str
    is_exclude: bool
    only_folders: bool
    is_name: bool
    literal: bytes
    rest: re.Pattern[bytes] | None

    def matches(self, path: bytes, is_folder: bool) -> bool:
        """True when the rule is about ``path``, which is relative to the folder of the rule's file."""
        if self.only_folders and not is_folder:
            return False
        if self.is_name:
            path = path.rpartition(b"/")[2]
        if not path.startswith(self.literal):
            return False
        rest = path[len(self.literal) :]
        return not rest if self.rest is None else self.rest.fullmatch(rest) is not None


def read_patterns(content: bytes) -> Iterator[IgnorePattern]:
    """Yield the rules of an ignore file, in their order."""
    for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        line = _without_spaces_at_end(line.removesuffix(b"\r"))
        if line and not line.startswith(b"#") and (pattern := _pattern(line)) is not None:
            yield pattern


def _without_spaces_at_end(line: bytes) -> bytes:
    kept = at = 0
    while at < len(line):
        if line[at : at + 1] == b"\\":
            at += 1
            kept = at + 1
        elif line[at : at + 1] != b" ":
            kept = at + 1
        at += 1
    return line[:kept]


def _pattern(line: bytes) -> IgnorePattern | None:
    body = line.removeprefix(b"!")
    only_folders = body.endswith(b"/")
    wanted = body[:-1] if only_folders else body
    is_name = b"/" not in wanted
    wanted = wanted.removeprefix(b"/")
    special = _SPECIAL.search(wanted)
    literal = wanted if special is None else wanted[: special.start()]
    if not wanted:
        return None
    try:
        # What stands before the first special character is compared by itself, so `**` counts as leading behind it.
        rest = None if special is None else re.compile(_expression(wanted[len(literal) :], crosses=is_name), re.DOTALL)
    except _NeverError:
        return None
    text = line.decode("utf-8", "replace")
    return IgnorePattern(text, not line.startswith(b"!"), only_folders, is_name, literal, rest)


def _expression(pattern: bytes, *, crosses: bool) -> bytes:
    """Return the regular expression that means the same. With ``crosses`` a slash is a character like others."""
    out = []
    at = 0
    while at < len(pattern):
        char = pattern[at : at + 1]
        if char == b"*":
            piece, at = _stars(pattern, at, crosses)
        elif char == b"?":
            piece, at = (b"." if crosses else b"[^/]"), at + 1
        elif char == b"[":
            members, at = _bracket(pattern, at + 1)
            piece = _one_of(members if crosses else members - {_SLASH})
        elif char == b"\\":
            if at + 1 == len(pattern):
                raise _NeverError
            piece, at = re.escape(pattern[at + 1 : at + 2]), at + 2
        else:
            piece, at = re.escape(char), at + 1
        out.append(piece)
    return b"".join(out)


def _stars(pattern: bytes, at: int, crosses: bool) -> tuple[bytes, int]:
    end = at
    while pattern[end : end + 1] == b"*":
        end += 1
    if crosses:
        return b".*", end
    is_alone = (at == 0 or pattern[at - 1] == _SLASH) and (end == len(pattern) or pattern[end:].startswith((b"/", b"\\/")))
    if end - at == 1 or not is_alone:
        return b"[^/]*", end
    if pattern[end : end + 1] == b"/":
        return b"(?:.*/)?", end + 1
    return b".*", end


def _bracket(pattern: bytes, at: int) -> tuple[frozenset[int], int]:
    """Return the bytes that a bracket stands for, and where it ends. ``at`` is behind its opening."""
    is_negated = pattern[at : at + 1] in (b"!", b"^")
    first = at = at + is_negated
    members: set[int] = set()
    before: int | None = None
    while at == first or pattern[at : at + 1] != b"]":
        if at >= len(pattern):
            raise _NeverError
        if pattern[at : at + 1] == b"[" and (named := _CLASS_NAME.match(pattern, at)):
            if named[1] not in _CLASSES:
                raise _NeverError
            members |= _CLASSES[named[1]]
            before, at = None, named.end()
        elif pattern[at : at + 1] == b"-" and before is not None and pattern[at + 1 : at + 2] not in (b"", b"]"):
            last, at = _member(pattern, at + 1)
            members.update(range(before, last + 1))
            before = None
        else:
            before, at = _member(pattern, at)
            members.add(before)
    every = frozenset(range(256))
    return (every - members if is_negated else frozenset(members)), at + 1


def _member(pattern: bytes, at: int) -> tuple[int, int]:
    at += pattern[at : at + 1] == b"\\"
    if at >= len(pattern):
        raise _NeverError
    return pattern[at], at + 1


def _one_of(members: frozenset[int]) -> bytes:
    if not members:
        raise _NeverError
    return b"[" + b"".join(b"\\x%02x" % byte for byte in sorted(members)) + b"]"
