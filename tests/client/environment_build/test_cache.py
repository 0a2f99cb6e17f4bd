"""Environments are built once, kept, and found again. These tests install real packages."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from runyard.client.environment_build import python
from runyard.client.environment_build.cache import BuiltEnvironment, EnvironmentCache
from runyard.client.environment_build.program import without_credentials
from runyard.client.environment_build.python import find_python
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
