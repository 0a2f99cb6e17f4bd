"""JSON and MessagePack, to and from the wire classes.

JSON has no NaN and no infinity. In JSON a non-finite number is written as the text ``"NaN"``, ``"Infinity"`` or ``"-Infinity"``;
MessagePack carries it exactly, so the SDK asks for MessagePack wherever metric values travel.
"""

from __future__ import annotations

import math
from typing import Any, TypeVar

import msgspec

from runyard.errors import InvalidArgumentError

JSON = "application/json"
MSGPACK = "application/msgpack"

T = TypeVar("T")


def to_json(value: Any) -> bytes:
    """Encode a wire object as JSON.

    Raises:
        InvalidArgumentError: a text in it has no UTF-8 form.
    """
    try:
        return msgspec.json.encode(_finite(msgspec.to_builtins(value)))
    except UnicodeEncodeError as error:
        raise InvalidArgumentError(
            f"{error.object[:100]!r} is not UTF-8 text and cannot be sent: it holds half a character, as names of files may. "
            "text.encode('utf-8', 'backslashreplace').decode() makes a text of it that can."
        ) from error


def to_msgpack(value: Any) -> bytes:
    """Encode a wire object as MessagePack."""
    return msgspec.msgpack.encode(value)


def from_json(data: bytes, cls: type[T]) -> T:
    """Decode JSON into ``cls``; unknown fields are ignored."""
    return msgspec.json.decode(data, type=cls)


def from_msgpack(data: bytes, cls: type[T]) -> T:
    """Decode MessagePack into ``cls``; unknown fields are ignored."""
    return msgspec.msgpack.decode(data, type=cls)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else _NAMES[str(value)]
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return value


_NAMES = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
