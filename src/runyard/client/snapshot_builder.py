"""From a source folder to a stored snapshot: walk, check the limits, hash, send what the server lacks."""

from __future__ import annotations

import hashlib
import heapq
import os
import stat
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from runyard.client.ignore_rules import IGNORE_FILES, IgnoreRules, rule_for
from runyard.client.known_secrets import is_text, known_secrets
from runyard.client.snapshot import SnapshotApi
from runyard.domain.artifact import require_artifact_path
from runyard.domain.snapshot import SNAPSHOT_MAX_BYTES, SNAPSHOT_MAX_FILES, SnapshotFile
from runyard.errors import InvalidArgumentError, SnapshotError, SnapshotTooLargeError
from runyard.wire.blob_pack import in_packs
from runyard.wire.snapshot import SnapshotBody

UPLOAD_THREADS = 8
_HASH_THREADS = 4
_CHUNK_BYTES = 1 << 20
_IN_MEMORY_BYTES = 32 << 20
"""Files up to this size are read once more and sent from memory, so that what is sent is what was hashed."""

SEARCHED_BYTES = 1 << 20
"""A larger file is data, and not searched for secrets."""

Cover = Callable[[str, bytes], bytes]
"""``(path, text) → the text as it may be stored``, without the secrets in it."""

_LARGEST_NAMED = 5
_FILES_LOOKED_AT = 4 * SNAPSHOT_MAX_FILES
"""Where to stop looking for the largest files of a folder that is over the limits anyway."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that belongs to a snapshot. ``path`` is relative with forward slashes."""

    path: str
    location: Path
    size_bytes: int
    mode: int


@dataclass(slots=True)
class SourceFolder:
    """What a walk found: the files by path, and the links that were left out because they lead outside or nowhere.

    ``rules_file`` is the ignore file that is in force, or would be.
    """

    root: Path
    rules_file: str = IGNORE_FILES[0]
    files: list[SourceFile] = field(default_factory=list)
    skipped_links: list[str] = field(default_factory=list)


def with_stars(path: str, text: bytes) -> bytes:
    """Return a text with a star for each byte of a secret that this process knows."""
    return known_secrets().masked(text)


def take_snapshot(
    api: SnapshotApi,
    source: Path,
    *,
    cover: Cover = with_stars,
    max_bytes: int = SNAPSHOT_MAX_BYTES,
    max_files: int = SNAPSHOT_MAX_FILES,
) -> SnapshotBody:
    """Store ``source``, a folder or a single file, and return its snapshot. Only contents that the server lacks are sent.

    Secrets in texts of up to a megabyte are covered.

    Links that lead outside the folder or nowhere are left out, with a warning.

    Raises:
        SnapshotError: the folder or a file in it cannot be read.
        SnapshotTooLargeError: a limit is passed; nothing has been sent.
    """
    folder = look_at(source)
    require_storable(folder, max_bytes=max_bytes, max_files=max_files)
    if folder.skipped_links:
        shown = ", ".join(folder.skipped_links[:_LARGEST_NAMED])
        count = len(folder.skipped_links)
        warnings.warn(
            f"The snapshot of {source} leaves out {count} links that lead outside the folder or nowhere: {shown}.", stacklevel=2
        )
    return store(api, folder, cover)


def look_at(source: Path) -> SourceFolder:
    """Return the files of ``source`` that belong to its snapshot. Reads no contents.

    Raises:
        SnapshotError: the folder, or one in it, cannot be read, or is not there.
    """
    try:
        root = source.resolve()
        status = root.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise SnapshotError(f"{source} is not there. Give the folder that holds the script.", path=str(source)) from None
    except OSError as error:
        raise _unreadable(source, error) from error
    if stat.S_ISREG(status.st_mode):
        return SourceFolder(root.parent, files=[_source_file(root.name, root, status)])
    rules = IgnoreRules(root)
    found = SourceFolder(root, rules.file_name if rules.exists else IGNORE_FILES[0])
    for file in _walk(found, rules, "", (root,)):
        found.files.append(file)
        if len(found.files) > _FILES_LOOKED_AT:
            break
    found.files.sort(key=lambda file: file.path)
    return found


