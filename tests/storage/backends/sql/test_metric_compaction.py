"""What a compaction makes of many small series at once is what it makes of each by itself."""

from __future__ import annotations

import numpy as np
import pytest

from runyard.domain.metric import MetricFamily
from runyard.storage.backends.sql import metric_compaction
from runyard.storage.backends.sql.metric_block import Block, entries_of
from runyard.storage.backends.sql.metric_compaction import NewBlock, plan_compaction
from runyard.storage.backends.sql.metric_group import Groups
from runyard.storage.backends.sql.metric_points import FLOAT, HAS_STEP, INTEGER, Points
from runyard.storage.backends.sql.metric_stored import StoredBlocks
from runyard.storage.backends.sql.metric_summary import Summary


def groups(keys: list[int], lengths: list[int], kind: int = FLOAT) -> Groups:
    count = sum(lengths)
    random = np.random.default_rng(count)
    steps, times, bits = (random.integers(0, 1 << 40, count) for _ in range(3))
    starts = np.concatenate([[0], np.cumsum(lengths)])
    points = Points(np.full(count, kind | HAS_STEP, np.uint8), steps, times, bits)
    return Groups(keys, [0] * len(keys), {}, starts, points)


def planned(found: list[Groups]) -> tuple[list[NewBlock], Summary]:
    summary, blocks = Summary(), []
    for each in found:
        stored = StoredBlocks(None, None, 1, [])  # type: ignore[arg-type]  # nothing is read from it
        stored.use_open_blocks([])
        plan = plan_compaction(summary, stored, each, [(f"m{key}", MetricFamily.SERIES) for key in each.keys])
        summary = plan.summary
        blocks += plan.blocks
    return blocks, summary


def contents(block: NewBlock) -> list[tuple[int, int, list[int], list[int], list[int], list[int]]]:
    data = block.block.data
    read = Block(block.block.directory, len(data), lambda start, length: data[start : start + length])
    return [
        (entry.key, entry.lo, *(column.tolist() for column in (p.flags, p.steps, p.times, p.bits)))
        for entry in entries_of(read, block.keys.tolist())
        for p in (entry.points,)
    ]


@pytest.mark.parametrize(
    "found",
    [
        [groups([3, 1, 2], [5, 5, 5])],
        [groups([2, 9, 4, 1], [4, 0, 4, 4])],
        [groups(list(range(200, 0, -1)), [n % 7 for n in range(200)])],
        [groups([1, 2, 3], [5, 5, 5]), groups([3, 4, 1], [2, 2, 2])],
        [groups([5, 6], [3, 3], INTEGER)],
        [groups([5, 6], [0, 0])],
        [groups([5, 6], [3, 400])],
    ],
    ids=["out of order", "one empty", "many", "twice", "integers", "nothing", "a large one"],
)
def test_series_together_become_what_each_becomes_by_itself(found: list[Groups], monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, summary = planned(found)
    monkeypatch.setattr(metric_compaction, "_open_block_at_once", lambda *_: None)
    one_by_one, plain = planned(found)
    assert [contents(block) for block in at_once] == [contents(block) for block in one_by_one]
    assert [block.block for block in at_once] == [block.block for block in one_by_one]
    assert summary.encode() == plain.encode()
    logged: dict[int, list[int]] = {}
    for each in found:
        for place, key in enumerate(each.keys):
            own = each.points.part(int(each.starts[place]), int(each.starts[place + 1]))
            logged.setdefault(key, []).extend(own.bits.tolist())
    stored: dict[int, list[int]] = {}
    for block in at_once:
        for key, _, _, _, _, bits in contents(block):
            stored.setdefault(key, []).extend(bits)
    assert stored == {key: bits for key, bits in logged.items() if bits}
