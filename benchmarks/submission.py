"""The rows "Submission" of the goals."""

from __future__ import annotations

import io
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from unittest import mock

import psutil

from benchmarks.clock import seconds, wait_until
from benchmarks.place import EXPERIMENT, Place, plain_environment
from benchmarks.row import Baseline, Row, WrongResultError, at_most, at_most_times
from runyard import CondaDependencies, Environment, Experiment, Run, ScriptRunConfig, Workspace
from runyard.client.environment_build.cache import EnvironmentCache
from runyard.client.environment_build.sdk_copy import sdk_requirements
from runyard.client.environment_build.uv import find_uv
from runyard.client.snapshot import SnapshotApi
from runyard.domain.environment import PackageSpec
from runyard.sdk.log_stream import LogStream

SCRIPT = "import time\nprint('at', time.time(), flush=True)\n"
PACKAGES = ["numpy", "pandas", "scikit-learn"]
MODULES = 50
CHILDREN = 2_000
LINES = 12

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
print("up", flush=True)
time.sleep(300)
"""
SLOW_PRINTER = f"""
import time
for _ in range({LINES}):
    print("at", time.time(), flush=True)
    time.sleep(0.37)
"""


def rows(place: Place, *, network: bool) -> Iterator[Row]:
    """Yield the rows; those that fetch packages only with ``network``."""
    experiment = Experiment(Workspace("default"), EXPERIMENT)
    with tempfile.TemporaryDirectory(prefix="runyard-bench-") as made:
        folder = Path(made)
        _fill(folder)
        yield from _resubmits(experiment, folder, None, "this Python")
        if network:
            yield from _resubmits(experiment, folder, _science(), "a cached environment of numpy, pandas, scikit-learn")
        yield _changed(experiment, folder)
        yield Row(what="a printed line → on the reader's screen, median", unit="s", measure=_screen(experiment), goal=at_most(1))
        yield Row(
            what="cancel → no process left; the script ignores SIGTERM", unit="s", measure=_cancel(experiment), goal=at_most(10)
        )
    yield Row(what=f"{CHILDREN:,} children in one call", unit="s", measure=_children(experiment), goal=at_most(2))
    if network:
        yield from _environments()


def _fill(folder: Path) -> None:
    (folder / "train.py").write_text(SCRIPT)
    for number in range(MODULES):
        (folder / f"module_{number}.py").write_text(f"X = {number}\n" * 200)


def _science() -> Environment:
    environment = Environment("science")
    environment.python.conda_dependencies = CondaDependencies.create(pip_packages=PACKAGES)
    return environment


def _resubmits(experiment: Experiment, folder: Path, environment: Environment | None, where: str) -> Iterator[Row]:
    config = ScriptRunConfig(str(folder), "train.py", environment=environment)
    first = experiment.submit(config)
    first.wait_for_completion()
    python = _python_of(first)
    by_hand: list[float] = []

    def started_by_hand() -> float:
        by_hand.append(_by_hand_s(python, folder))
        return by_hand[-1]

    def submitted() -> float:
        sent = _Sent()
        with sent:
            spent = _first_line_s(experiment, config)
        if sent.contents:
            raise WrongResultError(f"{len(sent.contents)} files of an unchanged folder were sent")
        return spent

    yield Row(
        what=f"unchanged resubmit, {where}: submit → first line",
        unit="s",
        measure=submitted,
        goal=at_most(2),
        baseline=Baseline(what="the script by hand", measure=started_by_hand),
    )
    yield Row(
        what="    more than by hand",
        unit="s",
        measure=lambda: submitted() - started_by_hand(),
        goal=at_most(1),
    )


def _python_of(run: Run) -> str:
    log = run.get_details_with_logs()["logFiles"]["azureml-logs/70_driver_log.txt"]
    return str(next(line for line in log.splitlines() if " with /" in line).rpartition(" with ")[2])


def _first_line_s(experiment: Experiment, config: ScriptRunConfig) -> float:
    began = time.time()
    run = experiment.submit(config)
    run.wait_for_completion()
    log = run.get_details_with_logs()["logFiles"]["azureml-logs/70_driver_log.txt"]
    return float(next(line for line in log.splitlines() if line.startswith("at ")).split()[1]) - began


def _by_hand_s(python: str, folder: Path) -> float:
    began = time.time()
    done = subprocess.run([python, "train.py"], cwd=folder, check=True, capture_output=True, text=True, env=plain_environment())
    return float(done.stdout.split()[1]) - began


class _Sent:
    """Counts the contents that this process sends to the server."""

    def __init__(self) -> None:
        self.contents: list[int] = []

    def __enter__(self) -> _Sent:
        one, many = SnapshotApi.put_blob, SnapshotApi.put_blobs

        def put_blob(api: SnapshotApi, sha256: str, content: bytes | Path) -> None:
            self.contents.append(len(content) if isinstance(content, bytes) else content.stat().st_size)
            one(api, sha256, content)

        def put_blobs(api: SnapshotApi, contents: Mapping[str, bytes]) -> None:
            self.contents.extend(len(content) for content in contents.values())
            many(api, contents)

        self._patch = mock.patch.multiple(SnapshotApi, put_blob=put_blob, put_blobs=put_blobs)
        self._patch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._patch.stop()


def _changed(experiment: Experiment, folder: Path) -> Row:
    def sent_bytes() -> float:
        changed = folder / "module_7.py"
        changed.write_text(f"X = {time.time_ns()}\n" * 200)
        with _Sent() as sent:
            experiment.submit(ScriptRunConfig(str(folder), "train.py")).wait_for_completion()
        if len(sent.contents) != 1:
            raise WrongResultError(f"{len(sent.contents)} files were sent after one had changed")
        return float(sum(sent.contents))

    return Row(
        what=f"sent after one file of {MODULES + 1} has changed",
        unit="bytes",
        measure=sent_bytes,
        goal=at_most_times(1),
        baseline=Baseline(what="that file", measure=lambda: float(len(f"X = {time.time_ns()}\n" * 200))),
    )


class _Screen(io.StringIO):
    """Notes how old each line is when it is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.ages: list[float] = []

    def write(self, text: str) -> int:
        now = time.time()
        self.ages += [now - float(line.split()[1]) for line in text.splitlines() if line.startswith("at ")]
        return super().write(text)


