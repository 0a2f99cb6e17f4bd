"""Protocol Buffers without their descriptions: the fields of a message by number.

Source: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Union

Value = Union[int, bytes]
Fields = dict[int, list[Value]]

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def fields_of(data: bytes) -> Fields:
    """Return the values of a message by field number, in their order; of fixed-size numbers the bytes.

    Raises:
        ValueError: the bytes are no message.
    """
    found: Fields = {}
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        kind = key & 7
        value: Value
        if kind == _VARINT:
            value, place = _varint(data, place)
        else:
            if kind == _BYTES:
                length, place = _varint(data, place)
            else:
                length = {_FIXED64: 8, _FIXED32: 4}.get(kind, -1)
            if length < 0 or place + length > len(data):
                raise ValueError("a message is cut off or of an unknown kind")
            value, place = data[place : place + length], place + length
        found.setdefault(key >> 3, []).append(value)
    return found


def messages(fields: Fields, number: int) -> Iterator[Fields]:
    """Yield the messages in a field."""
    for value in fields.get(number, ()):
        if isinstance(value, bytes):
            yield fields_of(value)


def message(fields: Fields, number: int) -> Fields:
    """Return the last message in a field, an empty one when there is none."""
    return next(iter([*messages(fields, number)][-1:]), {})


def text(fields: Fields, number: int) -> str:
    """Return the text in a field, empty when there is none."""
    value = fields.get(number, [b""])[-1]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def whole(fields: Fields, number: int) -> int:
    """Return the signed 64-bit integer in a field, 0 when there is none."""
    value = fields.get(number, [0])[-1]
    if not isinstance(value, int):
        return 0
    return value - (1 << 64) if value >= 1 << 63 else value


def floats(data: Value, kind: str) -> list[float]:
    """Return packed floats (``f``) or doubles (``d``), in little-endian order."""
    if not isinstance(data, bytes):
        return []
    count = len(data) // struct.calcsize(f"<{kind}")
    return list(struct.unpack_from(f"<{count}{kind}", data))


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if place >= len(data) or shift > 63:
            raise ValueError("a message is cut off")
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, place
        shift += 7
