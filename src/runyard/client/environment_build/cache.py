"""The folder of built environments: each is built once for its content, and used by every run that asks for the same."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import platform
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from runyard.client.environment_build.program import WATCH_INTERVAL_S, BuildStoppedError, Log, Stopped, never
from runyard.client.environment_build.python import find_python
from runyard.client.environment_build.sdk_copy import copy_sdk, sdk_digest, sdk_requirements
from runyard.client.environment_build.use import EnvironmentUse, is_taken, unused
from runyard.client.environment_build.uv import find_uv, run_uv
from runyard.domain.environment import PackageSpec, pip_requirement
from runyard.errors import ComputeError

FOLDER = "environments"
"""Where a home folder keeps built environments."""

_FACTS = "environment.json"
_LOCKS = "locks"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltEnvironment:
    """An environment on disk. ``key`` names its content; ``cached`` says that it was there already.

    ``size_bytes`` is 0 where nobody has measured it: :meth:`EnvironmentCache.list` does.
    """

    key: str
    python: Path
    packages: list[str]
    cached: bool
    size_bytes: int = 0
    built_at: float = 0.0
    used_at: float = 0.0


class EnvironmentCache:
    """Environments below one folder. Several processes may use it at once: one builds, the others wait for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find_or_build(
        self, spec: PackageSpec, log: Log, is_stopped: Stopped = never, use: EnvironmentUse | None = None
    ) -> BuiltEnvironment:
        """Return the environment of ``spec``, built now when there is none.

        The same specification gives the same environment: the versions that were chosen at the first build are kept.

        ``is_stopped`` is asked all the time, also while another process builds the same. :meth:`prune` leaves the environment
        alone until ``use`` is closed; without one it may remove it once this returns.

        Raises:
            BuildStoppedError: ``is_stopped`` became true.
            ComputeError: uv or the wanted Python is missing, or the packages cannot be had together.
        """
        if use is None:
            with EnvironmentUse() as building:
                return self.find_or_build(spec, log, is_stopped, building)
        python = find_python(spec.python_version)
        wanted = requirement_lines(spec)
        request = _request(python, wanted)
        with self._locked(request, is_stopped), ThreadPoolExecutor(1) as beside:
            digest = beside.submit(sdk_digest)
            lock = self._lock_file(request, python, wanted, spec, log, is_stopped)
            key = _key(python, lock, digest.result())
            folder = self._folder / key
            use.begin(self._mark(key), is_stopped)
            if (folder / _FACTS).is_file():
                os.utime(folder / _FACTS)
                return _read(folder, cached=True)
            with self._locked(key, is_stopped):
                return self._build(folder, key, python, lock, log, is_stopped)

    def find(self, spec: PackageSpec) -> BuiltEnvironment | None:
        """Return the environment of ``spec`` when it is built, else None. Builds and downloads nothing.

        Raises:
            ComputeError: the wanted Python is missing.
        """
        python = find_python(spec.python_version)
        path = self._folder / _LOCKS / f"{_request(python, requirement_lines(spec))}.txt"
        if not path.is_file():
            return None
        folder = self._folder / _key(python, path.read_text(), sdk_digest())
        return _read(folder, cached=True) if (folder / _FACTS).is_file() else None

    def prune(self, *, unused_for_s: float, now: float | None = None) -> int:
        """Remove environments that were not used for so long, and what killed builds have left; return the bytes freed.

        **Guarantees**: an environment that is being built, or that a process uses, stays, however long ago that began. One that
        is removed only in part, since this process was killed, is built anew by the next run that asks for it.
        """
        limit = (time.time() if now is None else now) - unused_for_s
        folders = [folder for folder in self._folder.glob("*") if folder.is_dir() and folder.name != _LOCKS]
        return sum(self._removed(folder, limit) for folder in folders)

    def _removed(self, folder: Path, limit: float) -> int:
        """Remove an environment unless it is used, or was after ``limit``; return the bytes freed."""
        with unused(self._mark(folder.name)) as is_free:
            if not is_free or not folder.is_dir() or _used_at(folder) >= limit:
                return 0
            size_bytes = _size(folder)
            (folder / _FACTS).unlink(missing_ok=True)  # first: what has its facts counts as whole
            shutil.rmtree(folder)
            return size_bytes

    def _mark(self, key: str) -> Path:
        return self._folder / _LOCKS / f"{key}.use"

    def _lock_file(self, request: str, python: Path, wanted: list[str], spec: PackageSpec, log: Log, is_stopped: Stopped) -> str:
        path = self._folder / _LOCKS / f"{request}.txt"
        if not path.is_file():
            arguments = ["pip", "compile", "-", "--python", str(python), "--generate-hashes", "--no-header", "--no-annotate"]
            find_uv()  # its absence says nothing about the packages
            try:
                compiled = run_uv([*arguments, "--quiet"], log, stdin="\n".join(wanted) + "\n", is_stopped=is_stopped)
            except BuildStoppedError:
                raise
            except ComputeError as error:
                raise ComputeError(error.message + _conda_hint(spec)) from error
            _write_whole(path, compiled)
        return path.read_text()

    def _build(self, folder: Path, key: str, python: Path, lock: str, log: Log, is_stopped: Stopped) -> BuiltEnvironment:
        if (folder / _FACTS).is_file():
            return _read(folder, cached=True)
        shutil.rmtree(folder, ignore_errors=True)  # the rest of a build that was killed
        began = time.time()
        run_uv(["venv", "--python", str(python), str(folder)], log, is_stopped=is_stopped)
        interpreter = folder / "bin" / "python"
        requirements = self._folder / _LOCKS / f"{key}.txt"
        _write_whole(requirements, lock)
        sync = ["pip", "sync", "--require-hashes", "--python", str(interpreter), str(requirements)]
        (site_packages,) = folder.glob("lib/python*/site-packages")
        with ThreadPoolExecutor(1) as beside:  # it has nothing to do with the packages, so it need not wait for them
            copied = beside.submit(copy_sdk, site_packages)
            run_uv(sync, log, is_stopped=is_stopped)
            copied.result()
        packages = [line.split(" ")[0].rstrip("\\") for line in lock.splitlines() if line and line[0].isalnum()]
        built = BuiltEnvironment(key=key, python=interpreter, packages=packages, cached=False, built_at=began, used_at=began)
        _write_whole(folder / _FACTS, json.dumps({**asdict(built), "python": str(interpreter)}))
        log(f"Built environment {key} with {len(packages)} packages in {time.time() - began:.1f} s.")
        return built

    @contextmanager
    def _locked(self, name: str, is_stopped: Stopped) -> Iterator[None]:
        folder = self._folder / _LOCKS
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{name}.lock").open("w") as handle:
            while not is_taken(handle.fileno(), fcntl.LOCK_EX):
                if is_stopped():
                    raise BuildStoppedError("The run was stopped while another one built its environment.")
                time.sleep(WATCH_INTERVAL_S)
            yield

    def list(self) -> list[BuiltEnvironment]:
        """Return what has been built, the one used last first."""
        built: list[BuiltEnvironment] = []
        for path in self._folder.glob(f"*/{_FACTS}"):
            with EnvironmentUse() as looking, contextlib.suppress(FileNotFoundError):  # it has been removed meanwhile
                looking.begin(self._mark(path.parent.name), never)
                built.append(_measured(_read(path.parent, cached=True), path))
        return sorted(built, key=lambda each: each.used_at, reverse=True)


