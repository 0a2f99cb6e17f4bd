"""Runs that Runyard itself exported, as a source of runs to bring in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

import msgspec

from runyard.client.archive.incoming import IncomingFile, IncomingRun, IncomingSnapshot
from runyard.client.archive.metric_rows import metric_batches
from runyard.client.archive.source import ArchiveReader, require_plain
from runyard.domain.run import require_run_id
from runyard.domain.snapshot import SnapshotFile, snapshot_id
from runyard.errors import ArchiveError, InvalidArgumentError
from runyard.wire.codec import from_json
from runyard.wire.run_archive import (
    FACTS,
    FORMAT,
    INDEX,
    MANIFEST,
    METRICS,
    SNAPSHOT,
    SNAPSHOTS,
    VERSION,
    ArchivedFile,
    ArchiveIndex,
    IndexedRun,
    RunDocument,
    RunManifest,
    SnapshotDocument,
)

T = TypeVar("T")


class ExportedRuns:
    """The runs of an export. Their list is read and checked when it is opened; each run when it is reached."""

    def __init__(self, place: Path) -> None:
        """Open an export.

        Raises:
            ArchiveError: there is none, it is damaged or not finished, or a newer Runyard wrote it.
        """
        self.unread: dict[str, str] = {}  # a damaged export is refused as a whole
        self._reader = ArchiveReader(place)
        self._index = self._document(INDEX, None, ArchiveIndex)
        if self._index.format != FORMAT:
            raise ArchiveError(f"{place} is no export of Runyard: {INDEX} says {self._index.format[:80]!r}.")
        if self._index.version > VERSION:
            raise ArchiveError(
                f"{place} was written by a newer Runyard, in version {self._index.version} of the format; this one reads up to "
                f"{VERSION}. Upgrade Runyard."
            )
        for run in self._index.runs:
            _require_id(run.id)
            require_plain(run.folder)

    def __len__(self) -> int:
        """Return how many runs there are."""
        return len(self._index.runs)

    def close(self) -> None:
        """Let go of the archive."""
        self._reader.close()

    def runs(self) -> Iterator[IncomingRun]:
        """Yield the runs, parents before their children."""
        for entry in self._index.runs:
            yield self._run(entry)

    def check(self, run: IncomingRun) -> None:
        """Read every byte of a run.

        Raises:
            ArchiveError: something of it is damaged.
        """
        for file in run.files:
            with file.open():
                pass
        for _ in run.batches(lambda address: address):
            pass
        snapshot = run.snapshot()
        for each in snapshot.files if snapshot else ():
            with snapshot.open(each):  # type: ignore[union-attr]
                pass

    def _run(self, entry: IndexedRun) -> IncomingRun:
        manifest = self._document(f"{entry.folder}/{MANIFEST}", entry.manifest_sha256, RunManifest)
        listed = {file.path: file for file in manifest.files}
        if manifest.run_id != entry.id or FACTS not in listed or len(listed) < len(manifest.files):
            raise ArchiveError(f"The manifest of run {entry.id} does not fit it. Export it again.", run_id=entry.id)
        document = self._document(f"{entry.folder}/{FACTS}", listed[FACTS].sha256, RunDocument)
        if document.run.id != entry.id:
            raise ArchiveError(f"{entry.folder}/{FACTS} is about run {document.run.id!r}, not {entry.id!r}.", run_id=entry.id)
        return IncomingRun(
            source="runyard",
            digest=entry.manifest_sha256,
            experiment=document.experiment,
            facts=document.run,
            events=document.events,
            files=self._files(entry, manifest, document),
            snapshot=lambda: self._snapshot(document.run.snapshot_id),
            batches=lambda address_of: self._batches(entry, listed.get(METRICS), address_of),
        )

    def _files(self, entry: IndexedRun, manifest: RunManifest, document: RunDocument) -> list[IncomingFile]:
        stored = {file.artifact: file for file in manifest.files if file.artifact is not None}
        found = []
        for facts in document.artifacts:
            file = stored.get(facts.path)
            if file is None or (file.sha256, file.size_bytes) != (facts.sha256, facts.size_bytes):
                raise ArchiveError(f"The file {facts.path} of run {entry.id} is not in its manifest. Export it again.")
            found.append(
                IncomingFile(facts=facts, open=self._opener(f"{entry.folder}/{file.path}", facts.sha256, facts.size_bytes))
            )
        return found

    def _opener(self, path: str, sha256: str, size_bytes: int) -> Callable[[], AbstractContextManager[Path]]:
        return lambda: self._reader.file(path, sha256=sha256, size_bytes=size_bytes)

    def _batches(self, entry: IndexedRun, file: ArchivedFile | None, address_of: Callable[[str], str]) -> Iterator[bytes]:
        if file is None:
            return
        with self._reader.file(f"{entry.folder}/{METRICS}", sha256=file.sha256, size_bytes=file.size_bytes) as path:
            yield from metric_batches(path, address_of)

    def _snapshot(self, wanted: str | None) -> IncomingSnapshot | None:
        if wanted is None:
            return None
        folder = f"{SNAPSHOTS}/{wanted}"
        document = self._document(f"{folder}/{SNAPSHOT}", None, SnapshotDocument)
        if document.id != wanted or snapshot_id(document.files) != wanted:
            raise ArchiveError(f"The snapshot {wanted} has other files than its id says. Export the runs again.")

        def open_file(file: SnapshotFile) -> AbstractContextManager[Path]:
            return self._reader.file(f"{folder}/files/{file.path}", sha256=file.sha256, size_bytes=file.size_bytes)

        return IncomingSnapshot(id=wanted, files=document.files, open=open_file)

    def _document(self, path: str, sha256: str | None, kind: type[T]) -> T:
        data = self._reader.document(path, sha256)
        try:
            return from_json(data, kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise ArchiveError(f"{path} in {self._reader.place} cannot be read ({error}). Export the runs again.") from error


def _require_id(run_id: str) -> None:
    try:
        require_run_id(run_id)
    except InvalidArgumentError as error:
        raise ArchiveError(f"The archive names a run {run_id[:80]!r}, which is no id of a run. It is refused.") from error
