"""Snapshots: manifests in SQL, contents by hash in a folder."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.snapshot import SnapshotFile, SnapshotManifest
from runyard.errors import ConflictError, InvalidArgumentError, NotFoundError
from runyard.storage.backends.filesystem.folder import FileFolder
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.mapping import to_us, workspace_pk
from runyard.storage.base import FileSlice, Garbage

_SHA256 = re.compile(r"[0-9a-f]{64}")


class SqlSnapshotStore:
    """See :class:`runyard.storage.base.SnapshotStore`."""

    def __init__(self, database: Database, folder: FileFolder) -> None:
        self._database = database
        self._folder = folder

    def missing(self, sha256: list[str]) -> list[str]:
        """Return those of the hashes whose content is not stored."""
        # What is said to be there must stay until the snapshot is made: a fresh date keeps the garbage collector away.
        return [value for value in dict.fromkeys(sha256) if not self._folder.touch(_location(value))]

    def put_blob(self, sha256: str, chunks: Iterator[bytes]) -> None:
        """Store a content."""
        location = _location(sha256)
        with self._folder.staged(chunks) as staged:
            if staged.sha256 != sha256:
                raise _other_content(sha256, staged.sha256)
            if not self._folder.exists(location):
                staged.move_to(location)

    def put_blobs(self, contents: Iterator[tuple[str, bytes]]) -> None:
        """Store contents, all or none."""
        self._folder.add_all((location, content) for location, content in _checked(contents) if not self._folder.touch(location))

    def create(self, workspace: str, manifest: SnapshotManifest, *, at: datetime) -> SnapshotManifest:
        """Store a manifest whose contents are all there."""
        missing = self.missing([file.sha256 for file in manifest.files])
        if missing:
            raise ConflictError(
                f"{len(missing)} files of the snapshot were not sent. Send them, then try again.", sha256=missing[:100]
            )
        packed = zlib.compress(msgspec.json.encode(manifest.files))

        def work(connection: Connection) -> None:
            pk = workspace_pk(connection, workspace)
            known = sa.select(t.snapshot.c.id).where(t.snapshot.c.workspace_pk == pk, t.snapshot.c.id == manifest.id)
            if connection.execute(known).first() is None:
                connection.execute(
                    t.snapshot.insert().values(workspace_pk=pk, id=manifest.id, manifest=packed, created_at=to_us(at))
                )

        self._database.write(work)
        return manifest

    def get(self, workspace: str, snapshot_id: str) -> SnapshotManifest:
        """Return a manifest."""
        with self._database.read() as connection:
            pk = workspace_pk(connection, workspace)
            packed = connection.execute(
                sa.select(t.snapshot.c.manifest).where(t.snapshot.c.workspace_pk == pk, t.snapshot.c.id == snapshot_id)
            ).scalar()
        if packed is None:
            raise NotFoundError(f"There is no snapshot {snapshot_id} in workspace {workspace!r}.", snapshot_id=snapshot_id)
        files = msgspec.json.decode(zlib.decompress(packed), type=list[SnapshotFile])
        return SnapshotManifest(id=snapshot_id, files=files)

    def read_blob(self, sha256: str) -> FileSlice:
        """Return a content."""
        location = _location(sha256)
        if not self._folder.exists(location):
            raise NotFoundError(f"There is no content {sha256}.", sha256=sha256)
        size = self._folder.size(location)
        return self._folder.read(location, 0, size, size)

    def collect_garbage(self, *, spare_after: datetime, dry_run: bool) -> tuple[int, Garbage]:
        """Remove snapshots that no run has, then contents that no snapshot has."""
        old = [(place, size) for place, size, changed in self._folder.walk() if changed < spare_after.timestamp()]
        snapshots, used = self._database.write(lambda c: _sweep_snapshots(c, spare_after, dry_run))
        unused = [(place, size) for place, size in old if place.rpartition("/")[2] not in used]
        if not dry_run:
            for place, _ in unused:
                self._folder.delete(place)
        return snapshots, Garbage(files=len(unused), size_bytes=sum(size for _, size in unused))


def _sweep_snapshots(connection: Connection, spare_after: datetime, dry_run: bool) -> tuple[int, set[str]]:
    """Remove snapshots that no run has; return how many, and the hashes that the others need."""
    s = t.snapshot.c
    taken = sa.exists().where(t.run.c.workspace_pk == s.workspace_pk, t.run.c.snapshot_id == s.id)
    unused = sa.and_(sa.not_(taken), s.created_at < to_us(spare_after))
    count = connection.execute(sa.select(sa.func.count()).select_from(t.snapshot).where(unused)).scalar_one()
    used: set[str] = set()
    for packed in connection.execute(sa.select(s.manifest).where(sa.not_(unused))).scalars():
        used.update(file.sha256 for file in msgspec.json.decode(zlib.decompress(packed), type=list[SnapshotFile]))
    if count and not dry_run:
        connection.execute(t.snapshot.delete().where(unused))
    return count, used


def _checked(contents: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Yield contents by their locations; raise when one does not have its hash."""
    for sha256, content in contents:
        location = _location(sha256)
        found = hashlib.sha256(content).hexdigest()
        if found != sha256:
            raise _other_content(sha256, found)
        yield location, content


def _other_content(sha256: str, found: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"The content sent as {sha256} has the hash {found}: the file changed on the way. Send it again.")


def _location(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise InvalidArgumentError(f"{sha256[:80]!r} is no sha256: 64 of the characters 0-9 and a-f are wanted.")
    return f"{sha256[:2]}/{sha256}"
