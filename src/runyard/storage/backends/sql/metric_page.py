"""Pages of summaries: the figures of one metric of 1024 neighbouring runs together, so that runs are ranked by a few reads.

A run that has ended stands in the pages of its metrics once they are built; until then, and again when points arrive late, it is
read from its own summary (``run_summary.paged`` = 0) and passes what the page says.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from pcodec import ChunkConfig, standalone
from sqlalchemy.engine import Connection

from runyard.domain.run import TERMINAL_STATUSES
from runyard.errors import ConflictError, RunyardError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.metric_key import KeyBook
from runyard.storage.backends.sql.metric_points import Floats, Ints
from runyard.storage.backends.sql.metric_summary import Summary

logger = logging.getLogger(__name__)

PAGE_BITS = 10
PAGE_RUNS = 1 << PAGE_BITS
FIGURES = ("last", "min", "max", "mean", "first", "count", "last_step", "min_step", "max_step")
"""What a page holds of each run: a column each, so that a query fetches no more than it looks at."""

BUILD_RUNS = 256
"""So many runs of one page that have ended are enough to write it anew; fewer wait for :data:`WAIT_US`."""

WAIT_US = 60_000_000
_LOOK_MAX = 20_000
_IN_MAX = 500
_CONFIG = ChunkConfig(compression_level=4)
_ENDED = [status.value for status in TERMINAL_STATUSES]


@dataclass(frozen=True, slots=True)
class _Waiting:
    count: int
    since_us: int


def encode_page(slots: npt.NDArray[np.int64], figures: dict[str, Floats]) -> dict[str, bytes]:
    """Return the columns of the page of runs ``slots`` (0 to 1023, rising)."""
    page = {name: standalone.simple_compress(np.ascontiguousarray(figures[name]), _CONFIG) for name in FIGURES}
    return {"slots": standalone.simple_compress(slots.astype(np.uint16), _CONFIG), **page}


def decode_page(page: sa.RowMapping, wanted: Sequence[str] = FIGURES) -> tuple[Ints, dict[str, Floats]]:
    """Return the runs of a page and the figures that are wanted of them; only their columns need be there."""
    slots = standalone.simple_decompress(page["slots"]).astype(np.int64)
    return slots, {name: standalone.simple_decompress(page[name]) for name in wanted}


class PageBuilder:
    """Brings runs that have ended into the pages. One thread at a time."""

    def __init__(self, database: Database, book: KeyBook) -> None:
        self._database = database
        self._book = book
        self._waiting: dict[int, _Waiting] = {}

    def tick(self, now_us: int) -> None:
        """Build the pages that are due."""
        pages = self._candidates()
        waiting: dict[int, _Waiting] = {}
        for page, runs in pages.items():
            held = self._waiting.get(page)
            since = min(held.since_us, now_us) if held is not None and held.count == len(runs) else now_us
            if len(runs) >= BUILD_RUNS or now_us - since >= WAIT_US:
                self._try_build(page, runs)
            else:
                waiting[page] = _Waiting(len(runs), since)
        self._waiting = waiting

    def build_all(self) -> None:
        """Build every page that lacks a run that has ended."""
        while pages := self._candidates():
            for page, runs in pages.items():
                self._build(page, runs)

    def _candidates(self) -> dict[int, list[int]]:
        summary, run = t.run_summary.c, t.run.c
        query = (
            sa.select(summary.run_pk)
            .join(t.run, run.pk == summary.run_pk)
            .where(summary.paged == 0, run.status.in_(_ENDED))
            .where(~sa.exists().where(t.metric_tail.c.run_pk == summary.run_pk))
            .order_by(summary.run_pk)
            .limit(_LOOK_MAX)
        )
        pages: dict[int, list[int]] = {}
        with self._database.read() as connection:
            for run_pk in connection.execute(query).scalars():
                pages.setdefault(run_pk >> PAGE_BITS, []).append(run_pk)
        return pages

    def _try_build(self, page: int, runs: list[int]) -> None:
        try:
            self._build(page, runs)
        except RunyardError as error:
            logger.info("page %s of summaries is built later: %s", page, error)

    def _build(self, page: int, runs: list[int]) -> None:
        for start in range(0, len(runs), BUILD_RUNS):
            self._build_part(page, runs[start : start + BUILD_RUNS])

    def _build_part(self, page: int, runs: list[int]) -> None:
        with self._database.read() as connection:
            versions, found = self._figures(connection, runs)
            held = _held_pages(connection, page, list(found))
        rows = [
            {"key_id": key, "page": page, **_merged(held.get(key), page, np.array(pks), np.array(figures))}
            for key, (pks, figures) in found.items()
        ]

        def work(connection: Connection) -> None:
            _mark_paged(connection, versions)
            c = t.summary_page.c
            for start in range(0, len(rows), _IN_MAX):
                keys = [row["key_id"] for row in rows[start : start + _IN_MAX]]
                connection.execute(t.summary_page.delete().where(c.page == page, c.key_id.in_(keys)))
            if rows:
                connection.execute(t.summary_page.insert(), rows)
            _renew_version(connection, page)

        self._database.write(work)

    def _figures(
        self, connection: Connection, runs: list[int]
    ) -> tuple[dict[int, int], dict[int, tuple[list[int], list[list[float]]]]]:
        versions: dict[int, int] = {}
        found: dict[int, tuple[list[int], list[list[float]]]] = {}
        query = sa.select(t.run_summary).where(t.run_summary.c.run_pk.in_(runs)).order_by(t.run_summary.c.run_pk)
        for row in connection.execute(query).all():
            versions[row.run_pk] = row.version
            summary = Summary.decode(self._book.keyset(connection, row.keyset_id), row.blob)
            figures = summary.figures(np.arange(len(summary)))
            table = np.column_stack([figures[name] for name in FIGURES]).tolist()
            for key, line in zip(summary.keys.tolist(), table, strict=True):
                pks, lines = found.setdefault(key, ([], []))
                pks.append(row.run_pk)
                lines.append(line)
        return versions, found


def _held_pages(connection: Connection, page: int, keys: list[int]) -> dict[int, sa.RowMapping]:
    c = t.summary_page.c
    held: dict[int, sa.RowMapping] = {}
    for start in range(0, len(keys), _IN_MAX):
        query = sa.select(t.summary_page).where(c.page == page, c.key_id.in_(keys[start : start + _IN_MAX]))
        held.update({row["key_id"]: row for row in connection.execute(query).mappings()})
    return held


def _merged(held: sa.RowMapping | None, page: int, runs: Ints, figures: Floats) -> dict[str, bytes]:
    slots = runs - (page << PAGE_BITS)
    if held is not None:
        old_slots, old = decode_page(held)
        kept = ~np.isin(old_slots, slots)
        slots = np.concatenate([old_slots[kept], slots])
        old_table = np.column_stack([old[name][kept] for name in FIGURES])
        figures = np.concatenate([old_table, figures])
    order = np.argsort(slots)
    return encode_page(slots[order], {name: figures[order, place] for place, name in enumerate(FIGURES)})


def _renew_version(connection: Connection, page: int) -> None:
    # By chance, not by counting: a number that was rolled back must not come again for another state.
    c = t.summary_page_version.c
    connection.execute(t.summary_page_version.delete().where(c.page == page))
    connection.execute(t.summary_page_version.insert().values(page=page, version=secrets.randbits(63)))


def _mark_paged(connection: Connection, versions: dict[int, int]) -> None:
    # A run that was compacted since its figures were read keeps its mark away, and its page unwritten.
    c = t.run_summary.c
    changed = 0
    for run_pk, version in versions.items():
        update = t.run_summary.update().where(c.run_pk == run_pk, c.version == version).values(paged=1)
        changed += connection.execute(update).rowcount
    if changed != len(versions):
        raise ConflictError("A run got more metrics while its page of summaries was built.")
