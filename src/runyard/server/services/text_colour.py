"""Control sequences of terminals in text: which colours are on after a text, and a text without them."""

from __future__ import annotations

import re

_ESCAPE = b"\x1b"
_COLOUR = re.compile(rb"\x1b\[([0-9;:]*)m")
# A control sequence, an operating-system command (up to BEL or ST), the choice of a character set, or a two-character escape.
_SEQUENCE = re.compile(rb"\x1b(?:\[[0-9;:?]*[@-~]|[()][A-Z0-9]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
# After one of these nothing of what was before counts.
_FULL_RESETS = (b"\x1b[0m", b"\x1b[m")
_CODE_MAX_BYTES = 64
"""A sequence that is longer is none."""
_SAMPLE_BYTES = 4096

_ENDS = {22: ("1", "2"), 23: ("3",), 24: ("4",), 27: ("7",), 29: ("9",), 39: ("ink",), 49: ("ground",)}
"""Which marks a code takes away."""


def without_escapes(text: bytes) -> bytes:
    """Return what a terminal shows of a text. Line ends stay as they are."""
    if _ESCAPE not in text:
        return text
    # A log has few different sequences, many times each: taken out one kind after the other they cost a third.
    for match in {each[0] for each in _COLOUR.finditer(text, 0, _SAMPLE_BYTES)}:
        text = text.replace(match, b"")
    return _SEQUENCE.sub(b"", text) if _ESCAPE in text else text


def colours_after(before: str, text: bytes) -> str:
    """Return the codes that are on after a text, such as ``1;31``, with those of ``before`` on at its beginning."""
    if _ESCAPE not in text:
        return before
    at = max(text.rfind(reset) for reset in _FULL_RESETS)
    if at >= 0:
        before, text = "", text[at:]
    marks = _marks({}, before)
    for match in _COLOUR.finditer(text):
        marks = _marks(marks, match[1].decode("ascii"))
    return ";".join(marks.values())


def open_sequence(text: bytes) -> bytes:
    """Return the end of a text that begins a sequence and may go on in what follows."""
    at = text.rfind(_ESCAPE, max(0, len(text) - _CODE_MAX_BYTES))
    return text[at:] if at >= 0 and not _SEQUENCE.match(text, at) else b""


def _marks(marks: dict[str, str], codes: str) -> dict[str, str]:
    """Return what is on after some codes: what is marked, and the code that did it."""
    numbers = [int(code or 0) for code in re.split("[;:]", codes)]
    marks = dict(marks)
    while numbers:
        number = numbers.pop(0)
        if number == 0:
            marks.clear()
        elif number in (38, 48):
            used = {5: 2, 2: 4}.get(numbers[0] if numbers else 0, len(numbers))
            marks["ink" if number == 38 else "ground"] = ";".join(map(str, [number, *numbers[:used]]))
            del numbers[:used]
        elif 30 <= number <= 37 or 90 <= number <= 97:
            marks["ink"] = str(number)
        elif 40 <= number <= 47 or 100 <= number <= 107:
            marks["ground"] = str(number)
        elif number in (1, 2, 3, 4, 7, 9):
            marks[str(number)] = str(number)
        else:
            for ended in _ENDS.get(number, ()):
                marks.pop(ended, None)
    return marks