def require_storable(folder: SourceFolder, *, max_bytes: int, max_files: int) -> None:
    """Refuse what the server would, before anything is sent.

    Raises:
        SnapshotTooLargeError: a limit is passed; names the largest files.
        SnapshotError: a file has a name that cannot be stored.
    """
    total = sum(file.size_bytes for file in folder.files)
    if total <= max_bytes and len(folder.files) <= max_files:
        for file in folder.files:
            _require_name(file.path)
        return
    largest = heapq.nlargest(_LARGEST_NAMED, folder.files, key=lambda file: file.size_bytes)
    named = "\n".join(f"  {_megabytes(file.size_bytes):>10}  {file.path}  (rule: {rule_for(file.path)})" for file in largest)
    raise SnapshotTooLargeError(
        f"The snapshot of {folder.root} would hold {len(folder.files)} files with {_megabytes(total)}; the limits are "
        f"{max_files} files and {_megabytes(max_bytes)}. Nothing was sent. Leave out what is not needed, by rules in a "
        f"{folder.rules_file} file, or keep data outside the source folder. The largest files:\n{named}",
        files=len(folder.files),
        size_bytes=total,
        largest=[file.path for file in largest],
        rules=[rule_for(file.path) for file in largest],
    )


def store(api: SnapshotApi, folder: SourceFolder, cover: Cover) -> SnapshotBody:
    """Hash the files, send the contents that the server lacks, and create the snapshot."""
    files, covered = hashed(folder, cover)
    by_hash: dict[str, list[SourceFile]] = {}
    for file, source in zip(files, folder.files, strict=True):
        by_hash.setdefault(file.sha256, []).append(source)
    missing = api.missing(sorted(by_hash))
    sizes = {file.sha256: file.size_bytes for file in files}

    def send(pack: list[str]) -> dict[str, SnapshotFile | None]:
        return _send(api, {sha256: by_hash[sha256] for sha256 in pack}, covered)

    with ThreadPoolExecutor(UPLOAD_THREADS, thread_name_prefix="runyard-snapshot") as pool:
        packs = in_packs(sorted(missing), sizes.__getitem__)
        sent = {sha256: file for part in pool.map(send, packs) for sha256, file in part.items()}
    as_sent = {file.path: file for file in sent.values() if file is not None}
    return api.create([as_sent.get(file.path, file) for file in files if sent.get(file.sha256, file) is not None])


def hashed(folder: SourceFolder, cover: Cover) -> tuple[list[SnapshotFile], dict[str, bytes]]:
    """Return the files as they are to be stored, and the contents of those that are not stored as they are, by path.

    Files that have gone since the folder was looked at are taken out of it.
    """
    covered = {}
    for source in folder.files:  # one after the other: what stands for the secrets is counted, and the same each time
        text = _text_of(source)
        if text is not None and (shown := cover(source.path, text)) != text:
            covered[source.path] = shown
    with ThreadPoolExecutor(_HASH_THREADS, thread_name_prefix="runyard-hash") as pool:
        files = list(pool.map(lambda source: _hashed(source, covered.get(source.path)), folder.files))
    folder.files[:] = [source for source, file in zip(folder.files, files, strict=True) if file is not None]
    return [file for file in files if file is not None], covered


def _text_of(source: SourceFile) -> bytes | None:
    """Return a file that is a text and not too large to be searched, else None."""
    if not 0 < source.size_bytes <= SEARCHED_BYTES:
        return None
    data = _read(source)
    return data if data is not None and is_text(data) else None


def _walk(found: SourceFolder, rules: IgnoreRules, folder: str, above: tuple[Path, ...]) -> Iterator[SourceFile]:
    for entry in _entries(found.root / folder):
        path = f"{folder}/{entry.name}" if folder else entry.name
        target = _inside(entry, found.root)
        if target is None:
            if not rules.leaves_out(path, is_folder=False):
                found.skipped_links.append(path)
            continue
        try:
            status = entry.stat()
        except FileNotFoundError:  # gone since the folder was listed
            continue
        except OSError as error:
            raise _unreadable(Path(entry.path), error) from error
        is_folder = stat.S_ISDIR(status.st_mode)
        if rules.leaves_out(path, is_folder=is_folder):
            continue
        if is_folder and target not in above:
            yield from _walk(found, rules, path, (*above, target))
        elif stat.S_ISREG(status.st_mode):
            yield _source_file(path, Path(entry.path), status)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise _unreadable(folder, error) from error


