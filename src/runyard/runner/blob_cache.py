"""Contents that earlier runs have fetched, kept on this node, so that a snapshot brings only what is new.

A file is copied out of the cache, never linked: a script may write to its files, and a link would change them for all runs.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from pathlib import Path

CACHE_MAX_BYTES = 2 * 1024**3
_READ_BYTES = 1 << 20

log = logging.getLogger(__name__)


class BlobCache:
    """A folder of contents by hash. Usable by several runners at once; trouble with it is never an error of the run."""

    def __init__(self, folder: Path, max_bytes: int = CACHE_MAX_BYTES) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    def copy_to(self, sha256: str, target: Path) -> bool:
        """Write the content to ``target``; False when the cache doesn't have it, or has it damaged (then it is thrown away)."""
        blob = self._path(sha256)
        digest = hashlib.sha256()
        try:
            with blob.open("rb") as source, target.open("wb") as out:
                while piece := source.read(_READ_BYTES):
                    digest.update(piece)
                    out.write(piece)
            os.utime(blob)
        except OSError:
            return False
        if digest.hexdigest() != sha256:
            log.warning("the cached content %s is damaged; fetching it again", sha256)
            blob.unlink(missing_ok=True)
            return False
        return True

    def add(self, sha256: str, source: Path) -> None:
        """Keep a copy of ``source``, whose hash is known to be right."""
        blob = self._path(sha256)
        partial = blob.with_name(f"{blob.name}.{os.getpid()}-{threading.get_ident()}.part")
        try:
            blob.parent.mkdir(parents=True, exist_ok=True)
            with source.open("rb") as content, partial.open("wb") as out:
                while piece := content.read(_READ_BYTES):
                    out.write(piece)
            partial.replace(blob)
        except OSError as error:
            log.info("a content was not cached: %s", error)

    def shrink(self) -> None:
        """Throw the contents away that were used longest ago, until the rest is below the limit."""
        found = sorted(self._entries(), key=lambda entry: entry[0], reverse=True)
        kept_bytes = 0
        for _, size_bytes, path in found:
            kept_bytes += size_bytes
            if kept_bytes > self._max_bytes:
                path.unlink(missing_ok=True)

    def _entries(self) -> list[tuple[float, int, Path]]:
        entries: list[tuple[float, int, Path]] = []
        for path in self._folder.glob("*/*"):
            try:
                facts = path.stat()
            except OSError:
                continue
            entries.append((facts.st_mtime, facts.st_size, path))
        return entries

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256