def _screen(experiment: Experiment) -> Callable[[], float]:
    def age_s() -> float:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "train.py").write_text(SLOW_PRINTER)
            run = experiment.submit(ScriptRunConfig(folder, "train.py"))
            screen = _Screen()
            LogStream(run._client, run.id, screen).follow()
        if len(screen.ages) != LINES:
            raise WrongResultError(f"{len(screen.ages)} of {LINES} lines were shown")
        return statistics.median(screen.ages)

    return age_s


def _cancel(experiment: Experiment) -> Callable[[], float]:
    def gone_s() -> float:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "train.py").write_text(STUBBORN)
            run = experiment.submit(ScriptRunConfig(folder, "train.py"))
            wait_until(lambda: _log_of(run).find("\nup") >= 0, "the script runs", 60)
            began = time.monotonic()
            run.cancel()
            wait_until(lambda: not _scripts_of(run.id), "its processes are gone", 60)
            spent = time.monotonic() - began
            run.wait_for_completion()
        return spent

    return gone_s


def _log_of(run: Run) -> str:
    return str(run.get_details_with_logs()["logFiles"].get("azureml-logs/70_driver_log.txt", ""))


def _scripts_of(run_id: str) -> list[psutil.Process]:
    """Return the processes of a run, its runner left out."""
    found = []
    for process in psutil.process_iter():
        try:
            is_one = process.environ().get("RUNYARD_RUN_ID") == run_id and process.status() != psutil.STATUS_ZOMBIE
            if is_one and "runyard.runner" not in process.cmdline():
                found.append(process)
        except psutil.Error:
            continue
    return found


def _children(experiment: Experiment) -> Callable[[], float]:
    def created_s() -> float:
        run = experiment.start_logging(outputs=None, snapshot_directory=None)
        try:
            return seconds(lambda: run.create_children(count=CHILDREN))
        finally:
            run.complete()

    return created_s


def _environments() -> Iterator[Row]:
    """Yield the rows about building: with an empty cache of uv's, and with one that has all files."""
    spec = PackageSpec(pip=PACKAGES)
    with tempfile.TemporaryDirectory(prefix="runyard-bench-") as made:
        root = Path(made)
        for name, is_cold in (("cold", True), ("warm: uv has the files", False)):

            def fresh(is_cold: bool = is_cold) -> Path:
                if is_cold:
                    shutil.rmtree(root / "uv", ignore_errors=True)
                os.environ["UV_CACHE_DIR"] = str(root / "uv")
                return Path(tempfile.mkdtemp(dir=root))

            def ours(fresh: Callable[[], Path] = fresh) -> float:
                cache = EnvironmentCache(fresh())
                return seconds(lambda: cache.find_or_build(spec, lambda _: None))

            def bare(fresh: Callable[[], Path] = fresh) -> float:
                folder = fresh()
                return seconds(lambda: _uv_itself(folder))

            yield Row(
                what=f"environment of {', '.join(PACKAGES)}, {name}",
                unit="s",
                measure=ours,
                goal=at_most_times(1.1),
                baseline=Baseline(what="uv: compile, venv, sync", measure=bare),
                rounds=3 if is_cold else None,
            )
        os.environ.pop("UV_CACHE_DIR", None)


def _uv_itself(folder: Path) -> None:
    """Make the same environment with uv's own commands: the packages and what the SDK needs, with hashes."""

    def uv(*arguments: str) -> None:
        subprocess.run([find_uv(), *arguments], cwd=folder, check=True, capture_output=True)

    (folder / "wanted.in").write_text("\n".join([*PACKAGES, *sdk_requirements()]))
    uv("pip", "compile", "wanted.in", "--generate-hashes", "-q", "-o", "lock.txt", "--python", sys.executable)
    uv("venv", "-q", "made", "--python", sys.executable)
    uv("pip", "sync", "-q", "--require-hashes", "--python", "made/bin/python", "lock.txt")
