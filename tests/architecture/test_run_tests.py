"""A test that failed beside the others gets one more try, alone, and no more than that."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TRY_ALONE = Path(__file__).parents[2] / "scripts" / "try_alone.py"
FAILS_ONCE = """
from pathlib import Path
def test_slips():
    mark = Path("mark"); first = not mark.exists(); mark.touch(); assert not first
"""
ALWAYS_FAILS = "def test_broken(): assert False\n"
PASSES = "def test_good(): pass\n"


def run(tmp_path: Path, first: str, second: str = PASSES) -> subprocess.CompletedProcess[str]:
    """Run two parts with pytest as the suite does, then what failed once more."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    for name, text in {"first": first, "second": second}.items():
        (tmp_path / f"test_{name}.py").write_text(text)
        part = tmp_path / "parts" / name
        command = [sys.executable, "-m", "pytest", "-q", "-o", f"cache_dir={part}", f"test_{name}.py"]
        code = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False).returncode
        part.mkdir(parents=True, exist_ok=True)
        (part / "exit-code").write_text(f"{code}\n")
    command = [sys.executable, str(TRY_ALONE), str(tmp_path / "parts")]
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)


def test_a_test_that_passes_alone_is_named_and_stops_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, FAILS_ONCE)
    assert done.returncode == 0
    assert done.stdout.rstrip().endswith("test_first.py::test_slips") and "Find out why" in done.stdout


def test_a_test_that_fails_again_fails_the_suite(tmp_path: Path) -> None:
    assert run(tmp_path, FAILS_ONCE, ALWAYS_FAILS).returncode == 1


@pytest.mark.parametrize(
    "other",
    [
        FAILS_ONCE.replace("test_slips", "test_slips_1") + "".join(f"def test_{number}(): assert False\n" for number in range(3)),
        "import nothing_of_that_name\n",
    ],
    ids=["more than three", "a file that cannot be read"],
)
def test_more_than_a_slip_is_not_tried_again(tmp_path: Path, other: str) -> None:
    done = run(tmp_path, FAILS_ONCE, other)
    assert (done.returncode, done.stdout) == (1, "")


def test_a_part_that_was_killed_fails_the_suite(tmp_path: Path) -> None:
    for name, code in {"first": "1", "second": None}.items():
        part = tmp_path / name
        part.mkdir()
        if code is not None:
            (part / "exit-code").write_text(code)
    assert subprocess.run([sys.executable, str(TRY_ALONE), str(tmp_path)], check=False).returncode == 1
