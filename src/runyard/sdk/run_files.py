"""Files and snapshot of a run."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from runyard.domain.artifact import LOG_FOLDERS, ArtifactRecord
from runyard.errors import ConflictError, FileNotInRunError, InvalidArgumentError, NotFoundError
from runyard.sdk.run_handle import RunHandle
from runyard.sdk.wording import kind_of
from runyard.wire.run import UpdateRunRequest

SNAPSHOT_PROPERTY = "ContentSnapshotId"
_TRANSFER_THREADS = 8
_NAMES_SHOWN = 50


class RunFiles(RunHandle):
    """The part of a run that holds its files."""

    def upload_file(self, name: str, path_or_stream: str | Path | IO[bytes], datastore_name: str | None = None) -> None:
        """Store a local file, or what a stream holds, as the file ``name`` of the run.

        Raises:
            ConflictError: the run has another file of that name; files of a run do not change.
            InvalidArgumentError: there is no such local file.
        """
        _require_no_datastore(datastore_name)
        self._client.artifacts.put(self.id, name, _content(path_or_stream))

    def upload_files(
        self,
        names: list[str],
        paths: list[str],
        return_artifacts: bool = False,
        timeout_seconds: float | None = None,
        datastore_name: str | None = None,
    ) -> dict[str, ArtifactRecord] | None:
        """Store local files under the names at the same places of ``names``."""
        _require_no_datastore(datastore_name)
        if len(names) != len(paths):
            raise InvalidArgumentError(f"upload_files was given {len(names)} names and {len(paths)} paths. Give one name a path.")
        contents = [_content(path) for path in paths]
        with ThreadPoolExecutor(_TRANSFER_THREADS, thread_name_prefix="runyard-upload") as pool:
            records = list(pool.map(lambda pair: self._client.artifacts.put(self.id, *pair), zip(names, contents, strict=True)))
        return dict(zip(names, records, strict=True)) if return_artifacts else None

    def upload_folder(self, name: str, path: str | Path, datastore_name: str | None = None) -> None:
        """Store all files below a local folder as ``name/…``, with their places in it."""
        folder = Path(path)
        if not folder.is_dir():
            raise InvalidArgumentError(f"The folder {path} is not there. Give a folder, or use upload_file.", path=str(path))
        found = sorted(file for file in folder.rglob("*") if file.is_file())
        names = [f"{name.rstrip('/')}/{file.relative_to(folder).as_posix()}" for file in found]
        self.upload_files(names, [str(file) for file in found], datastore_name=datastore_name)

    def get_file_names(self) -> list[str]:
        """Return the names of all files of the run, logs and outputs included."""
        return [record.path for record in self._client.artifacts.list(self.id)]

    def download_file(self, name: str, output_file_path: str | Path | None = None, _validate_checksum: bool = False) -> None:
        """Store a file of the run on this machine.

        Without a path it goes to the current folder under its own name; a path that is a folder gets it inside. Folders on
        the way are made. The file appears whole or not at all.

        Raises:
            FileNotInRunError: the run has no such file; the message lists those it has.
        """
        base = Path(name).name
        target = Path(output_file_path) if output_file_path is not None else Path(base)
        if target.is_dir() or str(output_file_path or "").endswith("/"):
            target = target / base
        _make_folder(target.parent)
        try:
            self._client.artifacts.download(self.id, name, target)
        except NotFoundError as error:
            raise self._no_such_file(name) from error

    def download_files(
        self,
        prefix: str | None = None,
        output_directory: str | Path | None = None,
        output_paths: str | list[str] | None = None,
        batch_size: int = 100,
        append_prefix: bool = True,
        timeout_seconds: float | None = None,
    ) -> None:
        """Store all files of the run, or those below ``prefix``, in a folder of this machine.

        ``output_paths`` gives each its own path below it. With ``append_prefix=False`` the prefix is no part of the paths.
        """
        names = [record.path for record in self._client.artifacts.list(self.id, prefix)]
        root = Path(output_directory) if output_directory is not None else Path()
        targets = [root / path for path in _output_paths(names, prefix, output_paths, append_prefix)]
        for target in targets:
            _make_folder(target.parent)
        with ThreadPoolExecutor(_TRANSFER_THREADS, thread_name_prefix="runyard-download") as pool:
            list(pool.map(lambda pair: self._client.artifacts.download(self.id, *pair), zip(names, targets, strict=True)))

    def get_all_logs(self, destination: str | Path | None = None) -> list[str]:
        """Store all logs of the run in a folder, ``./assets/<run id>`` when none is given; return their paths."""
        root = Path(destination) if destination is not None else Path("assets") / self.id
        stored: list[str] = []
        for record in self._log_records():
            target = root / record.path
            _make_folder(target.parent)
            self._client.artifacts.download(self.id, record.path, target)
            stored.append(str(target))
        return stored

    def take_snapshot(self, file_or_folder_path: str | Path) -> str:
        """Store a folder or file as the snapshot of the run, once; return the snapshot's id.

        Raises:
            ConflictError: the run has a snapshot.
            SnapshotError: the folder cannot be read, or is too large.
        """
        from runyard.client.snapshot_builder import take_snapshot  # late: most programs never ask

        if self._refreshed().snapshot_id is not None:
            raise ConflictError(f"Run {self.id} has a snapshot already. A run keeps its first one.", run_id=self.id)
        snapshot = take_snapshot(self._client.snapshots, Path(file_or_folder_path))
        self._update(UpdateRunRequest(snapshot_id=snapshot.id, add_properties={SNAPSHOT_PROPERTY: snapshot.id}))
        return snapshot.id

    def get_snapshot_id(self) -> str:
        """Return the id of the run's snapshot.

        Raises:
            NotFoundError: the run has none.
        """
        snapshot_id = self._record.snapshot_id or self._refreshed().snapshot_id
        if snapshot_id is None:
            raise NotFoundError(f"Run {self.id} has no snapshot.", run_id=self.id)
        return snapshot_id

    def restore_snapshot(self, snapshot_id: str | None = None, path: str | Path | None = None) -> str:
        """Store the run's snapshot as ``<id>.zip`` in a folder, by default a new temporary one; return the file's path."""
        own_id = self.get_snapshot_id()
        if snapshot_id not in (None, own_id):
            raise NotFoundError(f"Run {self.id} has the snapshot {own_id}, not {snapshot_id}.", run_id=self.id)
        import tempfile  # late: most programs never ask

        folder = Path(path) if path is not None else Path(tempfile.mkdtemp(prefix="runyard-"))
        _make_folder(folder)
        target = folder / f"{own_id}.zip"
        self._client.snapshots.download_zip(self.id, target)
        return str(target)

    def _log_records(self) -> list[ArtifactRecord]:
        return [record for record in self._client.artifacts.list(self.id) if record.path.startswith(LOG_FOLDERS)]

    def _no_such_file(self, name: str) -> FileNotInRunError:
        names = self.get_file_names()
        shown = ", ".join(names[:_NAMES_SHOWN]) + (", …" if len(names) > _NAMES_SHOWN else "")
        return FileNotInRunError(
            f"File with path {name} was not found,\navailable files include: {shown or 'none'}", run_id=self.id, path=name
        )


def _content(path_or_stream: Any) -> bytes | Path:
    if hasattr(path_or_stream, "read"):
        content = path_or_stream.read()
        return content.encode() if isinstance(content, str) else bytes(content)
    if not isinstance(path_or_stream, (str, os.PathLike)):
        raise InvalidArgumentError(f"What is to be uploaded is {kind_of(path_or_stream)}. Give a path, or a stream of bytes.")
    path = Path(path_or_stream)
    if path.is_dir():
        raise InvalidArgumentError(f"{path} is a folder. Use run.upload_folder(name, path).", path=str(path))
    if not path.is_file():
        raise InvalidArgumentError(f"The file {path} is not there, so it cannot be uploaded. Check the path.", path=str(path))
    return path


def _output_paths(
    names: Iterable[str], prefix: str | None, output_paths: str | list[str] | None, append_prefix: bool
) -> list[str]:
    names = list(names)
    if output_paths is not None:
        paths = [output_paths] if isinstance(output_paths, str) else list(output_paths)
        if len(paths) != len(names):
            raise InvalidArgumentError(f"There are {len(names)} files and {len(paths)} output_paths. Give one path a file.")
        return paths
    if append_prefix or not prefix:
        return names
    return [name.removeprefix(prefix).lstrip("/") or Path(name).name for name in names]


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidArgumentError(
            f"The folder {folder} cannot be made ({error.strerror}). Choose another output path.", path=str(folder)
        ) from error


def _require_no_datastore(datastore_name: str | None) -> None:
    if datastore_name is not None:
        raise InvalidArgumentError(
            f"datastore_name={datastore_name!r}: Runyard keeps the files of a run with the run. Leave it out.",
            name=datastore_name,
        )