def _inside(entry: os.DirEntry[str], root: Path) -> Path | None:
    """Return what an entry stands for; None for a link that leads outside the source folder or nowhere."""
    if not entry.is_symlink():
        return Path(entry.path)
    try:
        target = Path(entry.path).resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    return target if target.is_relative_to(root) and target.name != ".git" else None


def _source_file(path: str, location: Path, status: os.stat_result) -> SourceFile:
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise SnapshotError(f"The name of {path!r} is not UTF-8. Rename the file, or ignore it.", path=repr(path)) from error
    return SourceFile(path, location, status.st_size, stat.S_IMODE(status.st_mode) & 0o777)


def _require_name(path: str) -> None:
    try:
        is_same = require_artifact_path(path) == path
    except InvalidArgumentError:
        is_same = False
    if not is_same:
        raise SnapshotError(
            f"The name of {path[:200]!r} cannot be stored: it holds a backslash or a control character such as a line end, "
            "begins with a drive such as 'C:', or is too long. Rename the file, or ignore it.",
            path=path[:200],
        )


def _hashed(source: SourceFile, covered: bytes | None) -> SnapshotFile | None:
    """Return the file with its hash; None when it has gone."""
    if covered is not None:
        return _file(source, covered)
    digest = hashlib.sha256()
    size_bytes = 0
    try:
        with source.location.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                size_bytes += len(chunk)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(source.location, error) from error
    return SnapshotFile(path=source.path, sha256=digest.hexdigest(), size_bytes=size_bytes, mode=source.mode)


def _file(source: SourceFile, content: bytes) -> SnapshotFile:
    return SnapshotFile(path=source.path, sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content), mode=source.mode)


def _send(
    api: SnapshotApi, pack: Mapping[str, Sequence[SourceFile]], covered: Mapping[str, bytes]
) -> dict[str, SnapshotFile | None]:
    """Send contents and return, by hash, the file that each was sent from, None when all its files have gone.

    A small file that has changed since it was hashed is taken anew.
    """
    sent: dict[str, SnapshotFile | None] = {}
    contents: dict[str, bytes] = {}
    for sha256, sources in pack.items():
        sent[sha256] = None
        for source in sources:
            if source.size_bytes > _IN_MEMORY_BYTES and source.path not in covered:
                sent[sha256] = _send_large(api, sha256, source)
            elif (content := covered[source.path] if source.path in covered else _read(source)) is not None:
                sent[sha256] = file = _file(source, content)
                contents[file.sha256] = content
            if sent[sha256] is not None:
                break
    for group in in_packs(contents.items(), lambda item: len(item[1])):  # once more: files grow
        if len(group) == 1:
            api.put_blob(*group[0])
        else:
            api.put_blobs(dict(group))
    return sent


def _send_large(api: SnapshotApi, sha256: str, source: SourceFile) -> SnapshotFile | None:
    """Send a file piece by piece and return it; None when it has gone."""
    try:
        api.put_blob(sha256, source.location)
    except FileNotFoundError:
        return None
    except InvalidArgumentError as error:
        raise SnapshotError(
            f"{source.location} changed while the snapshot was taken. Ignore it, or submit when it is complete.",
            path=str(source.location),
        ) from error
    return SnapshotFile(path=source.path, sha256=sha256, size_bytes=source.size_bytes, mode=source.mode)


def _read(source: SourceFile) -> bytes | None:
    """Return the content of a file; None when it has gone."""
    try:
        return source.location.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(source.location, error) from error


def _unreadable(path: Path, error: OSError) -> SnapshotError:
    return SnapshotError(
        f"{path} cannot be read ({error.strerror or error}), so no snapshot can be taken. Make it readable, or name it in a "
        ".runyardignore file.",
        path=str(path),
    )


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"
