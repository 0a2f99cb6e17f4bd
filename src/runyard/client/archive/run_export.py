"""Writes runs as open files."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from runyard.client.archive.place import ArchiveWriter, open_writer
from runyard.client.archive.run_choice import Choice, chosen_runs
from runyard.client.client import Client
from runyard.domain.artifact import ArtifactRecord
from runyard.domain.run import RunRecord
from runyard.domain.run_import import IMPORTED
from runyard.wire.blob_pack import in_packs
from runyard.wire.codec import from_json, to_json
from runyard.wire.run import RunQuery
from runyard.wire.run_archive import (
    FACTS,
    FILES,
    FORMAT,
    INDEX,
    MANIFEST,
    METRICS,
    RUNS,
    SNAPSHOT,
    SNAPSHOTS,
    VERSION,
    ArchivedFile,
    ArchiveIndex,
    IndexedRun,
    MetricFacts,
    RunDocument,
    RunManifest,
    SnapshotDocument,
)
from runyard.wire.run_import import EventFacts, ExperimentFacts, FileFacts, RunFacts

Progress = Callable[[int, int, str], None]

FOLDER_NAME_MAX_CHARS = 200


@dataclass(slots=True)
class ExportReport:
    """What an export wrote, or in a dry run would write.

    ``kept`` are runs that an earlier try had written already. ``left_out`` says by run id why a run was not exported.
    """

    path: str
    exported: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    size_bytes: int = 0
    dry_run: bool = False


def export_runs(
    client: Client,
    path: Path,
    *,
    query: RunQuery | None = None,
    run_ids: Sequence[str] = (),
    children: bool = True,
    dry_run: bool = False,
    progress: Progress = lambda done, total, run_id: None,
) -> ExportReport:
    """Write runs to a folder, or to a zip or tar file when ``path`` ends so.

    The runs are those of ``query`` and of ``run_ids``, with their ancestors, and with their descendants when ``children``. A
    folder that an earlier try has left unfinished is gone on with.

    Raises:
        ConflictError: something else is at ``path``.
        NotFoundError: there is no run of one of the ids.
        NotSupportedError: pyarrow is not installed beside the server.
    """
    choice = chosen_runs(client, query, run_ids, children)
    report = ExportReport(path=str(path), left_out=choice.left_out, dry_run=dry_run)
    if dry_run:
        report.exported = [run_id for run_id, _ in choice.runs]
        return report
    with open_writer(path) as writer:
        _Export(client, writer, choice, report).write(progress)
    return report


class _Export:
    def __init__(self, client: Client, writer: ArchiveWriter, choice: Choice, report: ExportReport) -> None:
        self._client = client
        self._writer = writer
        self._choice = choice
        self._report = report
        self._experiments: dict[str, ExperimentFacts] = {}
        self._snapshots: set[str] = set()

    def write(self, progress: Progress) -> None:
        index = ArchiveIndex(format=FORMAT, version=VERSION)
        total = len(self._choice.runs)
        for done, (run_id, _) in enumerate(self._choice.runs):
            progress(done, total, run_id)
            index.runs.append(self._run(run_id))
        self._writer.write(INDEX, _document(index))
        progress(total, total, "")

    def _run(self, run_id: str) -> IndexedRun:
        record = self._client.runs.get(run_id)
        folder = f"{RUNS}/{_folder_name(run_id)}"
        document = self._document(record)
        files = self._client.artifacts.list(run_id)
        if record.snapshot_id is not None:
            self._snapshot(record)
        manifest = self._kept(folder, document, files)
        if manifest is None:
            manifest = self._written(folder, document, files)
            self._report.exported.append(run_id)
        else:
            self._report.kept.append(run_id)
        sha256 = hashlib.sha256(manifest).hexdigest()
        return IndexedRun(id=run_id, folder=folder, manifest_sha256=sha256, snapshot_id=record.snapshot_id)

    def _document(self, record: RunRecord) -> RunDocument:
        """Return what is known of a run, but for its files."""
        facts = {name: getattr(record, name) for name in RunFacts.__dataclass_fields__}
        events = [
            EventFacts(
                kind=event.kind,
                status=event.status,
                at=event.at,
                reason=event.reason,
                author=event.author,
                detail=event.detail,
            )
            for event in self._client.runs.events(record.id)
            if event.kind != IMPORTED
        ]
        summaries = self._client.metrics.summaries(record.id)
        return RunDocument(
            experiment=self._experiment(record.experiment),
            run=RunFacts(**facts),
            children=self._choice.children.get(record.id, []),
            metrics=[MetricFacts(name=each.name, family=each.family, count=each.count) for each in summaries],
            events=events,
        )

    def _experiment(self, name: str) -> ExperimentFacts:
        if name not in self._experiments:
            found = self._client.experiments.get(name)
            self._experiments[name] = ExperimentFacts(
                name=name, description=found.description, tags=found.tags, created_at=found.created_at
            )
        return self._experiments[name]

    def _kept(self, folder: str, document: RunDocument, files: list[ArtifactRecord]) -> bytes | None:
        """Return the manifest that an earlier try has written for a run that has not changed since."""
        there = self._writer.has(folder)
        if there is None or not (there / MANIFEST).is_file():
            return None
        before = from_json((there / FACTS).read_bytes(), RunDocument)
        same = {each.path: (each.size_bytes, each.updated_at) for each in before.artifacts}
        if same != {each.path: (each.size_bytes, each.updated_at) for each in files}:
            return None
        if to_json(replace(document, artifacts=before.artifacts)) != to_json(before):
            return None
        return (there / MANIFEST).read_bytes()

    def _written(self, folder: str, document: RunDocument, files: list[ArtifactRecord]) -> bytes:
        run_id = document.run.id
        part = _fresh(self._writer.work / "run")
        listed: list[ArchivedFile] = []
        if document.metrics:
            self._client.imports.download_metrics(run_id, part / METRICS)
            listed.append(self._listed(part, METRICS))
        artifacts = []
        for record, stored in zip(files, _stored_names(each.path for each in files), strict=True):
            target = part / stored
            target.parent.mkdir(parents=True, exist_ok=True)
            self._client.artifacts.download(run_id, record.path, target)
            entry = self._listed(part, stored, record.path)
            listed.append(entry)
            artifacts.append(
                FileFacts(
                    path=record.path,
                    size_bytes=entry.size_bytes,
                    sha256=entry.sha256,
                    created_at=record.created_at,
                    updated_at=record.updated_at,
                )
            )
        (part / FACTS).write_bytes(_document(replace(document, artifacts=artifacts)))
        listed.insert(0, self._listed(part, FACTS))
        manifest = _document(RunManifest(run_id=run_id, files=listed))
        (part / MANIFEST).write_bytes(manifest)
        self._writer.add(part, folder)
        return manifest

    def _listed(self, part: Path, path: str, artifact: str | None = None) -> ArchivedFile:
        digest, size = _hash(part / path)
        self._report.size_bytes += size
        return ArchivedFile(path=path, sha256=digest, size_bytes=size, artifact=artifact)

    def _snapshot(self, record: RunRecord) -> None:
        wanted = record.snapshot_id
        if wanted is None or wanted in self._snapshots:
            return
        self._snapshots.add(wanted)
        folder = f"{SNAPSHOTS}/{wanted}"
        if self._writer.has(folder) is not None:
            return
        part = _fresh(self._writer.work / "snapshot")
        body = self._client.snapshots.of_run(record.id)
        for pack in in_packs(body.files, lambda file: file.size_bytes):
            targets = [(file, part / "files" / file.path) for file in pack]
            for file, target in targets:
                target.parent.mkdir(parents=True, exist_ok=True)
                self._report.size_bytes += file.size_bytes
            self._client.snapshots.download_files(record.id, targets)
        (part / SNAPSHOT).write_bytes(_document(SnapshotDocument(id=body.id, files=body.files)))
        self._writer.add(part, folder)


def _document(value: object) -> bytes:
    return msgspec.json.format(to_json(value), indent=1) + b"\n"


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _folder_name(run_id: str) -> str:
    """Return the id, or a hash of it where the disk would refuse so long a name."""
    return run_id if len(run_id) <= FOLDER_NAME_MAX_CHARS else hashlib.sha256(run_id.encode()).hexdigest()


def _stored_names(paths: Iterable[str]) -> Iterator[str]:
    """Yield where each file lies: under its own path, unless that is also a folder of other files."""
    listed = list(paths)
    folders = {path[:place] for path in listed for place, char in enumerate(path) if char == "/"}
    for number, path in enumerate(listed):
        yield f"{FILES}-beside/{number}" if path in folders else f"{FILES}/{path}"


def _hash(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size
