"""A run that is about to be brought in, whatever it was read from; and the one way in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from runyard.client.client import Client
from runyard.client.recorder import ARTIFACT_URI_START
from runyard.domain.snapshot import SnapshotFile
from runyard.errors import ArchiveError
from runyard.wire.blob_pack import in_packs
from runyard.wire.codec import to_json
from runyard.wire.run_import import EventFacts, ExperimentFacts, FileFacts, FinishImportRequest, RunFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingFile:
    """A file of a run. ``open`` gives a local copy that has been checked against ``facts``."""

    facts: FileFacts
    open: Callable[[], AbstractContextManager[Path]]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingSnapshot:
    """The source folder of a run. ``open`` gives a local, checked copy of one of its files."""

    id: str
    files: Sequence[SnapshotFile]
    open: Callable[[SnapshotFile], AbstractContextManager[Path]]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingRun:
    """A run as its source tells it.

    ``digest`` (a SHA-256) changes when anything about the run does. ``batches`` yields its points as journal batches, the same
    ones each time; ``address_of`` gives the present address of a file that a metric points at. ``left_out`` says what cannot be
    brought in, by name; it is complete when the batches are read.
    """

    source: str
    digest: str
    experiment: ExperimentFacts
    facts: RunFacts
    events: Sequence[EventFacts] = ()
    files: Sequence[IncomingFile] = ()
    snapshot: Callable[[], IncomingSnapshot | None] = lambda: None
    batches: Callable[[Callable[[str], str]], Iterator[bytes]] = lambda _: iter(())
    left_out: dict[str, str] = field(default_factory=dict)


class RunSource(Protocol):
    """Something that runs can be read from. ``unread`` says of runs that cannot be read where they are, and why."""

    unread: dict[str, str]

    def __len__(self) -> int:
        """Return how many runs there are."""

    def runs(self) -> Iterator[IncomingRun]:
        """Yield the runs, parents before their children."""

    def check(self, run: IncomingRun) -> None:
        """Read all of a run without keeping it.

        Raises:
            ArchiveError: something of it is damaged.
        """


def digest_of(run: IncomingRun) -> str:
    """Return the hash of all that a run says: for sources that keep none."""
    found = hashlib.sha256(to_json([run.experiment, run.facts, list(run.events), [file.facts for file in run.files]]))
    for batch in run.batches(lambda address: address):
        found.update(batch)
    return found.hexdigest()


def renamed(run: IncomingRun, names: dict[str, str]) -> IncomingRun:
    """Return the run under the new ids that ``names`` has for it and its parent."""
    parent = run.facts.parent_id
    own = run.facts.id
    facts = replace(run.facts, id=names.get(own, own), parent_id=None if parent is None else names.get(parent, parent))
    return replace(run, facts=facts)


def bring_in(client: Client, run: IncomingRun, *, old_id: str) -> bool:
    """Bring a run in; return False when this very run was brought in before. It appears whole, or not at all.

    ``old_id`` is the id that the addresses of its files have.

    Raises:
        ConflictError: another run has its id, or its parent is not there.
        ArchiveError: its source is damaged.
    """
    facts = run.facts
    state = client.imports.start(facts.id, run.digest)
    if state.state == "there":
        return False
    if facts.snapshot_id is not None:
        _send_snapshot(client, run)
    before, after = f"{ARTIFACT_URI_START}{old_id}/", f"{ARTIFACT_URI_START}{facts.id}/"
    for batch in run.batches(lambda address: after + address[len(before) :] if address.startswith(before) else address):
        answer = client.imports.record_batch(state.import_id, batch)
        if answer.refused:
            first = answer.refused[0]
            raise ArchiveError(f"Metric {first.name!r} of run {facts.id} cannot be stored: {first.message}", run_id=facts.id)
    there = {file.path: file.sha256 for file in state.files}
    for file in run.files:
        if there.get(file.facts.path) != file.facts.sha256:
            with file.open() as path:
                client.imports.put_file(state.import_id, file.facts.path, path)
    request = FinishImportRequest(
        digest=run.digest,
        source=run.source,
        experiment=run.experiment,
        run=facts,
        events=list(run.events),
        files=[file.facts for file in run.files],
    )
    client.imports.finish(state.import_id, request)
    return True


def _send_snapshot(client: Client, run: IncomingRun) -> None:
    snapshot = run.snapshot()
    if snapshot is None:
        return
    by_hash = {file.sha256: file for file in snapshot.files}
    for pack in in_packs(sorted(client.snapshots.missing(list(by_hash))), lambda sha256: by_hash[sha256].size_bytes):
        _send_contents(client, snapshot, [by_hash[sha256] for sha256 in pack])
    if client.snapshots.create(list(snapshot.files)).id != snapshot.id:
        raise ArchiveError(
            f"The snapshot of run {run.facts.id} is not the one that it says. Export it again.", run_id=run.facts.id
        )


def _send_contents(client: Client, snapshot: IncomingSnapshot, files: list[SnapshotFile]) -> None:
    """Send the contents of several files that fit into one pack, or of one of any size."""
    if len(files) == 1:
        with snapshot.open(files[0]) as path:
            client.snapshots.put_blob(files[0].sha256, path)
        return
    contents = {}
    for file in files:
        with snapshot.open(file) as path:
            contents[file.sha256] = path.read_bytes()
    client.snapshots.put_blobs(contents)
