"""What pip installs: from the source archive without Node, on every Python that is promised, and small."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runyard.version import VERSION
from tests import packages
from tests.packages import ROOT, UV, build_wheel, clean_environment, find_python, make_environment
from tests.server_process import RunningServer

CLIENT_MAX_MB = 25
SERVED_ON = ("3.11", "3.12", "3.13")
OLDEST_CLIENT = "3.10"
RECORD = """
from runyard import Experiment, Workspace
with Experiment(Workspace.from_config(), "smoke").start_logging(snapshot_directory=None) as run:
    run.log("loss", 0.5)
assert run.get_metrics() == {"loss": 0.5}, run.get_metrics()
print(run.get_status())
"""

pytestmark = pytest.mark.slow
is_built = pytest.mark.skipif(
    not (ROOT / "src/runyard/server/static/index.html").exists(), reason="the Studio is not built; make studio"
)


def run_in(environment: dict[str, str], folder: Path, *command: str) -> str:
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def python_or_skip(version: str) -> str:
    found = find_python(version)
    if found is None:
        pytest.skip(f"no Python {version} on this machine")
    return found


def test_who_shares_a_folder_builds_the_wheel_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Path] = []
    both_ask = threading.Barrier(2)

    def build(folder: Path) -> None:
        built.append(folder)
        folder.mkdir()
        (folder / "a.whl").touch()

    def ask(_: int) -> Path:
        both_ask.wait(30)
        return packages.shared_wheel(tmp_path / "shared")

    monkeypatch.setattr(packages, "build_wheel", build)
    with ThreadPoolExecutor(2) as people:
        assert set(people.map(ask, range(2))) == {tmp_path / "shared" / "wheel" / "a.whl"}
    assert len(built) == 1


@is_built
def test_the_source_archive_has_the_studio_built_and_gives_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    command = [str(UV), "build", "--offline", "--sdist", "--no-build-isolation", "--quiet", "--python", sys.executable]
    subprocess.run([*command, "--out-dir", tmp_path], cwd=ROOT, check=True, timeout=100)
    with tarfile.open(tmp_path / f"runyard-{VERSION}.tar.gz") as archive:
        archive.extractall(tmp_path)  # our own: Python before 3.11.4 cannot filter
    again = build_wheel(tmp_path / "again", tmp_path / f"runyard-{VERSION}")  # without Node: there is no studio/ in it
    assert not (tmp_path / f"runyard-{VERSION}" / "studio").exists()
    assert contents(again) == contents(wheel)


def contents(wheel: Path) -> dict[str, int]:
    """Return the checksum of every file in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {info.filename: info.CRC for info in archive.infolist()}


@is_built
def test_the_notices_of_the_bundled_javascript_are_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        notices = archive.read("runyard/server/static/THIRD_PARTY_NOTICES.txt").decode()
    for package in ("react", "react-dom", "@tanstack/react-query", "marked", "dompurify"):
        assert f"\n{package} " in notices, package
    assert "Permission is hereby granted" in notices


def test_the_client_installs_small_on_the_oldest_python_and_records(
    wheel: Path, server: RunningServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = make_environment(tmp_path / "venv", wheel, python=python_or_skip(OLDEST_CLIENT))
    environment = clean_environment(commands, server.home)
    assert run_in(environment, tmp_path, "python", "-c", RECORD).strip().endswith("Completed")
    assert "smoke" in run_in(environment, tmp_path, "runyard", "experiment", "list")
    files = [path for path in (tmp_path / "venv" / "lib").rglob("*") if path.is_file() and not path.is_symlink()]
    installed = sum(path.stat().st_size for path in files if path.suffix != ".pyc")
    bytecode = sum(path.stat().st_size for path in files if path.suffix == ".pyc")
    with capsys.disabled():
        print(f"\n=== pip install runyard: {installed / 1e6:.1f} MB and {bytecode / 1e6:.1f} MB of bytecode, of {CLIENT_MAX_MB}")
    assert installed < CLIENT_MAX_MB * 1e6


@pytest.mark.parametrize("version", SERVED_ON)
def test_the_server_starts_and_records_on_each_python(wheel: Path, version: str, home: Path, tmp_path: Path) -> None:
    commands = make_environment(tmp_path / "venv", wheel, "[server]", python_or_skip(version), compiled=False)
    environment = clean_environment(commands, home)
    assert run_in(environment, tmp_path, "runyard", "--version") == run_in(
        environment, tmp_path, "python", "-m", "runyard", "--version"
    )
    assert VERSION in run_in(environment, tmp_path, "runyard", "--version")
    assert "_RUNYARD_COMPLETE" in run_in(environment, tmp_path, "runyard", "completion", "bash")
    assert "Completed" in run_in(environment, tmp_path, "python", "-c", RECORD)
    (tmp_path / "train.py").write_text("import sys; print('ran on', sys.version_info[:2])\n")
    told = run_in(environment, tmp_path, "runyard", "run", "submit-script", "-e", "smoke", "train.py")
    assert f"ran on ({version.replace('.', ', ')})" in told
    assert "Studio" in run_in(environment, tmp_path, "python", "-c", STUDIO_PAGE)
    run_in(environment, tmp_path, "runyard", "down")


STUDIO_PAGE = """
import json, os, urllib.request
url = json.load(open(os.environ["RUNYARD_HOME"] + "/server.json"))["url"]
print(urllib.request.urlopen(url + "/").read().decode())
"""


def test_the_version_is_written_in_one_place() -> None:
    package = (ROOT / "pyproject.toml").read_text()
    assert 'dynamic = ["version"]' in package and "src/runyard/version.py" in package
    tracked = subprocess.run(
        ["git", "grep", "-lF", f'"{VERSION}"', "--", "src", "scripts"], cwd=ROOT, capture_output=True, text=True
    )
    assert os.path.normpath("src/runyard/version.py") == tracked.stdout.strip()
