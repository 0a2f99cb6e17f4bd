"""The figures of metrics as columns, and as records of all series of many runs at once."""

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
from runyard.storage.metric_base import MetricFigures

_READ = [f"{end}_{part}" for end in ENDS for part in ("kind", "bits")]
_READ += ["points", "count", "numbers", "total", "family", "type", "last_x", "min_x", "max_x"]
_NOTHING: list[str] = []  # one for all: ten thousand empty lists take longer than the figures


def listed(runs: Sequence[tuple[Summary, Sequence[Shown]]]) -> list[list[MetricSummary]]:
    """Return the figures of the series that are shown of each run, as records."""
    if not runs:
        return []
    chosen = [(summary.fields, slots) for (summary, _), slots in zip(runs, _slots(runs), strict=True)]
    fields = {name: np.concatenate([own[name][slots] for own, slots in chosen]) for name in _READ}
    made = _records(_figures([each.name for _, shown in runs for each in shown], fields, _objects(runs), _columns(runs)))
    rest = iter(made)
    return [list(islice(rest, len(shown))) for _, shown in runs]


def figures(summary: Summary, names: list[str]) -> MetricFigures:
    """Return the figures of all series of a run, as columns. ``names`` are those that they are shown by."""
    return _figures(names, summary.fields, {"first": summary.firsts, "last": summary.lasts}, summary.columns)


def _figures(
    names: list[str],
    fields: dict[str, npt.NDArray[Any]],
    objects: dict[str, dict[int, MetricValue]],
    columns: dict[int, list[str]],
) -> MetricFigures:
    has_mean = fields["numbers"] > 0
    with np.errstate(all="ignore"):
        means = fields["total"] / fields["numbers"]
    return MetricFigures(
        names=names,
        families=fields["family"],
        types=fields["type"],
        counts=fields["count"],
        ends={end: (fields[f"{end}_kind"], fields[f"{end}_bits"]) for end in ENDS},
        steps={
            "last": ((fields["points"] > 0) & (fields["family"] != TABLE), fields["last_x"]),
            "min": (fields["min_kind"] > 0, fields["min_x"]),
            "max": (fields["max_kind"] > 0, fields["max_x"]),
        },
        has_mean=has_mean,
        means=means,
        objects=objects,
        columns=columns,
    )


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


def _objects(runs: Sequence[tuple[Summary, Sequence[Shown]]]) -> dict[str, dict[int, MetricValue]]:
    """Return what is no number, and stands beside the columns."""
    found: dict[str, dict[int, MetricValue]] = {"first": {}, "last": {}}
    start = 0
    for summary, shown in runs:
        for end, objects in (("first", summary.firsts), ("last", summary.lasts)) if summary.firsts or summary.lasts else ():
            found[end].update((place, objects[each.slot]) for place, each in enumerate(shown, start) if each.slot in objects)
        start += len(shown)
    return found


def _columns(runs: Sequence[tuple[Summary, Sequence[Shown]]]) -> dict[int, list[str]]:
    """Return the names of the columns of each series that is a table."""
    found: dict[int, list[str]] = {}
    start = 0
    for summary, shown in runs:
        if summary.columns:
            found.update((n, summary.columns[each.slot]) for n, each in enumerate(shown, start) if each.slot in summary.columns)
        start += len(shown)
    return found


def _records(f: MetricFigures) -> list[MetricSummary]:
    """Return records of columns.

    The constructor of a frozen class sets each field through Python; ten thousand records would take 40 ms.
    """
    values = {end: _values(*f.ends[end]) for end in ENDS}
    for end, objects in f.objects.items():
        for place, each in objects.items():
            values[end][place] = each
    columns = [_NOTHING] * len(f.names)
    for place, names in f.columns.items():
        columns[place] = names
    fields: dict[str, list[Any]] = {
        "name": f.names,
        "family": list(map(FAMILIES.__getitem__, f.families.tolist())),
        "type": list(map(METRIC_TYPES.__getitem__, f.types.tolist())),
        "count": f.counts.tolist(),
        "mean": _where(f.has_mean, f.means),
        "columns": columns,
        **{f"{end}_step": _where(*steps) for end, steps in f.steps.items()},
        **values,
    }
    made = list(map(object.__new__, repeat(MetricSummary, len(f.names))))
    for name, column in fields.items():
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
