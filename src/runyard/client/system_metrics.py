"""How busy the machine is, recorded beside what a run logs: names that begin with ``system/``."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from runyard.client.recorder import Recorder
from runyard.domain.metric import SYSTEM_NAME_START
from runyard.wire.metric import ScalarRecord

VARIABLE = "RUNYARD_SYSTEM_METRICS"
INTERVAL_S = 10.0
_RECORDING_MAX_S = 1.0
_SHORTEST_S = 0.1
_LOG = logging.getLogger("runyard")


def interval_s(environment: dict[str, str] | None = None) -> float | None:
    """Return how often to sample: ``RUNYARD_SYSTEM_METRICS`` in seconds, 10 where it is not set; None where it is 0 or off."""
    text = (os.environ if environment is None else environment).get(VARIABLE, "").strip().lower()
    if text in ("off", "false", "no"):
        return None
    try:
        seconds = float(text)
    except ValueError:
        return INTERVAL_S
    return max(_SHORTEST_S, seconds) if seconds > 0 else None


class SystemSampler:
    """Reads the machine's counters. Rates are those since the call before; the first call has none.

    With ``pid`` it also adds up the process and all its descendants. What a machine does not tell is left out. The names of a
    run of several nodes have the node in them: ``system/<node>/cpu_percent``.
    """

    def __init__(self, pid: int | None = None, node: str | None = None) -> None:
        import psutil  # late: 0.06 s

        self._psutil = psutil
        self._pid = os.getpid() if pid is None else pid
        self._start = SYSTEM_NAME_START if node is None else f"{SYSTEM_NAME_START}{node}/"
        self._gpus = _gpus()
        self._before: dict[str, float] = {}
        self._before_at = 0.0
        psutil.cpu_percent()

    def sample(self) -> dict[str, float]:
        """Return the figures of now, by name."""
        psutil = self._psutil
        memory = psutil.virtual_memory()
        found = {
            "cpu_percent": psutil.cpu_percent(),
            "memory_percent": memory.percent,
            "memory_used_bytes": float(memory.total - memory.available),
        }
        for read in (self._disk_space, self._process):
            try:
                found.update(read())
            except (psutil.Error, OSError):
                continue
        found.update(self._rates())
        for number, gpu in enumerate(self._gpus):
            found.update({f"gpu{number}_{name}": value for name, value in gpu().items()})
        return {self._start + name: value for name, value in found.items()}

    def _disk_space(self) -> dict[str, float]:
        return {"disk_used_percent": self._psutil.disk_usage(os.getcwd()).percent}  # noqa: PTH109 - the disk that the run writes to

    def _process(self) -> dict[str, float]:
        process = self._psutil.Process(self._pid)
        below = descendants(self._pid)
        if below is None:
            below = [each.pid for each in process.children(recursive=True)]
        memory = threads = 0
        for pid in [self._pid, *below]:
            try:
                each = self._psutil.Process(pid)
                memory += each.memory_info().rss
                threads += each.num_threads()
            except self._psutil.Error:
                continue
        return {"process_memory_bytes": float(memory), "process_threads": float(threads)}

    def _rates(self) -> dict[str, float]:
        """Return counters as amounts a second since the last call."""
        now, counters = time.monotonic(), self._counters()
        passed_s = now - self._before_at
        before, self._before, self._before_at = self._before, counters, now
        if not before or passed_s <= 0:
            return {}
        return {f"{name}_per_s": max(0.0, value - before[name]) / passed_s for name, value in counters.items() if name in before}

    def _counters(self) -> dict[str, float]:
        found: dict[str, float] = {}
        try:
            disk, network = self._psutil.disk_io_counters(), self._psutil.net_io_counters()
        except (self._psutil.Error, OSError, RuntimeError):
            return found
        if disk is not None:
            found |= {"disk_read_bytes": float(disk.read_bytes), "disk_write_bytes": float(disk.write_bytes)}
        if network is not None:
            found |= {"network_sent_bytes": float(network.bytes_sent), "network_received_bytes": float(network.bytes_recv)}
        return found


class SystemMetrics:
    """Samples in a thread of its own until it is closed; the first time after one interval, so that short runs stay clean."""

    def __init__(self, recorder: Recorder, every_s: float, pid: int | None = None, node: str | None = None) -> None:
        self._recorder = recorder
        self._every_s = every_s
        self._pid = pid
        self._node = node
        self._closing = threading.Event()
        self._recording = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="runyard-system-metrics", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End. A sample that is being taken is not waited for, and nothing is recorded any more: the journal is closed next."""
        self._closing.set()
        if self._recording.acquire(timeout=_RECORDING_MAX_S):  # in a forked child, the one who has it may be nobody
            self._recording.release()

    def _work(self) -> None:
        if self._closing.wait(min(self._every_s, 1.0)):
            return
        try:
            sampler = SystemSampler(self._pid, self._node)
            sampler.sample()
            while not self._closing.wait(self._every_s):
                sample = sampler.sample()
                with self._recording:
                    if not self._closing.is_set():
                        self._record(sample)
        except Exception as error:  # noqa: BLE001 - what a machine's drivers do must not end training
            _LOG.warning("System metrics end here: %s: %s", type(error).__name__, error)

    def _record(self, sample: dict[str, float]) -> None:
        if not self._recorder.known.log_many(sample):
            now_us = time.time_ns() // 1000
            for name, value in sample.items():
                self._recorder.record(ScalarRecord(name, now_us, value))


def start_system_metrics(recorder: Recorder, pid: int | None = None, node: str | None = None) -> SystemMetrics | None:
    """Start to sample for a run, or for one node of it; None where ``RUNYARD_SYSTEM_METRICS`` is 0."""
    every_s = interval_s()
    if every_s is None:
        return None
    metrics = SystemMetrics(recorder, every_s, pid, node)
    metrics.start()
    return metrics


def descendants(pid: int) -> list[int] | None:
    """Return the processes below one, from what Linux keeps of each; None where it keeps no such lists.

    psutil reads every process of the machine for that, which takes longer than all the rest of a sample.
    """
    if not Path(f"/proc/{pid}/task/{pid}/children").exists():
        return None
    found: list[int] = []
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        for path in Path(f"/proc/{parent}/task").glob("*/children"):
            with contextlib.suppress(OSError):  # a thread that has just ended
                children = [int(number) for number in path.read_bytes().split()]
                found += children
                waiting += children
    return found


def _gpus() -> list[Callable[[], dict[str, float]]]:
    """Return a reader for each NVIDIA GPU; none where the library or the driver is missing."""
    try:
        nvml: Any = import_module("pynvml")
        nvml.nvmlInit()
        return [_gpu_reader(nvml, nvml.nvmlDeviceGetHandleByIndex(index)) for index in range(nvml.nvmlDeviceGetCount())]
    except Exception:  # noqa: BLE001 - the library's own error class cannot be named where it is missing
        return []


def _gpu_reader(nvml: Any, handle: Any) -> Callable[[], dict[str, float]]:
    figures: dict[str, Callable[[], float]] = {
        "percent": lambda: float(nvml.nvmlDeviceGetUtilizationRates(handle).gpu),
        "memory_used_bytes": lambda: float(nvml.nvmlDeviceGetMemoryInfo(handle).used),
        "power_w": lambda: nvml.nvmlDeviceGetPowerUsage(handle) / 1000,
        "temperature_c": lambda: float(nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU)),
    }

    def read() -> dict[str, float]:
        found = {}
        for name, figure in figures.items():
            try:
                found[name] = figure()
            except nvml.NVMLError:  # this card does not tell
                continue
        return found

    return read
