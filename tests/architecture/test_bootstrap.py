"""The scripts that the Makefile starts with on a bare machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"


def sh(script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one of the scripts with nothing but the given environment."""
    command = ["/bin/sh", str(SCRIPTS / script), *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def fake_python(folder: Path, name: str, version: str) -> None:
    """Put a program called ``name`` into ``folder`` that says it is a Python of that version."""
    folder.mkdir(exist_ok=True)
    is_new = "true" if tuple(map(int, version.split("."))) >= (3, 11) else "false"
    program = folder / name
    program.write_text(f'#!/bin/sh\ncase "$2" in *exit*) {is_new} ;; *) echo {name}-{version} ;; esac\n')
    program.chmod(0o755)


def test_the_newest_python_is_taken(tmp_path: Path) -> None:
    for name, version in [("python3", "3.11"), ("python3.12", "3.12"), ("python3.13", "3.9"), ("python", "2.7")]:
        fake_python(tmp_path, name, version)
    assert sh("find_python.sh", PATH=str(tmp_path)).stdout == "python3.12-3.12\n"


def test_a_program_that_only_has_the_name_of_a_python_is_passed_over(tmp_path: Path) -> None:
    fake_python(tmp_path, "python3", "3.11")
    (tmp_path / "python3.14").write_text("#!/bin/sh\nexit 127\n")
    (tmp_path / "python3.14").chmod(0o755)
    assert sh("find_python.sh", PATH=str(tmp_path)).stdout == "python3-3.11\n"


def test_a_machine_without_a_new_enough_python_is_told_what_to_do(tmp_path: Path) -> None:
    fake_python(tmp_path, "python3", "3.9")
    done = sh("find_python.sh", PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "3.11" in done.stderr and "make PYTHON=" in done.stderr


def test_a_python_that_was_named_and_does_not_work_is_named(tmp_path: Path) -> None:
    done = sh("find_python.sh", PATH=str(tmp_path), PYTHON="/nowhere/python3")
    assert (done.returncode, "/nowhere/python3" in done.stderr) == (1, True)


@pytest.mark.parametrize("code", [0, 7])
def test_a_stage_ends_as_its_command_does(code: int) -> None:
    done = sh("stage.sh", "checking", "sh", "-c", f"echo inside; exit {code}", PATH="/usr/bin:/bin")
    assert done.returncode == code
    assert done.stdout.startswith("=== checking\ninside\n")
    assert ("=== checking: ok, " in done.stdout) == (code == 0)
    assert ("=== checking: FAILED" in done.stderr) == (code != 0)


@pytest.mark.parametrize(("first", "second", "code"), [(0, 0, 0), (7, 0, 1), (0, 7, 1)])
def test_commands_side_by_side_wait_for_each_other_and_fail_when_any_does(
    first: int, second: int, code: int, tmp_path: Path
) -> None:
    def meet(mine: str, other: str, end: int) -> str:
        return f"touch {tmp_path}/{mine}; until [ -e {tmp_path}/{other} ]; do sleep 0.01; done; echo {mine}; exit {end}"

    done = sh("side_by_side.sh", meet("one", "two", first), meet("two", "one", second), "echo three", PATH="/usr/bin:/bin")
    assert (done.returncode, done.stdout) == (code, "one\ntwo\nthree\n")


def test_what_pip_is_told_reaches_uv_and_npm(tmp_path: Path) -> None:
    config = tmp_path / "pip.conf"
    config.write_text("[global]\nindex-url = https://mirror.example/simple\ncert = /etc/mirror.pem\n")
    venv = Path(sys.executable).parents[1]
    script = f'venv={venv}; . scripts/network.sh; echo "$UV_DEFAULT_INDEX $SSL_CERT_FILE $NODE_EXTRA_CA_CERTS"'
    environment = {"PATH": "/usr/bin:/bin", "PIP_CONFIG_FILE": str(config), "HOME": str(tmp_path)}
    done = subprocess.run(["/bin/sh", "-euc", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["https://mirror.example/simple", "/etc/mirror.pem", "/etc/mirror.pem"]


def test_help_lists_every_target_with_a_line() -> None:
    done = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert all(f"make {target} " in done.stdout for target in ("demo", "test", "unit", "e2e", "lint", "wheel", "studio"))
