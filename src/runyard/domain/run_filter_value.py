"""Reads the values of a run filter: numbers, moments, lengths of time.

Moments are ISO dates and times (UTC where no offset is given), ``now``, ``today``, ``yesterday``, ``tomorrow``, a time ago
(``2 hours ago``) or a signed length (``-7d``). Lengths are ``90s``, ``2h``, ``1d 2h``, ``1 hour 30 minutes``, or a bare number
of seconds. A month has 30 days, a year 365.
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta, timezone

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_STORED_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_STORED_NUMBER_MAX_CHARS = 64
_INFINITE = {"inf": math.inf, "+inf": math.inf, "-inf": -math.inf, "infinity": math.inf, "-infinity": -math.inf}
_PART = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([a-zA-Z]+)", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)\s*(Z|[+-][0-9]{2}:?[0-9]{2})?", re.ASCII
)

_UNITS: dict[str, float] = {}
for _seconds, _names in (
    (0.001, "ms millisecond milliseconds"),
    (1, "s sec secs second seconds"),
    (60, "m min mins minute minutes"),
    (3600, "h hr hrs hour hours"),
    (86_400, "d day days"),
    (604_800, "w week weeks"),
    (2_592_000, "mo month months"),
    (31_536_000, "y year years"),
):
    _UNITS.update(dict.fromkeys(_names.split(), float(_seconds)))

_NEXT_DAYS = {"yesterday": "today", "today": "tomorrow"}

SECONDS_MAX = 3.2e9
"""About a hundred years. A longer time is a slip of the pen, and some of its moments could not be written down."""


def number_of(text: str) -> float | None:
    """Return the number that a stored text is, None when it is no finite number.

    This is what "numbers compared as numbers" means for tags, properties and parameters: ``1e-3``, ``0.001`` and ``+.001`` are
    one number; ``nan``, ``inf``, ``1_000``, ``0x10`` and an empty text are none.
    """
    if not text or len(text) > _STORED_NUMBER_MAX_CHARS:
        return None
    text = text.strip(" ")
    if not _STORED_NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def read_number(text: str) -> float | None:
    """Return the number that a filter's text is, None when it is none. ``inf`` and ``1_000`` are numbers here."""
    lower = text.lower()
    if lower in _INFINITE:
        return _INFINITE[lower]
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text.replace("_", ""))
    return value if math.isfinite(value) else None


def read_duration(text: str) -> float | None:
    """Return a length of time in seconds, None when the text is none."""
    stripped = text.strip()
    number = read_number(stripped)
    if number is not None:
        return number if 0 <= number <= SECONDS_MAX else None
    position, total = 0, 0.0
    while position < len(stripped):
        part = _PART.match(stripped, position)
        if part is None or part[2].lower() not in _UNITS:
            return None
        total += float(part[1]) * _UNITS[part[2].lower()]
        position = part.end()
        while position < len(stripped) and stripped[position] in " ,":
            position += 1
    return total if stripped and total <= SECONDS_MAX else None


def read_instant(text: str, now: datetime) -> datetime | None:
    """Return a moment, None when the text is none."""
    stripped = text.strip()
    lower = stripped.lower()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    day = timedelta(days=1)
    named = {"now": now, "today": midnight, "yesterday": midnight - day, "tomorrow": midnight + day}
    if lower in named:
        return named[lower]
    if lower.endswith(" ago"):
        return _shifted(now, lower[:-4], -1)
    if stripped[:1] in "+-" and not _NUMBER.fullmatch(stripped):
        return _shifted(now, stripped[1:], -1 if stripped[0] == "-" else 1)
    return _iso(stripped)


def next_day(text: str) -> str | None:
    """Return the text that names the day after the day that ``text`` names, None when it names none."""
    stripped = text.strip().lower()
    if stripped in _NEXT_DAYS:
        return _NEXT_DAYS[stripped]
    day = _iso(stripped) if _DAY.fullmatch(stripped) else None
    return None if day is None or day.year > 9000 else f"{day + timedelta(days=1):%Y-%m-%d}"


def _shifted(now: datetime, text: str, sign: int) -> datetime | None:
    seconds = read_duration(text)
    if seconds is None or read_number(text.strip()) is not None:
        return None
    try:
        return now + sign * timedelta(seconds=seconds)
    except OverflowError:
        return None


def _iso(text: str) -> datetime | None:
    # Written out: Python 3.10's fromisoformat reads less than 3.11's.
    try:
        if _DAY.fullmatch(text):
            return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=timezone.utc)
        parts = _ISO.fullmatch(text)
        if parts is None:
            return None
        clock = parts[2] if parts[2].count(":") == 2 else f"{parts[2]}:00"
        form = "%Y-%m-%dT%H:%M:%S.%f%z" if "." in clock else "%Y-%m-%dT%H:%M:%S%z"
        zone = (parts[3] or "Z").replace(":", "").replace("Z", "+0000")
        return datetime.strptime(f"{parts[1]}T{clock}{zone}", form).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None
