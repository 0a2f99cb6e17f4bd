"""A pack of contents says what was put into it, however it is cut on the way, and never more than a request may carry."""

from __future__ import annotations

import hashlib
import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runyard.errors import InvalidArgumentError, LimitExceededError
from runyard.wire.blob_pack import PACK_MAX_BYTES, PACK_MAX_CONTENTS, in_packs, packed, unpacked

CONTENTS = st.lists(st.binary(max_size=200), max_size=20)


def named(contents: list[bytes]) -> list[tuple[str, bytes]]:
    return [(hashlib.sha256(content).hexdigest(), content) for content in contents]


def body_of(contents: list[bytes]) -> bytes:
    return b"".join(packed(named(contents)))


@given(contents=CONTENTS, chunk_bytes=st.integers(1, 500))
def test_what_goes_in_comes_out_however_the_body_is_cut(contents: list[bytes], chunk_bytes: int) -> None:
    body = body_of(contents)
    chunks = [body[start : start + chunk_bytes] for start in range(0, len(body), chunk_bytes)]
    assert list(unpacked(chunks)) == named(contents)


@given(contents=CONTENTS.filter(bool), data=st.data())
def test_a_body_that_ends_too_early_gives_whole_contents_and_then_an_error(contents: list[bytes], data: st.DataObject) -> None:
    body = body_of(contents)
    edges = {len(body_of(contents[:count])) for count in range(len(contents) + 1)}
    cut = data.draw(st.integers(0, len(body)).filter(lambda size: size not in edges))
    found = []
    with pytest.raises(InvalidArgumentError, match="in the middle"):
        for each in unpacked([body[:cut]]):
            found.append(each)
    assert found == named(contents)[: len(found)]


def test_a_pack_with_too_many_contents_is_refused() -> None:
    body = body_of([b""] * (PACK_MAX_CONTENTS + 1))
    with pytest.raises(LimitExceededError, match=f"the limits are {PACK_MAX_CONTENTS} contents"):
        list(unpacked([body]))


def test_a_content_that_says_that_it_is_too_large_is_refused_before_it_is_read() -> None:
    def chunks() -> object:
        yield struct.pack(">32sI", b"\0" * 32, PACK_MAX_BYTES + 1)
        raise AssertionError("it was read on")

    with pytest.raises(LimitExceededError):
        list(unpacked(chunks()))  # type: ignore[arg-type]


@given(sizes=st.lists(st.integers(0, 2 * PACK_MAX_BYTES), max_size=50))
def test_packs_keep_the_order_and_the_limits_and_only_what_is_too_large_is_over_them(sizes: list[int]) -> None:
    packs = list(in_packs(sizes, lambda size: size))
    assert [size for pack in packs for size in pack] == sizes
    assert all(pack and (len(pack) == 1 or sum(pack) <= PACK_MAX_BYTES) for pack in packs)
    assert all(sum(one) + other[0] > PACK_MAX_BYTES for one, other in itertools.pairwise(packs))


def test_many_empty_contents_are_several_packs() -> None:
    packs = list(in_packs(range(2 * PACK_MAX_CONTENTS + 1), lambda _: 0))
    assert [len(pack) for pack in packs] == [PACK_MAX_CONTENTS, PACK_MAX_CONTENTS, 1]
