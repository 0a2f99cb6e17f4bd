"""Runs jobs on the machine of the server, each in a session of its own."""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from runyard.compute.backends.gpu import ORDER, VISIBLE, LocalGpus, find_gpus
from runyard.compute.base import GPU_VARIABLE, NODE_COUNT_VARIABLE, NODE_VARIABLE, JobHandle, JobSpec, JobState
from runyard.domain.container import ENGINES, NOTE_FILE, VARIABLES_FILE, removal
from runyard.errors import ComputeError

JOB_VARIABLE = "RUNYARD_RUN_ID"
"""The variable that marks every process of a job, also those that left its process group."""

CLEAN_UP_S = 3.0
"""How long killed processes may take to vanish; new ones are looked for meanwhile."""

EXEC_S = 0.2
"""How long a process may be in the middle of its exec, when it has no variables yet, and is asked again."""

_START_TICKS = 19
"""Where in ``/proc/PID/stat``, behind the name of the program, stands when the process was started."""

CONTAINER_S = 15.0
"""How long a container engine may take to remove a container."""

logger = logging.getLogger(__name__)


class LocalEngine:
    """See :class:`runyard.compute.base.Engine`. ``gpus`` are the ids of GPUs that jobs can have; None has them found."""

    def __init__(self, python: str = sys.executable, gpus: Sequence[str] | None = None) -> None:
        self._python = python
        self._gpus = None if gpus is None else LocalGpus(ids=tuple(gpus), variables=ORDER)
        self._gpus_asked = threading.Lock()
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        self._cleared: set[str] = set()

    def gpus(self) -> Sequence[str]:
        """Return the ids of the GPUs that jobs can have; they are looked for once."""
        return self._known_gpus().ids

    def node_name(self) -> str:
        """Return the name of this machine."""
        return platform.node() or "localhost"

    def _known_gpus(self) -> LocalGpus:
        with self._gpus_asked:
            if self._gpus is None:
                self._gpus = find_gpus(os.environ)
            return self._gpus

    def start(self, spec: JobSpec) -> JobHandle:
        """Start a runner for each node, all on this machine; they outlive this process."""
        started: list[JobHandle] = []
        try:
            for node in range(spec.node_count):
                folder = spec.work_folder if node == 0 else spec.work_folder / f"node-{node}"
                started.append(self._start_runner(spec, node, folder))
        except OSError as error:
            for each in started:
                _signal(each, signal.SIGKILL)
            raise ComputeError(f"The runner of {spec.name} could not be started: {error}.", job=spec.name) from error
        return _whole(started, [gpu for node in spec.gpus for gpu in node])

    def _start_runner(self, spec: JobSpec, node: int, folder: Path) -> JobHandle:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "runner.log").open("ab") as log:
            process = subprocess.Popen(
                [self._python, "-m", "runyard.runner"],
                cwd=folder,
                env={**os.environ, **spec.environment, **self._places(spec, node)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._children[process.pid] = process
        return _handle(process.pid, folder, node)

    def _places(self, spec: JobSpec, node: int) -> dict[str, str]:
        places = {NODE_VARIABLE: str(node), NODE_COUNT_VARIABLE: str(spec.node_count)}
        if not spec.gpus:
            return places
        nodes = [",".join(ids) for ids in spec.gpus]
        return {**places, **self._known_gpus().variables, GPU_VARIABLE: ";".join(nodes), VISIBLE: nodes[node]}

    def find(self, name: str) -> JobHandle | None:
        """Look for the runners of a job among the processes of this machine."""
        found: dict[int, JobHandle] = {}
        gpus: list[str] = []
        for process, variables in _processes_of(name, None).items():
            with contextlib.suppress(psutil.Error, OSError, ValueError):
                node = variables.get(NODE_VARIABLE)  # scripts don't have it
                if node is not None and process.pid == os.getsid(process.pid):
                    gpus = [each for each in variables.get(GPU_VARIABLE, "").replace(";", ",").split(",") if each]
                    found[int(node)] = _handle(process.pid, Path(process.cwd()), int(node))
        if 0 not in found:
            return None
        return _whole([handle for _, handle in sorted(found.items())], gpus)

    def watch(self, handles: dict[str, JobHandle]) -> dict[str, JobState]:
        """Return the state of each job, by its name."""
        for pid, child in list(self._children.items()):
            if child.poll() is not None:  # takes the ended child away: it would stay as a zombie
                del self._children[pid]
        for name, handle in handles.items():
            self._clear_lost_nodes(name, handle)
        return {name: JobState.ALIVE if _is_alive(handle) else JobState.GONE for name, handle in handles.items()}

    def _clear_lost_nodes(self, name: str, handle: JobHandle) -> None:
        """Kill what is left of a node whose runner is gone, while that of node 0 lives."""
        for other in handle.get("others", []):
            key = f"{name}/{other['pid']}"
            if key not in self._cleared and not _is_alive(other):
                self._cleared.add(key)
                _kill_all(name, Path(other["folder"]) if other.get("folder") else None, only_in_folder=True)

    def lost_nodes(self, handle: JobHandle) -> list[int]:
        """Return the nodes but the first whose runner is gone; a handle of an older version does not say which node is which."""
        return [int(other["node"]) for other in handle.get("others", []) if "node" in other and not _is_alive(other)]

    def stop(self, handle: JobHandle) -> None:
        """Tell the runners of a job to stop, with SIGTERM."""
        for each in [handle, *handle.get("others", [])]:
            _signal(each, signal.SIGTERM)

    def clean_up(self, name: str, handle: JobHandle | None) -> None:
        """Kill whatever is left of a job."""
        folder = (handle or {}).get("folder")
        if folder:
            _remove_container(Path(folder), name)  # first: Podman cannot when the process that watches it is killed
        _kill_all(name, Path(folder) if folder else None)


def _kill_all(name: str, folder: Path | None, *, only_in_folder: bool = False) -> None:
    deadline = time.monotonic() + CLEAN_UP_S
    while left := [each for each in _processes_of(name, folder) if not only_in_folder or _is_in(each, folder)]:
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()
        if time.monotonic() > deadline:
            return
        time.sleep(0.05)


def _remove_container(folder: Path, name: str) -> None:
    """Remove the container that a killed runner has left: its processes are not always those of this user."""
    try:
        named = (folder / NOTE_FILE).read_text().strip()
        program = shutil.which(named) if named in ENGINES else None  # the script can write there too
        if program is None:
            return
        done = subprocess.run(
            [program, *removal(named, name)],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=CONTAINER_S,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except FileNotFoundError:
        return
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        logger.warning("the container of %s could not be removed: %s", name, error)
        return
    if done.returncode != 0 and "no such container" not in done.stderr.lower():
        logger.warning("the container of %s could not be removed: %s", name, done.stderr.strip())
    for path in (folder / NOTE_FILE, folder / VARIABLES_FILE):
        path.unlink(missing_ok=True)


def _processes_of(name: str, folder: Path | None) -> dict[psutil.Process, dict[str, str]]:
    """Return the processes that carry the job's mark, and those that work in its folder, each with its variables."""
    found: dict[psutil.Process, dict[str, str]] = {}
    asked = [process for process in psutil.process_iter() if process.pid != os.getpid()]
    deadline = time.monotonic() + EXEC_S
    while True:
        told = [(process, _variables(process)) for process in asked]
        for process, variables in told:
            if (variables or {}).get(JOB_VARIABLE) == name or _is_in(process, folder):
                found[process] = variables or {}
        asked = [process for process, variables in told if variables is None and process not in found]
        if not asked or time.monotonic() > deadline:
            return found
        time.sleep(0.01)


def _variables(process: psutil.Process) -> dict[str, str] | None:
    """Return the variables of a process, as far as they can be had; None in the middle of its exec, when nobody can tell yet."""
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return {}
        # A thread of the kernel has no variables either, and no program.
        return process.environ() or (None if process.exe() else {})
    except (psutil.Error, OSError):
        return {}


def _is_in(process: psutil.Process, folder: Path | None) -> bool:
    try:
        return folder is not None and Path(process.cwd()).is_relative_to(folder) and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, OSError):
        return False


def _whole(nodes: list[JobHandle], gpus: list[str]) -> JobHandle:
    """Return the handle of a job from those of its nodes."""
    handle = {**nodes[0], "others": nodes[1:]} if nodes[1:] else nodes[0]
    return {**handle, "gpus": gpus} if gpus else handle


def _handle(pid: int, folder: Path, node: int) -> JobHandle:
    return {"pid": pid, "started": _started(pid), "folder": str(folder), "node": node}


def _started(pid: int) -> str | float | None:
    """Return what tells a process from a later one of the same number; None when there is none.

    It is no time of the day where the system knows another: the boot, and the ticks from there to the start. The time of the
    day at which a process was started is another one each time that somebody sets the clock.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        facts = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        return f"{boot}/{facts.rpartition(')')[2].split()[_START_TICKS]}"
    except (OSError, IndexError):
        return _create_time(pid)


def _create_time(pid: int) -> float | None:
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return None


def _signal(handle: JobHandle, number: int) -> None:
    if _is_alive(handle):
        with contextlib.suppress(psutil.Error):
            psutil.Process(handle["pid"]).send_signal(number)


def _is_alive(handle: JobHandle) -> bool:
    pid = handle["pid"]
    try:
        if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return False
    except psutil.Error:
        return False
    if "started" in handle:
        return bool(handle["started"] == _started(pid))
    return bool(handle["create_time"] == _create_time(pid))  # noted by an older version
