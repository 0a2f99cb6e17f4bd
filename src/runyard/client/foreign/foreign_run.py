"""What all readers of other tools' data have in common: from what they find to runs that can be brought in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

from runyard.client.archive.batches import packed_records
from runyard.client.archive.incoming import IncomingFile, IncomingRun, digest_of
from runyard.domain.artifact import require_artifact_path
from runyard.domain.run import KEY_MAX_CHARS, TAGS_MAX, VALUE_MAX_CHARS, RunError, RunStatus, require_run_id
from runyard.errors import ArchiveError, InvalidArgumentError
from runyard.wire.metric import Record
from runyard.wire.run_import import EventFacts, ExperimentFacts, FileFacts, RunFacts

_OPTION = re.compile(r"[A-Za-z_][^=\s]*", re.ASCII)
"""What can be the name of an option, and so of a parameter. A parameter of another name becomes a property."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignRun:
    """A run as another tool knows it. ``files`` are pairs of the path in the run and the file here."""

    id: str
    experiment: str
    name: str
    status: RunStatus
    reason: str | None = None
    started_at: datetime
    ended_at: datetime
    user: str | None = None
    description: str | None = None
    parent_id: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    files: Sequence[tuple[str, Path]] = ()
    records: Callable[[dict[str, str]], Iterator[Record]] = lambda left_out: iter(())
    left_out: dict[str, str] = field(default_factory=dict)


class ForeignRuns:
    """Runs of another tool, as a source of runs to bring in.

    ``places`` says where each run is, parents before their children, and how it is read. One that cannot be read holds up no
    other: it goes into ``unread``, where what was found unreadable before can be already.
    """

    def __init__(
        self, source: str, places: Mapping[str, Callable[[], ForeignRun]], unread: Mapping[str, str] | None = None
    ) -> None:
        self._source = source
        self._places = places
        self.unread = dict(unread or {})

    def __len__(self) -> int:
        """Return how many runs there are."""
        return len(self._places)

    def runs(self) -> Iterator[IncomingRun]:
        """Yield the runs that can be read.

        Raises:
            ArchiveError: none of them can.
        """
        is_one_read = False
        for place, read in self._places.items():
            try:
                run = incoming(self._source, read())
            except (ArchiveError, ValueError) as error:  # the second: numbers, JSON or UTF-8 that are none
                self.unread[place] = " ".join(str(error).split())
                continue
            is_one_read = True
            yield run
        if not is_one_read:
            raise ArchiveError(next(iter(self.unread.values()), f"There are no runs of {self._source}."))

    def check(self, run: IncomingRun) -> None:
        """Do nothing: all of a run was read to make its digest."""


def incoming(source: str, run: ForeignRun) -> IncomingRun:
    """Return a run as it can be brought in; ``left_out`` says what cannot."""
    left_out = dict(run.left_out)
    options = {name: value for name, value in run.parameters.items() if _OPTION.fullmatch(name)}
    others = {f"param.{name}": value for name, value in run.parameters.items() if name not in options}
    arguments = [f"--{name}={value}" for name, value in options.items()]
    definition = {"spec": {"arguments": arguments}, "arguments": arguments} if arguments else None
    error = RunError(message=run.reason or "It failed.", at=run.ended_at) if run.status is RunStatus.FAILED else None
    facts = RunFacts(
        id=run_id_of(run.id),
        parent_id=None if run.parent_id is None else run_id_of(run.parent_id),
        display_name=run.name,
        status=run.status,
        status_reason=run.reason,
        created_at=run.started_at,
        started_at=run.started_at,
        ended_at=max(run.ended_at, run.started_at),
        submitted_by=run.user or None,
        description=run.description,
        tags=_fitting(run.tags, "tag", left_out),
        properties=_fitting({"runyard.imported_from": source, **run.properties, **others}, "property", left_out),  # type: ignore[arg-type]
        definition=definition,
        error=error,
    )
    made = IncomingRun(
        source=source,
        digest="",
        experiment=ExperimentFacts(name=experiment_name_of(run.experiment), created_at=run.started_at),
        facts=facts,
        events=[
            EventFacts(status=RunStatus.RUNNING, at=run.started_at, author=run.user or None),
            EventFacts(status=run.status, at=facts.ended_at or run.ended_at, reason=run.reason),
        ],
        files=_files(run.files, left_out),
        batches=lambda _: packed_records(run.records(left_out), left_out),
        left_out=left_out,
    )
    return replace(made, digest=digest_of(made))


def instant(milliseconds: float) -> datetime:
    """Return an instant of milliseconds since 1970."""
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc)


def experiment_name_of(name: str) -> str:
    """Return a name that an experiment can have, as near as can be."""
    fitting = re.sub(r"[^a-zA-Z0-9_\-]+", "-", name).lstrip("-_")[:255]
    return fitting or "imported"


def run_id_of(name: str) -> str:
    """Return a name that a run can have: itself where it can, else one made of its hash."""
    try:
        return require_run_id(name)
    except InvalidArgumentError:
        return f"imported-{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def below(folder: Path) -> list[tuple[str, Path]]:
    """Return the files below a folder with their paths in it, by path. Links are left alone."""
    if not folder.is_dir():
        return []
    files = sorted(each for each in folder.rglob("*") if each.is_file() and not each.is_symlink())
    return [(file.relative_to(folder).as_posix(), file) for file in files]


def _fitting(labels: dict[str, str | None], what: str, left_out: dict[str, str]) -> dict[str, str | None]:
    kept: dict[str, str | None] = {}
    for key, value in labels.items():
        if not 0 < len(key) <= KEY_MAX_CHARS or len(value or "") > VALUE_MAX_CHARS or len(kept) >= TAGS_MAX:
            left_out[f"{what} {key[:80]}"] = "it is too long, or there are too many"
        else:
            kept[key] = value
    return kept


def _files(files: Sequence[tuple[str, Path]], left_out: dict[str, str]) -> list[IncomingFile]:
    found = []
    for path, file in files:
        try:
            plain = require_artifact_path(path)
        except InvalidArgumentError as error:
            left_out[f"file {path[:80]}"] = str(error)
            continue
        digest, size = hashlib.sha256(), 0
        with file.open("rb") as source:
            while chunk := source.read(1 << 20):
                digest.update(chunk)
                size += len(chunk)
        changed = instant(file.stat().st_mtime * 1000)
        facts = FileFacts(path=plain, size_bytes=size, sha256=digest.hexdigest(), created_at=changed, updated_at=changed)
        found.append(IncomingFile(facts=facts, open=lambda file=file: nullcontext(file)))  # type: ignore[misc]
    return found
