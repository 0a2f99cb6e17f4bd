"""Restores the run's snapshot in a folder of this node."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from runyard.domain.run import COVERED_FILES_VARIABLE
from runyard.domain.snapshot import SnapshotFile
from runyard.errors import SnapshotError
from runyard.runner.blob_cache import BlobCache
from runyard.runner.environment import with_secrets
from runyard.wire.blob_pack import in_packs

DOWNLOAD_THREADS = 4
OWNER_MAY_USE = 0o600
"""A restored file can always be read and removed by its owner, whatever mode it had."""

Download = Callable[[Sequence[tuple[SnapshotFile, Path]]], None]
"""Fetch files to where they belong: several that fit into one pack, or one of any size."""

_READ_BYTES = 1 << 20
_HASH = re.compile(r"[0-9a-f]{64}")


def path_in_folder(folder: Path, path: str) -> Path:
    """Return where the file ``path`` of a manifest belongs.

    Raises:
        SnapshotError: the path leaves the folder. A manifest comes from outside: it must not write anywhere else.
    """
    parts = path.split("/")
    if "\0" in path or any(part in ("", ".", "..") for part in parts) or (os.name == "nt" and ("\\" in path or ":" in path)):
        raise SnapshotError(
            f"The snapshot holds the path {path[:200]!r}, which leaves its folder. It was not restored.", path=path
        )
    return folder.joinpath(*parts)


def restore(files: Sequence[SnapshotFile], folder: Path, download: Download, cache: BlobCache | None) -> None:
    """Make ``folder`` hold exactly the files of a snapshot, with their permission bits.

    Raises:
        SnapshotError: a path leaves the folder, two paths clash, or a content is not what the manifest says.
        OSError: the disk refuses.
    """
    targets = [(_with_hash(file), path_in_folder(folder, file.path)) for file in files]
    _require_no_clash(files)
    for parent in sorted({target.parent for _, target in targets} | {folder}):
        parent.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(DOWNLOAD_THREADS, thread_name_prefix="snapshot") as pool:
        is_there = pool.map(lambda wanted: cache is not None and cache.copy_to(wanted[0].sha256, wanted[1]), targets)
        equal: dict[str, list[tuple[SnapshotFile, Path]]] = {}
        for (file, target), there in zip(targets, is_there, strict=True):
            if not there:
                equal.setdefault(file.sha256, []).append((file, target))
        packs = in_packs(equal.values(), lambda same: same[0][0].size_bytes)
        for done in [pool.submit(_fetch, pack, download, cache) for pack in packs]:
            done.result()
    for file, target in targets:
        target.chmod((file.mode & 0o777) | OWNER_MAY_USE)


def _with_hash(file: SnapshotFile) -> SnapshotFile:
    # The hash names a file of the cache.
    if not _HASH.fullmatch(file.sha256):
        raise SnapshotError(
            f"The snapshot gives {file.sha256[:80]!r} as hash of {file.path!r}. It was not restored.", path=file.path
        )
    return file


def _require_no_clash(files: Sequence[SnapshotFile]) -> None:
    paths = {file.path for file in files}
    folders = {parent for path in paths for parent in _parents(path)}
    clash = next(iter(sorted(paths & folders)), None)
    if clash is not None or len(paths) != len(files):
        raise SnapshotError(f"The snapshot holds {clash or 'one path'!r} twice. It was not restored.", path=clash)


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def _fetch(pack: list[list[tuple[SnapshotFile, Path]]], download: Download, cache: BlobCache | None) -> None:
    """Fetch contents, each for the files that are equal to its first one."""
    download([same[0] for same in pack])
    for (file, target), *others in pack:
        _require_content(file, target)
        if cache is not None:
            cache.add(file.sha256, target)
        for _, other in others:
            shutil.copyfile(target, other)


def _require_content(file: SnapshotFile, target: Path) -> None:
    digest = hashlib.sha256()
    with target.open("rb") as source:
        while piece := source.read(_READ_BYTES):
            digest.update(piece)
    if digest.hexdigest() != file.sha256:
        target.unlink()
        raise SnapshotError(
            f"The file {file.path!r} came with another content than the snapshot has. Submit the run again; if it happens again, "
            "the server's store is damaged.",
            path=file.path,
        )


def make_whole(folder: Path, environment: Mapping[str, str]) -> int:
    """Put the secrets back into the files that were stored with references to them; return how many files those are.

    Raises:
        SnapshotError: the list of these files cannot be read, or a path leaves the folder.
    """
    try:
        paths = msgspec.json.decode(environment.get(COVERED_FILES_VARIABLE) or "[]", type=list[str])
    except msgspec.DecodeError as error:
        raise SnapshotError(f"{COVERED_FILES_VARIABLE} cannot be read: {error}. Submit the run again.") from error
    for path in paths:
        target = path_in_folder(folder, path)
        if target.is_file():
            text = target.read_bytes().decode("utf-8", "surrogateescape")
            target.write_bytes(with_secrets(text, environment).encode("utf-8", "surrogateescape"))
    return len(paths)
