"""The row "install" of the goals: what a wheel of this checkout takes in a fresh virtual environment, with all that it needs."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.row import Baseline, Row, WrongResultError, at_most

CHECKOUT = Path(__file__).parent.parent


def rows() -> Iterator[Row]:
    """Yield the rows. The packages come from uv's cache, or from where uv is told to fetch them."""
    with tempfile.TemporaryDirectory(prefix="runyard-bench-") as folder:
        wheel = _wheel(Path(folder))
        bare = Baseline(what="a virtual environment without anything", measure=lambda: _megabytes([]))
        for what, extra, limit in (("base", "", 25), ("with server", "[server]", 150)):
            yield Row(
                what=f"install: {what}",
                unit="MB",
                measure=lambda extra=extra: _megabytes([f"{wheel}{extra}"]) - _megabytes([]),  # type: ignore[misc]
                goal=at_most(limit),
                baseline=bare,
                rounds=1,
            )


def _uv(*arguments: str) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("uv")), *arguments], capture_output=True, text=True, check=False, cwd=CHECKOUT
    )
    if done.returncode:
        raise WrongResultError(f"uv {arguments[0]} failed: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1]}")


def _wheel(folder: Path) -> Path:
    _uv("build", "--quiet", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", str(folder))
    (wheel,) = folder.glob("*.whl")
    return wheel


def _megabytes(packages: list[str]) -> float:
    """Return what an environment with these packages takes on the disk, before anything of it was run."""
    folder = Path(tempfile.mkdtemp(prefix="runyard-bench-"))
    try:
        _uv("venv", "--quiet", "--python", sys.executable, str(folder))
        if packages:
            _uv("pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), *packages)
        return sum(each.lstat().st_size for each in folder.rglob("*") if each.is_file() and not each.is_symlink()) / 1e6
    finally:
        shutil.rmtree(folder)
