"""The cache of contents stays within its limit."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from runyard.runner.blob_cache import BlobCache


def add(cache: BlobCache, tmp_path: Path, content: bytes, used_at: float) -> str:
    (tmp_path / "source").write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    cache.add(sha256, tmp_path / "source")
    os.utime(tmp_path / "cache" / sha256[:2] / sha256, (used_at, used_at))
    return sha256


def test_shrinking_keeps_what_was_used_last(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path / "cache", max_bytes=10)
    old, used, new = (add(cache, tmp_path, content, at) for content, at in ((b"a" * 5, 1), (b"b" * 5, 2), (b"c" * 5, 3)))
    assert cache.copy_to(used, tmp_path / "target")
    cache.shrink()
    assert not cache.copy_to(old, tmp_path / "target")
    assert cache.copy_to(new, tmp_path / "target")
    assert cache.copy_to(used, tmp_path / "target")


def test_shrinking_a_cache_that_is_not_there_does_nothing(tmp_path: Path) -> None:
    BlobCache(tmp_path / "none").shrink()
    assert not (tmp_path / "none").exists()