def _request(python: Path, wanted: list[str]) -> str:
    return _hash("request", str(python), platform.platform(), *wanted)


def _key(python: Path, lock: str, digest: str) -> str:
    return _hash("environment", str(python), lock, digest)[:32]


def _conda_hint(spec: PackageSpec) -> str:
    if not spec.conda:
        return ""
    return (
        f"\nThe conda packages {', '.join(spec.conda)} were asked of the Python package index. For one that is not there, "
        "make the environment with conda yourself and set user_managed_dependencies = True and interpreter_path to its Python."
    )


def requirement_lines(spec: PackageSpec) -> list[str]:
    """Return the lines of the requirements file that stands for ``spec``; the needs of the SDK are among them."""
    packages = [*(pip_requirement(package) for package in spec.conda), *spec.pip]
    own = [line for line in packages if not _is_own(line)]
    return [*spec.pip_options, *own, *sdk_requirements()]


def _is_own(line: str) -> bool:
    """True for a package that Runyard stands in for: its SDK comes with every environment."""
    name = line.split("[")[0].split("=")[0].split("<")[0].split(">")[0].split("~")[0].strip().lower()
    return name in ("pip", "runyard") or name.startswith("azureml-")


def _read(folder: Path, *, cached: bool) -> BuiltEnvironment:
    path = folder / _FACTS
    facts = json.loads(path.read_text())
    return BuiltEnvironment(**{**facts, "python": Path(facts["python"]), "cached": cached, "used_at": path.stat().st_mtime})


def _measured(built: BuiltEnvironment, facts: Path) -> BuiltEnvironment:
    """Return an environment with its size, which is noted the first time that somebody asks: counting files takes long."""
    if built.size_bytes:
        return built
    measured = replace(built, size_bytes=_size(facts.parent))
    _write_whole(facts, json.dumps({**asdict(measured), "python": str(measured.python)}))
    os.utime(facts, (built.used_at, built.used_at))  # the time of the last use
    return measured


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _used_at(folder: Path) -> float:
    """Return when an environment was used last; of the rest of a build, when that began."""
    try:
        return (folder / _FACTS).stat().st_mtime
    except FileNotFoundError:
        return folder.stat().st_mtime


def _size(folder: Path) -> int:
    """Return the bytes of an environment's files, without the one that says how many they are."""
    total = 0
    for root, _, files in os.walk(folder):  # twice as fast as rglob, which makes a Path of each
        total += sum(os.lstat(f"{root}/{name}").st_size for name in files if name != _FACTS)
    return total


def _write_whole(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(text)
    fresh.replace(path)
