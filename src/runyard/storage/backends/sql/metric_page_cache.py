"""Figures of the pages of summaries, unpacked: to unpack a hundred pages at each query would cost more than the rest of it.

What was unpacked is kept with the versions of its pages. A query reads the versions in its own transaction and takes only what
has them, so it sees what the database says and nothing else, whoever wrote the pages: this server or another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.key_list import key_list, keys_in
from runyard.storage.backends.sql.metric_page import PAGE_BITS, decode_page
from runyard.storage.backends.sql.metric_points import Floats, Ints
from runyard.storage.sized_cache import SizedCache

KEPT_FIGURES = 2_000_000
"""So many figures are kept in memory, 16 bytes each. The columns of one metric are kept however many there are."""


@dataclass(frozen=True, slots=True)
class _Column:
    """One figure of one metric. ``pages``, ``versions`` and ``starts`` say which part of ``runs`` and ``values`` is whose."""

    pages: Ints
    versions: Ints
    starts: Ints
    runs: Ints
    values: Floats

    def parts(self) -> dict[int, tuple[int, Ints, Floats]]:
        """Return page → version, runs and values."""
        cuts = [*self.starts.tolist(), len(self.runs)]
        return {
            page: (version, self.runs[start:stop], self.values[start:stop])
            for page, version, start, stop in zip(self.pages.tolist(), self.versions.tolist(), cuts, cuts[1:], strict=False)
        }


class PageCache(SizedCache[tuple[int, str], _Column]):
    """What was unpacked last of a metric and figure, at whatever versions, for all queries."""

    def __init__(self) -> None:
        super().__init__(KEPT_FIGURES, lambda column: len(column.runs))


class PageReader:
    """Reads pages as one transaction sees them."""

    def __init__(self, connection: Connection, cache: PageCache) -> None:
        self._connection = connection
        self._cache = cache
        c = t.summary_page_version.c
        self._pages, self._versions = key_list(connection, sa.select(c.page, c.version).order_by(c.page))

    def read(self, key: int, figure: str) -> tuple[Ints, Floats]:
        """Return the runs that stand in the pages of a metric, rising, and one figure of each. Nobody may write into them."""
        held = self._cache.get((key, figure))
        if held is None or not (np.array_equal(held.pages, self._pages) and np.array_equal(held.versions, self._versions)):
            held = self._brought_up(held, key, figure)
            self._cache.keep((key, figure), held)
        return held.runs, held.values

    def _brought_up(self, held: _Column | None, key: int, figure: str) -> _Column:
        known = {} if held is None else held.parts()
        nothing = (0, np.zeros(0, np.int64), np.zeros(0))
        parts = {}
        changed = []
        for page, version in zip(self._pages.tolist(), self._versions.tolist(), strict=True):
            there = known.get(page)
            if there is None or there[0] != version:
                changed.append(page)
                there = nothing
            parts[page] = there
        c = t.summary_page.c
        query = sa.select(c.page, c.slots, c[figure]).where(c.key_id == key)
        if len(changed) < len(parts):
            query = query.where(keys_in(self._connection, c.page, np.array(changed, np.int64)))
        for row in self._connection.execute(query).mappings() if changed else ():
            slots, figures = decode_page(row, [figure])
            parts[row["page"]] = (0, slots + (row["page"] << PAGE_BITS), figures[figure])
        runs = np.concatenate([nothing[1], *[part[1] for part in parts.values()]])
        values = np.concatenate([nothing[2], *[part[2] for part in parts.values()]])
        for column in (runs, values):
            column.setflags(write=False)
        starts = np.cumsum([0, *[len(part[1]) for part in parts.values()]])[:-1]
        return _Column(self._pages, self._versions, starts, runs, values)
