"""The figures of metrics as records, of all series of many runs at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice, repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from runyard.domain.metric import MetricSummary, MetricValue
from runyard.storage.backends.sql.metric_payload import METRIC_TYPES
from runyard.storage.backends.sql.metric_points import BOOLEAN, FLOAT, INTEGER, Ints
from runyard.storage.backends.sql.metric_read import Shown
from runyard.storage.backends.sql.metric_summary import ENDS, FAMILIES, TABLE, Summary

_READ = [f"{end}_{part}" for end in ENDS for part in ("kind", "bits")]
_READ += ["points", "count", "numbers", "total", "family", "type", "last_x", "min_x", "max_x"]
_NOTHING: list[str] = []  # one for all: ten thousand empty lists take longer than the figures


def listed(runs: Sequence[tuple[Summary, Sequence[Shown]]]) -> list[list[MetricSummary]]:
    """Return the figures of the series that are shown of each run."""
    if not runs:
        return []
    chosen = [(summary.fields, slots) for (summary, _), slots in zip(runs, _slots(runs), strict=True)]
    f = {name: np.concatenate([fields[name][slots] for fields, slots in chosen]) for name in _READ}
    with np.errstate(all="ignore"):
        means = _where(f["numbers"] > 0, f["total"] / f["numbers"])
    values = {end: _values(f[f"{end}_kind"], f[f"{end}_bits"]) for end in ENDS}
    _put_objects(runs, values)
    made = _records(
        len(f["count"]),
        name=[each.name for _, shown in runs for each in shown],
        family=list(map(FAMILIES.__getitem__, f["family"].tolist())),
        type=list(map(METRIC_TYPES.__getitem__, f["type"].tolist())),
        count=f["count"].tolist(),
        last_step=_where((f["points"] > 0) & (f["family"] != TABLE), f["last_x"]),
        min_step=_where(f["min_kind"] > 0, f["min_x"]),
        max_step=_where(f["max_kind"] > 0, f["max_x"]),
        mean=means,
        columns=_columns(runs),
        **values,
    )
    rest = iter(made)
    return [list(islice(rest, len(shown))) for _, shown in runs]


def _slots(runs: Sequence[tuple[Summary, Sequence[Shown]]]) -> Iterator[slice | Ints]:
    """Yield where the series of each run stand in its columns; nearly always they are all there are, one after the other."""
    found: dict[tuple[int, int], slice | Ints] = {}  # runs that log alike have one list of series, which is looked at once
    for summary, shown in runs:
        key = len(summary), id(shown)
        if key not in found:
            slots = np.array([each.slot for each in shown], np.int64)
            is_all = len(slots) == len(summary) and bool((slots == np.arange(len(slots))).all())
            found[key] = slice(None) if is_all else slots
        yield found[key]


def _put_objects(runs: Sequence[tuple[Summary, Sequence[Shown]]], values: dict[str, list[MetricValue]]) -> None:
    """Put in what is no number, and stands beside the columns."""
    start = 0
    for summary, shown in runs:
        for end, objects in (("first", summary.firsts), ("last", summary.lasts)) if summary.firsts or summary.lasts else ():
            for place, each in enumerate(shown, start):
                if each.slot in objects:
                    values[end][place] = objects[each.slot]
        start += len(shown)


def _columns(runs: Sequence[tuple[Summary, Sequence[Shown]]]) -> list[list[str]]:
    """Return the names of the columns of each series that is a table."""
    found: list[list[str]] = []
    for summary, shown in runs:
        if summary.columns:
            found += [summary.columns.get(each.slot, _NOTHING) for each in shown]
        else:
            found += [_NOTHING] * len(shown)
    return found


def _records(size: int, /, **columns: list[Any]) -> list[MetricSummary]:
    """Return records of columns, a column a field.

    The constructor of a frozen class sets each field through Python; ten thousand records would take 40 ms.
    """
    made = list(map(object.__new__, repeat(MetricSummary, size)))
    for name, column in columns.items():
        deque(map(getattr(MetricSummary, name).__set__, made, column), maxlen=0)
    return made


def _where(there: npt.NDArray[np.bool_], values: npt.NDArray[Any]) -> list[Any]:
    """Return the values as a list, None where they are not there."""
    if there.all():
        return values.tolist()  # type: ignore[no-any-return]
    return [value if has else None for value, has in zip(values.tolist(), there.tolist(), strict=True)]


def _values(kinds: npt.NDArray[np.uint8], bits: Ints) -> list[MetricValue]:
    floats = bits.view(np.float64).tolist()
    if (kinds == FLOAT).all():
        return floats  # type: ignore[no-any-return]
    return [
        real if kind == FLOAT else whole if kind == INTEGER else bool(whole) if kind == BOOLEAN else None
        for kind, real, whole in zip(kinds.tolist(), floats, bits.tolist(), strict=True)
    ]
