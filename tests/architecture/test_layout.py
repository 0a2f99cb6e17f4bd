"""What belongs where, and what never goes into the repository."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "runyard"

VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "stuff"}
CROSS_CUTTING_TESTS = {"benchmarks", "architecture", "conformance", "e2e", "examples", "integration"}
FILE_MAX_LINES = 500
FILE_MAX_BYTES = 1_000_000

REGISTRY_HOSTS = ["pypi" + ".org", "python" + "hosted.org", "registry.npm" + "js.org", "npm" + "mirror.com", "crates" + ".io"]
FOREIGN_PATH = re.compile(r"(?<![\w.:/-])/(?:work|home/\w+|Users/\w+|opt/(?:pypi|wheels))/")


@cache
def committed() -> list[Path]:
    """Return the files that git tracks and that are there."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts() -> list[tuple[Path, str]]:
    """Return each committed text file with its content."""
    found = []
    for path in committed():
        data = path.read_bytes()
        if b"\0" not in data:
            found.append((path.relative_to(ROOT), data.decode("utf-8")))
    return found


def python_files(folder: Path) -> list[Path]:
    """Return the Python files below ``folder``."""
    return sorted(folder.rglob("*.py"))


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [str(path) for path in committed() if path.stem.lower() in VAGUE_NAMES] == []


def test_every_module_begins_with_what_it_is_for() -> None:
    silent = [path for path in python_files(SOURCE) if not ast.get_docstring(ast.parse(path.read_text()))]
    assert [str(path.relative_to(ROOT)) for path in silent if path.read_text().strip()] == []


def test_no_python_file_is_too_long() -> None:
    long = {path: len(path.read_text().splitlines()) for path in python_files(SOURCE)}
    assert {str(path.relative_to(ROOT)): lines for path, lines in long.items() if lines > FILE_MAX_LINES} == {}


def test_tests_lie_where_the_source_lies() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"}
    packages = {path.name for path in SOURCE.iterdir() if path.is_dir()}
    assert folders - packages <= CROSS_CUTTING_TESTS


def test_no_committed_file_names_a_registry() -> None:
    assert [(str(path), host) for path, text in texts() for host in REGISTRY_HOSTS if host in text] == []


def test_no_committed_file_holds_a_path_of_one_machine() -> None:
    found = [(str(path), match.group()) for path, text in texts() for match in FOREIGN_PATH.finditer(text)]
    assert found == []


def test_locked_requirements_are_exact_and_hashed() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        blocks = re.split(r"\n(?=\S)", path.read_text().strip())
        loose = [block.splitlines()[0] for block in blocks if "==" not in block.splitlines()[0] or "--hash=sha256:" not in block]
        assert loose == [], path.name
        assert "://" not in path.read_text(), path.name


def test_the_studios_lock_file_has_hashes_and_no_addresses() -> None:
    packages = json.loads((ROOT / "studio" / "package-lock.json").read_text())["packages"]
    fetched = {name: entry for name, entry in packages.items() if name and not entry.get("link")}
    assert [name for name, entry in fetched.items() if "resolved" in entry] == []
    assert [name for name, entry in fetched.items() if "integrity" not in entry and not entry.get("inBundle")] == []


def test_no_committed_file_is_huge() -> None:
    assert [str(path) for path in committed() if path.stat().st_size > FILE_MAX_BYTES] == []
