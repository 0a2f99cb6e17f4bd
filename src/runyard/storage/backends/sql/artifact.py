"""Files of runs: names and sizes in SQL, bytes in a folder."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.artifact import ArtifactRecord
from runyard.domain.change import ChangeTopic
from runyard.errors import ConflictError, FileNotInRunError, InvalidArgumentError
from runyard.storage.backends.filesystem.folder import FileFolder, StagedFile
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.mapping import add_change, instant, run_row, to_us
from runyard.storage.base import FileSlice, Garbage

_LOCKS = 64
_LOOK_UP_MAX = 5000


class SqlArtifactStore:
    """See :class:`runyard.storage.base.ArtifactStore`."""

    def __init__(self, database: Database, folder: FileFolder) -> None:
        self._database = database
        self._folder = folder
        self._append_locks = [Lock() for _ in range(_LOCKS)]

    def put(
        self, workspace: str, run_id: str, path: str, chunks: Iterator[bytes], *, replace: bool, at: datetime
    ) -> ArtifactRecord:
        """Store a whole file. The same content under the same name is accepted again."""
        with self._database.read() as connection:
            run_row(connection, workspace, run_id, t.run.c.pk)  # refuse before a large body is written
        location = _new_location()
        with self._folder.staged(chunks) as staged:
            replaced = self._database.write(
                lambda c: _put(c, workspace, run_id, path, location=location, staged=staged, replace=replace, at=at)
            )
        if replaced is not None:
            self._folder.delete(replaced)
        return self._get(workspace, run_id, path)

    def append(self, workspace: str, run_id: str, path: str, *, offset: int, data: bytes, at: datetime) -> int:
        """Make the file hold ``data`` from ``offset`` on; bytes it has already are skipped. Return the size now."""
        # Two senders of one file take turns. The file is written before the row: a row never promises bytes that are not there.
        with self._append_locks[hash((workspace, run_id, path)) % _LOCKS]:
            with self._database.read() as connection:
                run = run_row(connection, workspace, run_id, t.run.c.pk)
                row = _find(connection, run.pk, path)
            size = row.size_bytes if row else 0
            if offset > size:
                raise ConflictError(
                    f"{path} of run {run_id} has {size} bytes, so a chunk at {offset} would leave a gap. Send from {size} on.",
                    run_id=run_id,
                    path=path,
                    size_bytes=size,
                )
            fresh = data[size - offset :]
            if not fresh and row is not None:
                return int(size)
            location = row.location if row else _new_location()
            self._folder.write_at(location, size, fresh)
            new_size = size + len(fresh)
            self._database.write(lambda c: _grow(c, workspace, run_id, path, location, new_size, at))
            return int(new_size)

    def read(self, workspace: str, run_id: str, path: str, *, start: int, stop: int | None) -> FileSlice:
        """Return bytes of a file. ``stop`` None means up to its present end."""
        with self._database.read() as connection:
            run = run_row(connection, workspace, run_id, t.run.c.pk)
            row = _find(connection, run.pk, path)
            if row is None:
                raise _missing(connection, run.pk, run_id, path)
        end = row.size_bytes if stop is None else min(stop, row.size_bytes)
        return self._folder.read(row.location, min(start, row.size_bytes), end, row.size_bytes)

    def list(self, workspace: str, run_id: str, *, prefix: str) -> list[ArtifactRecord]:
        """Return the files whose path starts with ``prefix``, by path."""
        with self._database.read() as connection:
            pk = run_row(connection, workspace, run_id, t.run.c.pk).pk
            query = sa.select(t.artifact).where(t.artifact.c.run_pk == pk).order_by(t.artifact.c.path)
            if prefix:
                query = query.where(t.artifact.c.path.startswith(prefix, autoescape=True))
            return [_record(row) for row in connection.execute(query)]

    def collect_garbage(self, *, spare_after: datetime, dry_run: bool) -> Garbage:
        """Remove files that no artifact of any run refers to and that have not changed since ``spare_after``."""
        old = [(location, size) for location, size, changed in self._folder.walk() if changed < spare_after.timestamp()]

        def work(connection: Connection) -> list[tuple[str, int]]:
            # In the writer's transaction: no artifact can come to refer to one of these files while they are looked at.
            used: set[str] = set()
            for start in range(0, len(old), _LOOK_UP_MAX):
                part = [location for location, _ in old[start : start + _LOOK_UP_MAX]]
                used.update(connection.execute(sa.select(t.artifact.c.location).where(t.artifact.c.location.in_(part))).scalars())
            return [(location, size) for location, size in old if location not in used]

        unused = self._database.write(work)
        if not dry_run:
            for location, _ in unused:
                self._folder.delete(location)
        return Garbage(files=len(unused), size_bytes=sum(size for _, size in unused))

    def _get(self, workspace: str, run_id: str, path: str) -> ArtifactRecord:
        with self._database.read() as connection:
            return _record(_find(connection, run_row(connection, workspace, run_id, t.run.c.pk).pk, path))


def _new_location() -> str:
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name}"


def _find(connection: Connection, run_pk: int, path: str) -> Any:
    return connection.execute(sa.select(t.artifact).where(t.artifact.c.run_pk == run_pk, t.artifact.c.path == path)).first()


def _put(
    connection: Connection,
    workspace: str,
    run_id: str,
    path: str,
    *,
    location: str,
    staged: StagedFile,
    replace: bool,
    at: datetime,
) -> str | None:
    """Return the location of the content that the new one replaces, None when there was none."""
    run = run_row(connection, workspace, run_id, t.run.c.pk, t.run.c.workspace_pk, t.run.c.root_id)
    row = _find(connection, run.pk, path)
    if row is not None and row.sha256 == staged.sha256:
        return None
    if row is not None and not replace:
        raise ConflictError(
            f"Resource Conflict: run {run_id} has another file named {path!r}. Files of a run do not change: use another name.",
            run_id=run_id,
            path=path,
        )
    staged.move_to(location)
    values = {"size_bytes": staged.size_bytes, "sha256": staged.sha256, "location": location, "updated_at": to_us(at)}
    _store(connection, run, path, values, exists=row is not None, at=at)
    add_change(connection, run.workspace_pk, ChangeTopic.ARTIFACT, run_id=run_id, root_id=run.root_id, path=path)
    return row.location if row is not None else None


def _grow(connection: Connection, workspace: str, run_id: str, path: str, location: str, size_bytes: int, at: datetime) -> None:
    run = run_row(connection, workspace, run_id, t.run.c.pk, t.run.c.workspace_pk, t.run.c.root_id)
    values = {"size_bytes": size_bytes, "sha256": None, "location": location, "updated_at": to_us(at)}
    _store(connection, run, path, values, exists=_find(connection, run.pk, path) is not None, at=at)
    add_change(connection, run.workspace_pk, ChangeTopic.ARTIFACT, run_id=run_id, root_id=run.root_id, path=path)


def _store(connection: Connection, run: Any, path: str, values: dict[str, Any], *, exists: bool, at: datetime) -> None:
    if exists:
        where = (t.artifact.c.run_pk == run.pk, t.artifact.c.path == path)
        connection.execute(t.artifact.update().where(*where).values(**values))
    else:
        _require_room(connection, run.pk, path)
        connection.execute(t.artifact.insert().values(run_pk=run.pk, path=path, created_at=to_us(at), **values))


def _require_room(connection: Connection, run_pk: int, path: str) -> None:
    """Refuse a file below another file, or where a folder is: no folder of a reader could hold both.

    Raises:
        InvalidArgumentError: the run has such a file.
    """
    c = t.artifact.c
    parts = path.split("/")
    folders = ["/".join(parts[:count]) for count in range(1, len(parts))]
    below = sa.func.substr(c.path, 1, len(path) + 1) == f"{path}/"
    query = sa.select(c.path).where(c.run_pk == run_pk, sa.or_(c.path.in_(folders), below)).limit(1)
    other = connection.execute(query).scalar()
    if other is not None:
        file = min(path, other, key=len)
        raise InvalidArgumentError(
            f"{path!r} cannot be stored: the run has {other!r}, and {file!r} cannot be a file and a folder. Use another name.",
            path=path,
        )


def _missing(connection: Connection, run_pk: int, run_id: str, path: str) -> FileNotInRunError:
    query = sa.select(t.artifact.c.path).where(t.artifact.c.run_pk == run_pk).order_by(t.artifact.c.path).limit(50)
    names = list(connection.execute(query).scalars())
    there = ", ".join(names) if names else "none yet"
    return FileNotInRunError(
        f"File with path {path} was not found in run {run_id},\navailable files include: {there}.", run_id=run_id, path=path
    )


def _record(row: Any) -> ArtifactRecord:
    return ArtifactRecord(
        path=row.path,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        created_at=instant(row.created_at),
        updated_at=instant(row.updated_at),
    )
