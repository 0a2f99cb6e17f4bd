"""Many small contents in one body: one after the other, each as its SHA-256 (32 bytes), its length (4 bytes, the highest first)
and its bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from runyard.errors import InvalidArgumentError, LimitExceededError

PACK_MAX_CONTENTS = 1000
PACK_MAX_BYTES = 1 << 20
"""What the contents of one pack may come to. A larger content has a request of its own."""

_HEAD = struct.Struct(">32sI")
_PIECE_BYTES = 1 << 16

T = TypeVar("T")


def in_packs(items: Iterable[T], size_of: Callable[[T], int]) -> Iterator[list[T]]:
    """Group things, in their order, so that the contents of each group fit into a pack; one that is too large is alone."""
    pack: list[T] = []
    size_bytes = 0
    for item in items:
        own_bytes = size_of(item)
        if pack and (len(pack) == PACK_MAX_CONTENTS or size_bytes + own_bytes > PACK_MAX_BYTES):
            yield pack
            pack, size_bytes = [], 0
        pack.append(item)
        size_bytes += own_bytes
    if pack:
        yield pack


def packed(contents: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Yield a pack of contents by their hashes, piece by piece."""
    piece = bytearray()
    for sha256, content in contents:
        piece += _HEAD.pack(bytes.fromhex(sha256), len(content))
        piece += content
        if len(piece) >= _PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def unpacked(chunks: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the contents of a pack by the hashes that it gives them, which nobody has checked. Memory holds one at a time.

    Raises:
        InvalidArgumentError: the pack ends in the middle of a content.
        LimitExceededError: it holds too much.
    """
    reader = _Reader(chunks)
    count = size_bytes = 0
    while head := reader.take(_HEAD.size):
        if len(head) < _HEAD.size:
            raise _cut_short(count)
        digest, length = _HEAD.unpack(head)
        count += 1
        size_bytes += length
        require_pack(count, size_bytes)
        content = reader.take(length)
        if len(content) < length:
            raise _cut_short(count - 1)
        yield digest.hex(), content


def require_pack(count: int, size_bytes: int) -> None:
    """Raise :class:`LimitExceededError` for more than one request may carry."""
    if count > PACK_MAX_CONTENTS or size_bytes > PACK_MAX_BYTES:
        raise LimitExceededError(
            f"A request for {count} or more contents with {size_bytes} bytes; the limits are {PACK_MAX_CONTENTS} contents and "
            f"{PACK_MAX_BYTES} bytes. Use several, and one for each content that is larger."
        )


def _cut_short(whole: int) -> InvalidArgumentError:
    return InvalidArgumentError(f"The body ends in the middle of a content, after {whole} whole ones. Send it again.")


class _Reader:
    """Bytes of an iterator, by count."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._held = bytearray()

    def take(self, size: int) -> bytes:
        """Return the next bytes; fewer than ``size`` at the end."""
        while len(self._held) < size and (chunk := next(self._chunks, None)) is not None:
            self._held += chunk
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken
