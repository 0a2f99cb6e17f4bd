"""Environments are built once, kept, and found again. These tests install real packages."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from runyard.client.environment_build import python
from runyard.client.environment_build.cache import BuiltEnvironment, EnvironmentCache
from runyard.client.environment_build.program import without_credentials
from runyard.client.environment_build.python import find_python
from runyard.client.environment_build.use import EnvironmentUse
from runyard.client.environment_build.uv import find_uv
from runyard.domain.environment import PackageSpec
from runyard.errors import ComputeError

TINY = PackageSpec(pip=["iniconfig==2.0.0"])


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> EnvironmentCache:
    return EnvironmentCache(tmp_path_factory.mktemp("environments"))


def answer(built: BuiltEnvironment, code: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([built.python, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
def test_an_environment_is_built_once_and_can_log(cache: EnvironmentCache) -> None:
    log: list[str] = []
    built = cache.find_or_build(TINY, log.append)
    assert built.cached is False and "iniconfig==2.0.0" in built.packages and any("uv pip sync" in line for line in log)
    assert answer(
        built, "import iniconfig, runyard; from runyard import Run; print(iniconfig.__name__, runyard.__file__)"
    ).endswith("site-packages/runyard/__init__.py")
    log.clear()
    again = cache.find_or_build(TINY, log.append)
    assert again.cached is True and again.python == built.python and log == []
    assert [each.key for each in cache.list()] == [built.key]


@pytest.mark.slow
def test_a_conda_specification_that_pip_can_serve_is_built(cache: EnvironmentCache) -> None:
    built = cache.find_or_build(PackageSpec(conda=["iniconfig=2.0", "pip"], pip=["azureml-defaults"]), lambda _: None)
    assert answer(built, "import importlib.metadata as m; print(m.version('iniconfig'))").startswith("2.0")
    assert not any(package.startswith("azureml") for package in built.packages)


@pytest.mark.slow
def test_two_that_ask_at_once_share_one_build(tmp_path: Path) -> None:
    results: list[BuiltEnvironment] = []
    threads = [
        threading.Thread(target=lambda: results.append(EnvironmentCache(tmp_path).find_or_build(TINY, lambda _: None)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.cached for each in results) == [False, True, True]


@pytest.mark.slow
def test_a_build_that_was_killed_is_begun_again(cache: EnvironmentCache) -> None:
    built = cache.find_or_build(TINY, lambda _: None)
    (built.python.parent.parent / "environment.json").unlink()
    again = cache.find_or_build(TINY, lambda _: None)
    assert again.cached is False and answer(again, "import iniconfig; print(1)") == "1"


@pytest.mark.slow
def test_pruning_frees_what_was_not_used(tmp_path: Path) -> None:
    cache = EnvironmentCache(tmp_path)
    built = cache.find_or_build(TINY, lambda _: None)
    assert cache.prune(unused_for_s=3600) == 0
    (listed,) = cache.list()
    assert listed.used_at == pytest.approx(built.used_at) and cache.list() == [listed]
    assert cache.prune(unused_for_s=3600, now=built.used_at + 4000) == listed.size_bytes > 0
    assert cache.list() == []


@pytest.mark.slow
def test_pruning_leaves_an_environment_alone_while_a_process_uses_it(tmp_path: Path) -> None:
    cache = EnvironmentCache(tmp_path)
    with EnvironmentUse() as use:
        built = cache.find_or_build(TINY, lambda _: None, use=use)
        much_later = built.used_at + 1e9
        assert cache.prune(unused_for_s=0, now=much_later) == 0
        code = "import sys; print('up', flush=True); sys.stdin.read(); import iniconfig; print(iniconfig.__name__)"
        script = subprocess.Popen(
            [built.python, "-c", code], pass_fds=use.descriptors, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert script.stdout is not None and script.stdout.readline() == "up\n"
    # The one that started it is gone, as a runner that was killed; the script is not.
    assert cache.prune(unused_for_s=0, now=much_later) == 0
    assert script.communicate("", timeout=60)[0] == "iniconfig\n"
    assert cache.prune(unused_for_s=0, now=much_later) > 0 and cache.list() == []


@pytest.mark.slow
def test_pruning_leaves_an_environment_alone_while_it_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, slow_uv = tmp_path / "gate", tmp_path / "uv.sh"
    waits = f"case $2 in sync) touch {gate}.reached; while [ ! -e {gate} ]; do sleep 0.05; done;; esac"
    slow_uv.write_text(f'#!/bin/sh\n{waits}\nexec {find_uv()} "$@"\n')
    slow_uv.chmod(0o755)
    monkeypatch.setenv("RUNYARD_UV", str(slow_uv))
    cache = EnvironmentCache(tmp_path / "environments")
    results: list[BuiltEnvironment] = []
    builder = threading.Thread(target=lambda: results.append(cache.find_or_build(TINY, lambda _: None)))
    builder.start()
    deadline = time.monotonic() + 60
    while not Path(f"{gate}.reached").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert cache.prune(unused_for_s=0, now=time.time() + 1e9) == 0
    gate.touch()
    builder.join()
    assert answer(results[0], "import iniconfig; print(1)") == "1"


def test_pruning_removes_what_killed_builds_have_left(tmp_path: Path) -> None:
    left = tmp_path / ("a" * 32)
    (left / "lib").mkdir(parents=True)
    (left / "lib" / "half.py").write_text("x")
    assert EnvironmentCache(tmp_path).prune(unused_for_s=3600) == 0
    assert EnvironmentCache(tmp_path).prune(unused_for_s=0, now=time.time() + 60) == 1
    assert not left.exists()


def test_an_environment_that_is_removed_in_part_does_not_count_as_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(folder: Path) -> None:
        raise KeyboardInterrupt(str(folder))

    facts = tmp_path / ("a" * 32) / "environment.json"
    facts.parent.mkdir()
    facts.write_text('{"key": "a", "python": "p", "packages": [], "cached": false}')
    monkeypatch.setattr("shutil.rmtree", killed)
    with pytest.raises(KeyboardInterrupt):
        EnvironmentCache(tmp_path).prune(unused_for_s=0, now=time.time() + 60)
    assert facts.parent.exists() and EnvironmentCache(tmp_path).list() == []


@pytest.mark.slow
def test_packages_that_do_not_exist_are_a_clear_error(cache: EnvironmentCache) -> None:
    with pytest.raises(ComputeError, match=r"could not be built(.|\n)*iniconfig"):
        cache.find_or_build(PackageSpec(pip=["iniconfig==999"]), lambda _: None)


def test_a_python_that_is_not_here_is_named_with_those_that_are() -> None:
    with pytest.raises(ComputeError, match=r"asks for Python 3\.99, and this machine has .*3\."):
        find_python("3.99")


@pytest.mark.parametrize("version", ["2.7", "3.6", "3.9.18", "=3.8.*"])
def test_a_python_that_the_sdk_cannot_use_is_refused_before_packages_are_looked_for(version: str) -> None:
    with pytest.raises(ComputeError, match=r"needs 3\.10 or newer.*set_python_version.*interpreter_path"):
        find_python(version)


def test_this_pythons_version_gives_this_python() -> None:
    version = ".".join(map(str, sys.version_info[:3]))
    assert find_python(version) == find_python(version.rpartition(".")[0]) == find_python(None) == Path(sys.executable)


def test_no_other_python_is_started_to_find_the_one_that_runs_this(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a Python was started")

    monkeypatch.setattr(subprocess, "run", refused)
    monkeypatch.setattr(python, "_KNOWN", {})
    assert find_python(".".join(map(str, sys.version_info[:2]))) == Path(sys.executable)


def test_the_very_patch_release_is_preferred_to_this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    minor = ".".join(map(str, sys.version_info[:2]))
    other = Path(f"/elsewhere/python{minor}")
    monkeypatch.setattr(python, "_all_pythons", lambda: iter([Path(sys.executable), other]))
    monkeypatch.setattr(python, "_KNOWN", {Path(sys.executable): f"{minor}.97", other: f"{minor}.98"})
    assert find_python(f"{minor}.98") == other
    assert find_python(f"{minor}.99") == Path(sys.executable)


def test_a_missing_uv_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(ComputeError, match="pip install uv"):
        EnvironmentCache(tmp_path).find_or_build(TINY, lambda _: None)
    with pytest.raises(ComputeError) as refused:
        EnvironmentCache(tmp_path).find_or_build(PackageSpec(conda=["cudatoolkit"]), lambda _: None)
    assert "cudatoolkit" not in refused.value.message


def test_credentials_in_an_index_address_are_not_logged() -> None:
    assert without_credentials("--index-url https://me:secret@host/simple") == "--index-url https://***@host/simple"
