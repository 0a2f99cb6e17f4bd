"""A cache that is bounded by the size of what it keeps."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

from runyard.storage.sized_cache import SizedCache


def cache(max_size: int) -> SizedCache[int, str]:
    return SizedCache(max_size, len)


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    kept = cache(9)
    for key in range(3):
        kept.keep(key, "abc")
    assert kept.get(0) == "abc"
    kept.keep(3, "abc")
    assert [key for key in range(4) if kept.get(key)] == [0, 2, 3]


def test_a_value_in_place_of_another_counts_once_and_is_the_newest() -> None:
    kept = cache(9)
    for key in (1, 2, 1):
        kept.keep(key, "abcd")
    assert kept.size == 8
    kept.keep(1, "a")
    kept.keep(3, "abcdef")
    assert (kept.get(2), kept.get(1), kept.size) == (None, "a", 7)


def test_the_newest_stays_however_large_it_is_and_goes_with_the_next() -> None:
    kept = cache(2)
    kept.keep(1, "a")
    kept.keep(2, "abcdef")
    assert (kept.get(1), kept.get(2)) == (None, "abcdef")
    kept.keep(3, "a")
    assert (kept.get(2), kept.get(3), kept.size) == (None, "a", 1)


def test_the_size_is_that_of_what_is_kept_whoever_writes_at_once() -> None:
    kept = cache(100)

    def work(seed: int) -> None:
        chosen = random.Random(seed)
        for _ in range(500):
            kept.keep(chosen.randrange(30), "x" * chosen.randrange(20))
            kept.get(chosen.randrange(30))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    values = [kept.get(key) for key in range(30)]
    assert kept.size == sum(len(value) for value in values if value is not None) <= 100
