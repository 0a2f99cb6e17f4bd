"""The fast way into a journal: for numbers of series that a file of it defines already.

One lookup gives where a series is written and how; a file that is full, sealed or closed refuses by itself, so nothing here has
to know which file is the current one. Several numbers at one time are packed in one step: all of what is packed but the time and
the values is kept from the call before that had the same names.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from runyard.wire.journal import BOOLEAN, COMMIT, FLOAT, HAS_STEP, INTEGER, NOTHING

Write = Callable[[bytes], object]
"""Appends bytes to a file in one step, or raises ``ValueError``."""

_PLANS_MAX = 16
"""Each different set of names has a plan; a program that logs ever new ones starts again from none."""

pack_float = struct.Struct("<qqdQ").pack
_pack_integer = struct.Struct("<qqqQ").pack
pack_float_alone = struct.Struct("<q8xdQ").pack
"""Without a step: the same bytes as with the step 0, a number less to pack."""

now_ns = time.time_ns
_FLOAT = (COMMIT << 48) + (FLOAT << 32)
"""Series number, flags and commit word of a scalar are one number here: packing four numbers is a third faster than six.
A series is known by its number and this, which is what a float without a step has; the others add what differs."""

STEP = HAS_STEP << 32

NOT_TAKEN = (ValueError, KeyError, TypeError, struct.error, OverflowError)


class _Plan(NamedTuple):
    """How several numbers are packed. ``numbers`` has four for each: time, step (not where none is given), value and tail."""

    write: Write
    pack: Callable[..., bytes]
    numbers: list[Any]
    has_none: bool


class KnownSeries:
    """Which series a journal has met, and how to write to them. Thread-safe, and safe in signal handlers.

    ``places`` has for each name how its file is written, and the tail of its floats: what :meth:`log` does with them, ``Run.log``
    does by itself for floats, which saves it a third.
    """

    def __init__(self) -> None:
        self.places: dict[str, tuple[Write, int]] = {}
        self._plans: dict[tuple[Any, ...], _Plan] = {}

    def add(self, name: str, write: Write, number: int) -> None:
        """Know that the file of ``write`` defines a series, by its number in it."""
        self.places[name] = write, number + _FLOAT

    def forget(self) -> None:
        """Know none: their file takes nothing more."""
        self.places.clear()
        self._plans.clear()

    def log(self, name: str, value: Any, step: int | None = None) -> bool:
        """Record a number of a known series. False: it did nothing."""
        try:
            write, tail = self.places[name]
            write(_packed(tail, value, step))
        except NOT_TAKEN:
            return False
        return True

    def log_many(self, values: dict[str, Any], step: int | None = None) -> bool:
        """Record several numbers at one time in one step: all of them, or none and False."""
        key = (step is None, *values, *map(type, values.values()))
        try:
            plan = self._plans.get(key) or self._new_plan(key, values, step is None)
            numbers = plan.numbers[:]
            count, width = len(values), 3 if step is None else 4
            numbers[::width] = [now_ns() // 1000] * count
            if step is not None:
                numbers[1::4] = [step] * count
            numbers[width - 2 :: width] = _without_none(values) if plan.has_none else values.values()
            plan.write(plan.pack(*numbers))
        except NOT_TAKEN:
            self._plans.pop(key, None)  # its file may be full: the next one is made for the file after it
            return False
        return True

    def _new_plan(self, key: tuple[Any, ...], values: dict[str, Any], is_alone: bool) -> _Plan:
        known = [self.places[name] for name in values]
        write = known[0][0]
        if any(each is not write for each, _ in known):
            raise ValueError("the series are of several files")
        kinds = [_KINDS.get(type(value)) or _kind(value) for value in values.values()]
        slot = "q8x{}Q" if is_alone else "qq{}Q"
        pack = struct.Struct("<" + "".join(slot.format("d" if kind == FLOAT else "q") for kind in kinds)).pack
        blank = [0] * (2 if is_alone else 3)
        tails = [_tail(tail, kind, is_alone=is_alone) for (_, tail), kind in zip(known, kinds, strict=True)]
        numbers = [number for tail in tails for number in (*blank, tail)]
        if len(self._plans) >= _PLANS_MAX:
            self._plans.clear()
        return self._plans.setdefault(key, _Plan(write, pack, numbers, NOTHING in kinds))


def _packed(tail: int, value: Any, step: int | None) -> bytes:
    """Return the slot of a number of any kind."""
    kind = _KINDS.get(type(value)) or _kind(value)
    pack = pack_float if kind == FLOAT else _pack_integer
    return pack(now_ns() // 1000, step or 0, 0 if value is None else value, _tail(tail, kind, is_alone=step is None))


def _tail(tail: int, kind: int, *, is_alone: bool) -> int:
    return tail + ((kind - FLOAT) << 32) + (0 if is_alone else STEP)


def _without_none(values: dict[str, Any]) -> list[Any]:
    return [0 if value is None else value for value in values.values()]


_KINDS = {float: FLOAT, int: INTEGER, bool: BOOLEAN, type(None): NOTHING}


def _kind(value: Any) -> int:
    """Return what a number of any class is, such as numpy's float64.

    Raises:
        ValueError: it is none that a scalar holds.
    """
    if isinstance(value, float):
        return FLOAT
    if isinstance(value, int):
        return INTEGER
    raise ValueError("not a plain number")
