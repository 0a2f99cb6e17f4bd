"""The rows "Archive": runs as open files, written, brought in, and brought in again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.batches import loss, packed
from benchmarks.clock import cpu_of, seconds
from benchmarks.place import EXPERIMENT, WORKSPACE, Place
from benchmarks.row import Baseline, Row, WrongResultError
from runyard.client.archive.exported import ExportedRuns
from runyard.client.archive.run_export import export_runs
from runyard.client.archive.run_import import import_runs
from runyard.client.client import Client
from runyard.client.endpoint import EmbeddedEndpoint
from runyard.wire.run import RunQuery
from runyard.wire.workspace import EnsureWorkspaceRequest

METRICS = [f"metric{place:02}" for place in range(20)]
STEPS = 1000
FILE_BYTES = 256 << 10
DOCUMENTS = ("export.json", "manifest.json", "run.json")


def rows(place: Place, *, runs: int) -> Iterator[Row]:
    """Yield the rows, for so many runs of 20 metrics × 1,000 points, each with a file of 256 kB."""
    _seed(place, runs)
    with tempfile.TemporaryDirectory(prefix="runyard-bench-archive-") as work:
        yield from _Archive(place, Path(work), runs).rows()


def _seed(place: Place, runs: int) -> None:
    ids = place.new_runs(runs)
    for number, run_id in enumerate(ids):
        place.send(run_id, packed(METRICS, loss(STEPS, len(METRICS), seed=number)))
        place.client.artifacts.put(run_id, "outputs/model.bin", os.urandom(FILE_BYTES))
    place.complete(ids)


class _Archive:
    """An export, and what is measured with it. ``folder`` is one that stays."""

    def __init__(self, place: Place, work: Path, runs: int) -> None:
        self._place = place
        self._work = work
        self._runs = runs
        self._numbers = count()
        self._folder = work / "kept"
        self._write(self._folder)
        self._megabytes = sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file()) / 1e6
        self._tables = _Tables(self._folder)
        self._last = self._new_workspace()
        self._bring_in(self._last)

    def rows(self) -> Iterator[Row]:
        """Yield a row in runs and one in megabytes a second for writing and bringing in, and one for bringing in again."""
        tables, copy = "the same tables and a copy of the files", "a plain copy of the folder"
        both: list[tuple[str, Callable[[], float], str, Callable[[], float]]] = [
            ("export", self._export_s, f"pyarrow writes {tables}", self._written_s),
            ("import", self._import_s, f"pyarrow reads {tables}", self._read_s),
        ]
        for what, measure, bare, bare_s in both:
            name = f"{what} {self._runs} runs of {len(METRICS)} × {STEPS:,} points and {FILE_BYTES >> 10} kB of files"
            yield self._row(name, "runs/s", self._runs, measure, bare, bare_s)
            yield self._row(f"… the same, {_shown_size(self._megabytes)}", "MB/s", self._megabytes, measure, copy, self._copy_s)
        bare = "the same documents: read, hashed, parsed"
        yield self._row("import them again: nothing changes", "runs/s", self._runs, self._again_s, bare, self._documents_s)

    def _row(
        self, what: str, unit: str, amount: float, measure: Callable[[], float], bare: str, bare_s: Callable[[], float]
    ) -> Row:
        server_cpu = cpu_of(self._place.server_pid)
        return Row(
            what=what,
            unit=unit,
            measure=lambda: amount / measure(),
            baseline=Baseline(what=bare, measure=lambda: amount / bare_s()),
            cpu_s=lambda: server_cpu() + time.process_time(),
        )

    def _export_s(self) -> float:
        return self._timed(self._write)

    def _copy_s(self) -> float:
        return self._timed(lambda folder: shutil.copytree(self._folder, folder))

    def _written_s(self) -> float:
        return self._timed(self._tables.write)

    def _read_s(self) -> float:
        return self._timed(self._tables.read)

    def _timed(self, act: Callable[[Path], object]) -> float:
        """Return the seconds of an act on a folder that is not there yet, and remove it."""
        folder = self._work / f"round-{next(self._numbers)}"
        try:
            return seconds(partial(act, folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _import_s(self) -> float:
        self._last = self._new_workspace()
        return seconds(lambda: self._bring_in(self._last))

    def _again_s(self) -> float:
        return seconds(lambda: self._bring_in(self._last, is_again=True))

    def _documents_s(self) -> float:
        return seconds(lambda: [_read_document(path) for path in self._folder.rglob("*.json") if path.name in DOCUMENTS])

    def _write(self, folder: Path) -> None:
        query = RunQuery(experiment=EXPERIMENT)
        report = export_runs(self._place.client, folder, query=query)
        if len(report.exported) != self._runs or report.left_out:
            raise WrongResultError(f"{len(report.exported)} of {self._runs} runs were exported")

    def _bring_in(self, client: Client, *, is_again: bool = False) -> None:
        source = ExportedRuns(self._folder)
        try:
            report = import_runs(client, source)
        finally:
            source.close()
        if len(report.skipped if is_again else report.imported) != self._runs:
            raise WrongResultError(f"{len(report.imported)} of {self._runs} runs came in, {len(report.skipped)} were skipped")

    def _new_workspace(self) -> Client:
        name = f"{WORKSPACE}-{next(self._numbers)}"
        client = Client(EmbeddedEndpoint(self._place.home), name)
        client.workspaces.ensure(name, EnsureWorkspaceRequest())
        return client


class _Tables:
    """What pyarrow does by itself with the tables of an export; the files of the runs are copied beside it."""

    def __init__(self, folder: Path) -> None:
        import pyarrow.parquet as pq

        self._paths = sorted(folder.rglob("metrics.parquet"))
        self._files = sorted(folder.rglob("*.bin"))
        self._tables: list[Any] = [pq.read_table(path) for path in self._paths]

    def write(self, folder: Path) -> None:
        """Write the tables, in the way in which an export writes them, and copy the files."""
        import pyarrow.parquet as pq

        folder.mkdir()
        encodings = {"step": "DELTA_BINARY_PACKED", "time": "DELTA_BINARY_PACKED", "value": "BYTE_STREAM_SPLIT"}
        dictionaries = ["name", "family", "kind", "column"]
        for number, table in enumerate(self._tables):
            path = folder / f"{number}.parquet"
            pq.write_table(table, path, compression="zstd", use_dictionary=dictionaries, column_encoding=encodings)
        self._copy(folder)

    def read(self, folder: Path) -> None:
        """Read the tables whole, and copy the files."""
        import pyarrow.parquet as pq

        folder.mkdir()
        for path in self._paths:
            pq.read_table(path)
        self._copy(folder)

    def _copy(self, folder: Path) -> None:
        for number, path in enumerate(self._files):
            shutil.copyfile(path, folder / f"{number}.bin")


def _read_document(path: Path) -> tuple[str, object]:
    """Do what an import cannot do without: read, hash and parse a document."""
    data = path.read_bytes()
    return hashlib.sha256(data).hexdigest(), json.loads(data)


def _shown_size(megabytes: float) -> str:
    """Return a size in words."""
    return f"{megabytes:.0f} MB"
