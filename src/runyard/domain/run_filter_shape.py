"""Reads the values of a run filter as its fields want them, and says what is wrong with those that do not fit."""

from __future__ import annotations

import difflib
import math
from datetime import datetime

from runyard.domain.run import RunStatus
from runyard.domain.run_filter_ast import DurationValue, Field, InstantValue, NumberValue, Shape, TextValue, Value
from runyard.domain.run_filter_field import ALIASES, FIELDS
from runyard.domain.run_filter_scan import Scanner, Word
from runyard.domain.run_filter_value import next_day, read_duration, read_instant, read_number

_STATUSES = {status.value.lower(): status.value for status in RunStatus}
_WORDS_MAX = 7


def unknown_field(name: str) -> str:
    """Return what to say about a field that there is not."""
    close = difflib.get_close_matches(name.lower(), [*FIELDS, *ALIASES], n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    return (
        f"there is no field {name[:60]!r}.{hint} A parameter is param.NAME, a metric metric.NAME, a tag tag.NAME; "
        "text to search for goes in quotes."
    )


class ValueReader:
    """Reads values at the place of a scanner."""

    def __init__(self, scanner: Scanner, now: datetime) -> None:
        self.scanner = scanner
        self.now = now

    def word(self, field: Field | None = None) -> Word:
        """Return the next value as it is written. For times the words of one value are taken together: ``2 hours ago``."""
        word = self.scanner.value()
        if word is None:
            raise self.scanner.error("a value was expected here.")
        return word if field is None else self.widened(field, word)

    def widened(self, field: Field, word: Word) -> Word:
        """Return ``word`` with the words after it that belong to the same moment or length of time."""
        if word.quoted or field.shape not in (Shape.INSTANT, Shape.DURATION):
            return word
        for text, end in self.scanner.more_words(word, _WORDS_MAX):
            if self._time(field, text) is not None:
                self.scanner.place = end
                return Word(text, word.place)
        return word

    def of(self, field: Field, word: Word) -> Value:
        """Return a written value as one that ``field`` can be compared with."""
        if field.shape is Shape.STATUS:
            return self._status(word)
        if field.shape in (Shape.INSTANT, Shape.DURATION):
            return self._required_time(field, word)
        if field.shape in (Shape.NUMBER, Shape.METRIC):
            return self._number(field, word)
        number = read_number(word.text) if field.shape is Shape.LABEL and not word.quoted else None
        if number is not None and math.isfinite(number):
            return NumberValue(number, word.text)
        return TextValue(word.text)

    def whole_day(self, field: Field, value: Value) -> Value | None:
        """Return the end of the day that a value names, None when it names a moment."""
        following = next_day(value.text)
        return None if following is None else self._time(field, following)

    def _status(self, word: Word) -> Value:
        plain = word.text.lower().replace("_", "").replace(" ", "")
        if plain not in _STATUSES:
            names = ", ".join(status.value for status in RunStatus)
            raise self.scanner.error(f"there is no status {word.text[:40]!r}. There are: {names}.", word.place)
        return TextValue(_STATUSES[plain])

    def _number(self, field: Field, word: Word) -> Value:
        number = read_number(word.text)
        if number is None:
            shown = f"{field.name}.{field.key}" if field.key else field.name
            raise self.scanner.error(f"{shown} is compared with numbers, and {word.text[:40]!r} is none.", word.place)
        return NumberValue(number, word.text)

    def _required_time(self, field: Field, word: Word) -> Value:
        value = self._time(field, word.text)
        if value is not None:
            return value
        if field.shape is Shape.DURATION:
            why = f'{word.text[:40]!r} is no length of time. Write 90s, 2h, or "1d 2h".'
        else:
            why = f'{word.text[:40]!r} is no moment. Write 2026-01-31, "2026-01-31 14:30", -7d, or "2 hours ago".'
        raise self.scanner.error(why, word.place)

    def _time(self, field: Field, text: str) -> Value | None:
        if field.shape is Shape.DURATION:
            seconds = read_duration(text)
            return None if seconds is None else DurationValue(seconds, text)
        at = read_instant(text, self.now)
        return None if at is None else InstantValue(at, text)
