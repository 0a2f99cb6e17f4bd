"""One metric of all runs that are not in the pages of summaries yet: their summaries, and all their tails in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.metric import MetricType
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.key_list import key_list
from runyard.storage.backends.sql.metric_group import Groups
from runyard.storage.backends.sql.metric_key import SeriesKey
from runyard.storage.backends.sql.metric_points import Floats, Ints, Points, joined
from runyard.storage.backends.sql.metric_read import MetricReader
from runyard.storage.backends.sql.metric_summary import Summary
from runyard.storage.backends.sql.metric_tail import METRIC_TYPES, decode_payload

_TAILS = sa.select(t.metric_tail.c.run_pk, t.metric_tail.c.payload).order_by(t.metric_tail.c.pk)


class LateRuns:
    """The runs that have metrics outside the pages, as one transaction sees them; they may be of any workspace."""

    def __init__(self, connection: Connection, reader: MetricReader) -> None:
        self._connection = connection
        summary = t.run_summary.c
        unpaged = key_list(connection, sa.select(summary.run_pk).where(summary.paged == 0))[0]
        self._tailed = key_list(connection, sa.select(t.metric_tail.c.run_pk).distinct())[0]
        self.run_pks: Ints = np.union1d(unpaged, self._tailed)
        """All of them. A run that stands in the pages is among them while there is more of it in its tail."""
        self._based = reader.summaries(connection, self.run_pks.tolist())
        self._kept: dict[int, tuple[Ints, Summary]] = {}

    def figure(self, keys: dict[int, SeriesKey], which: str) -> tuple[Ints, Floats]:
        """Return the runs that have one of these series, and a figure of each: of the series that comes first in ``keys``."""
        own: list[tuple[Ints, Floats]] = []
        seen = np.zeros(0, np.int64)
        for key, name in keys.items():
            runs, summary = self._summary(key, name)
            fresh = ~np.isin(runs, seen)
            own.append((runs[fresh], summary.figure(slice(None), which)[fresh]))
            seen = np.concatenate([seen, runs[fresh]])
        return seen, np.concatenate([values for _, values in own]) if own else np.zeros(0)

    def _summary(self, key: int, name: SeriesKey) -> tuple[Ints, Summary]:
        """Return a summary in which each series is that of one run, and the runs."""
        if key not in self._kept:
            parts, kinds = self._tails_of(key) if len(self._tailed) else ({}, {})
            summary, based = self._in_blocks(key)
            runs = [*based, *(run_pk for run_pk in parts if run_pk not in based)]
            summary.add(_groups(runs, parts, kinds), [name] * len(runs))
            self._kept[key] = np.array(runs, np.int64), summary
        return self._kept[key]

    def _in_blocks(self, key: int) -> tuple[Summary, dict[int, int]]:
        """Return the figures of what is in blocks, and the place of each run in them."""
        places: dict[int, int] = {}
        columns: list[dict[str, Any]] = []
        for run_pk, based in self._based.items():
            slot = based.slots.get(key)
            if slot is not None:
                places[run_pk] = len(columns)
                columns.append({field: column[slot] for field, column in based.fields.items()})
        summary = Summary()
        summary.keys = np.arange(len(columns), dtype=np.int32)
        for field, empty in summary.fields.items():
            summary.fields[field] = np.array([each[field] for each in columns], empty.dtype)
        return summary, places

    def _tails_of(self, key: int) -> tuple[dict[int, list[Points]], dict[int, MetricType]]:
        parts: dict[int, list[Points]] = {}
        kinds: dict[int, MetricType] = {}
        for run_pk, payload in self._connection.execute(_TAILS, execution_options={"stream_results": True}):
            head, series, points = decode_payload(payload)
            if key not in head.keys:
                continue
            place = head.keys.index(key)
            kinds.setdefault(run_pk, METRIC_TYPES[head.types[place]])
            own = points if len(head.keys) == 1 else points.take(np.flatnonzero(series == place))
            parts.setdefault(run_pk, []).append(own)
        return parts, kinds


def _groups(runs: Sequence[int], parts: dict[int, list[Points]], kinds: dict[int, MetricType]) -> Groups:
    """Return the points of the tails with the place of a run as the number of its series."""
    whole = [joined(parts.get(run_pk, [])) for run_pk in runs]
    starts: npt.NDArray[np.int64] = np.zeros(len(runs) + 1, np.int64)
    np.cumsum([len(each) for each in whole], out=starts[1:])
    types = [kinds.get(run_pk, MetricType.SCALAR) for run_pk in runs]
    return Groups(list(range(len(runs))), types, [""] * len(runs), starts, joined([each for each in whole if len(each)]))
