"""What a compaction of one run makes of its tail: blocks, levels of the pyramid, a new summary. Reads, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from runyard.domain.metric import MetricFamily
from runyard.storage.backends.sql.metric_block import BLOCK_POINTS, EncodedBlock, Entry, are_plain, encode_block, encode_plain
from runyard.storage.backends.sql.metric_group import Groups
from runyard.storage.backends.sql.metric_key import Keys, SeriesKey
from runyard.storage.backends.sql.metric_points import Ints, Points, joined
from runyard.storage.backends.sql.metric_pyramid import LEVELS, ROW_POINTS, build_level
from runyard.storage.backends.sql.metric_stored import OPEN, SEALED, StoredBlocks
from runyard.storage.backends.sql.metric_summary import Summary

SERIES_PER_ROW = 64
"""Series that share a row of full blocks. More would make a row of several megabytes."""


@dataclass(frozen=True, slots=True)
class NewBlock:
    """A row of ``metric_block`` to insert: points ``lo`` up to ``hi`` of its series."""

    level: int
    keys: Keys
    lo: int
    hi: int
    block: EncodedBlock


@dataclass(slots=True)
class Plan:
    """What the transaction of a compaction does beside deleting tail rows."""

    summary: Summary
    blocks: list[NewBlock] = field(default_factory=list)
    superseded: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Full:
    """Points of one series that fill whole blocks; ``lo`` is the index of the first."""

    key: int
    lo: int
    points: Points
    has_pyramid: bool


def plan_compaction(summary: Summary, stored: StoredBlocks, groups: Groups, names: list[SeriesKey]) -> Plan:
    """Return what makes ``groups`` (the tail) part of the blocks. ``summary`` is changed and becomes the new one."""
    plan = Plan(summary)
    counts, sealed = _held(summary, groups.keys)
    lengths = np.diff(groups.starts)
    block = None
    if (counts - sealed + lengths < BLOCK_POINTS).all():
        block = _open_block_at_once(groups, counts, lengths)
    if block is not None:  # nearly always: nothing is looked at by itself
        summary.add(groups, names)
        plan.blocks.append(block)
        return plan
    opened: list[Entry] = []
    full: list[_Full] = []
    for (key, added), held, (_, family) in zip(
        groups.each(), zip(counts.tolist(), sealed.tolist(), strict=True), names, strict=True
    ):
        if len(added):
            _divide(key, added, held, family, stored, opened, full)
    summary.add(groups, names)
    for each in full:
        summary.fields["sealed"][summary.slots[each.key]] += len(each.points)
    if opened:
        plan.blocks.append(open_block(opened))
    _seal(plan, stored, full)
    return plan


def _held(summary: Summary, keys: list[int]) -> tuple[Ints, Ints]:
    """Return how many points each series has already, and how many of those are in full blocks."""
    if not len(summary):
        return np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64)
    slots = np.array([summary.slots.get(key, -1) for key in keys], np.int64)
    points, sealed = summary.fields["points"], summary.fields["sealed"]
    return np.where(slots < 0, 0, points[slots]), np.where(slots < 0, 0, sealed[slots])


def _open_block_at_once(groups: Groups, los: Ints, lengths: Ints) -> NewBlock | None:
    """Return the open block of all points, when all series are small and of floats; None when they are not."""
    keys = np.array(groups.keys, np.int32)
    order = np.argsort(keys, kind="stable")
    order = order[lengths[order] > 0]
    if not len(order) or not are_plain(lengths[order]):
        return None
    points = groups.points
    if (np.diff(order) < 0).any():
        within = np.arange(len(points)) - np.repeat(np.cumsum(lengths[order]) - lengths[order], lengths[order])
        points = points.take(np.repeat(groups.starts[order], lengths[order]) + within)
    block = encode_plain(los[order], lengths[order], points)
    return None if block is None else NewBlock(OPEN, keys[order], 0, 0, block)


def _divide(
    key: int,
    added: Points,
    counts: tuple[int, int],
    family: MetricFamily,
    stored: StoredBlocks,
    opened: list[Entry],
    full: list[_Full],
) -> None:
    """Put the points of one series where they go: whole blocks, and the rest into the open block."""
    count, sealed = counts
    total = count - sealed + len(added)
    if total < BLOCK_POINTS:
        opened.append(Entry(key, count, added))
        return
    points = joined([stored.open_points(key, sealed, count), added])
    whole = total - total % BLOCK_POINTS
    full.append(_Full(key, sealed, points.part(0, whole), family is MetricFamily.SERIES))
    if whole < total:
        opened.append(Entry(key, sealed + whole, points.part(whole, total)))


def open_block(entries: list[Entry]) -> NewBlock:
    """Return the row for points that fill no whole block yet."""
    entries = sorted(entries, key=lambda entry: entry.key)
    return NewBlock(OPEN, _keys(entries), 0, 0, encode_block(entries, with_bounds=False))


def _seal(plan: Plan, stored: StoredBlocks, full: list[_Full]) -> None:
    # Series that fill the same blocks at the same time share rows, so that equal steps and times are stored once.
    alike: dict[tuple[int, int, bool], list[_Full]] = {}
    for each in full:
        alike.setdefault((each.lo, len(each.points), each.has_pyramid), []).append(each)
    for same in alike.values():
        same.sort(key=lambda each: each.key)
        for start in range(0, len(same), SERIES_PER_ROW):
            group = same[start : start + SERIES_PER_ROW]
            _add_full_blocks(plan, group)
            if group[0].has_pyramid:
                _add_pyramid(plan, stored, group)
    advanced = {each.key for each in full}
    plan.superseded = [pk for pk, keys in stored.heads_read.items() if advanced.issuperset(keys)]


def _add_full_blocks(plan: Plan, group: list[_Full]) -> None:
    for start in range(0, len(group[0].points), BLOCK_POINTS):
        lo = group[0].lo + start
        entries = [Entry(each.key, lo, each.points.part(start, start + BLOCK_POINTS)) for each in group]
        plan.blocks.append(NewBlock(SEALED, _keys(entries), lo, lo + BLOCK_POINTS, encode_block(entries)))


def _add_pyramid(plan: Plan, stored: StoredBlocks, group: list[_Full]) -> None:
    """Extend the levels over the new full blocks. The last row of a level grows by being written anew until it is full."""
    levels = {each.key: (each.points, np.arange(each.lo, each.lo + len(each.points))) for each in group}
    lo, hi = group[0].lo, group[0].lo + len(group[0].points)
    for level in LEVELS:
        levels = {key: build_level(points, places, level) for key, (points, places) in levels.items()}
        span = ROW_POINTS[level]
        for row_lo in range(lo - lo % span, hi, span):
            row_hi = min(row_lo + span, hi)
            entries = []
            for key, (points, places) in levels.items():
                first, last = np.searchsorted(places, [row_lo, row_hi])
                own, own_places = points.part(int(first), int(last)), places[first:last]
                if row_lo < lo:
                    head, head_places = stored.head(key, level, row_lo, lo)
                    own, own_places = joined([head, own]), np.concatenate([head_places, own_places])
                entries.append(Entry(key, row_lo, own, own_places))
            plan.blocks.append(NewBlock(level, _keys(entries), row_lo, row_hi, encode_block(entries)))


def merged_block(stored: StoredBlocks, pks: list[int], sealed_of: Callable[[int], int]) -> NewBlock | None:
    """Return one open block for several, without the points that are in full blocks by now; None when nothing is left."""
    parts: dict[int, list[Entry]] = {}
    for entry in stored.open_entries(pks):
        if entry.lo >= sealed_of(entry.key):  # a series goes into full blocks with all the points that it has in open ones
            parts.setdefault(entry.key, []).append(entry)
    entries = []
    for key, own in parts.items():
        own.sort(key=lambda entry: entry.lo)
        entries.append(Entry(key, own[0].lo, joined([entry.points for entry in own])))
    return open_block(entries) if entries else None


def _keys(entries: list[Entry]) -> Keys:
    return np.array([entry.key for entry in entries], np.int32)
