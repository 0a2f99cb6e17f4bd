"""System metrics: the machine tells what it can, and nothing it does ends a run."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import types
from typing import Any

import psutil
import pytest

from runyard.client import system_metrics
from runyard.client.known_series import KnownSeries
from runyard.client.system_metrics import SystemMetrics, SystemSampler, descendants, interval_s, start_system_metrics
from runyard.wire.metric import Record, ScalarRecord


class KeptRecords:
    """A recorder that keeps what it is given."""

    def __init__(self) -> None:
        self.known = KnownSeries()
        self.records: list[Record] = []
        self.enough = threading.Event()

    def record(self, record: Record) -> None:
        self.records.append(record)
        if len(self.records) > 20:
            self.enough.set()

    def record_file(self, file: Any) -> None:
        raise AssertionError

    def flush(self, timeout_s: float) -> bool:
        return True

    def close(self, timeout_s: float) -> bool:
        return True


def test_a_sample_has_the_machine_and_the_process() -> None:
    sampler = SystemSampler()
    sampler.sample()
    found = sampler.sample()
    assert {"system/cpu_percent", "system/memory_percent", "system/process_memory_bytes"} <= found.keys()
    assert all(name.startswith("system/") and isinstance(value, float | int) for name, value in found.items())
    assert found["system/process_memory_bytes"] > 1 << 20
    if sys.platform == "linux":
        assert {"system/network_sent_bytes_per_s", "system/disk_used_percent"} <= found.keys()


def test_a_node_of_several_is_in_the_names() -> None:
    found = SystemSampler(node="worker-1").sample()
    assert "system/worker-1/cpu_percent" in found
    assert all(name.startswith("system/worker-1/") for name in found)


def test_a_process_that_has_ended_is_left_out() -> None:
    assert "system/process_memory_bytes" not in SystemSampler(pid=2**22 - 1).sample()


@pytest.mark.skipif(descendants(os.getpid()) is None, reason="this system keeps no lists of children")
def test_the_processes_below_one_are_those_that_psutil_finds() -> None:
    program = "import sys; print(1, flush=True); sys.stdin.read()"
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {program!r}])"
    child = subprocess.Popen([sys.executable, "-c", nested], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None and child.stdout is not None
    child.stdout.readline()
    found = descendants(child.pid)
    expected = [each.pid for each in psutil.Process(child.pid).children(recursive=True)]
    child.communicate()
    assert found == expected and len(expected) == 1
    assert not descendants(child.pid)


def test_gpus_are_read_where_the_library_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    class NVMLError(Exception):
        pass

    def refuse(handle: int) -> float:
        raise NVMLError

    library = types.SimpleNamespace(
        NVMLError=NVMLError,
        NVML_TEMPERATURE_GPU=0,
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: 2,
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetUtilizationRates=lambda handle: types.SimpleNamespace(gpu=40 + handle),
        nvmlDeviceGetMemoryInfo=lambda handle: types.SimpleNamespace(used=1024),
        nvmlDeviceGetPowerUsage=refuse,
        nvmlDeviceGetTemperature=lambda handle, sensor: 55,
    )
    monkeypatch.setitem(sys.modules, "pynvml", library)
    found = SystemSampler().sample()
    assert (found["system/gpu0_percent"], found["system/gpu1_percent"]) == (40.0, 41.0)
    assert found["system/gpu1_temperature_c"] == 55.0
    assert "system/gpu0_power_w" not in found


def test_samples_are_recorded_until_it_is_closed() -> None:
    recorder = KeptRecords()
    metrics = SystemMetrics(recorder, 0.02)
    metrics.start()
    assert recorder.enough.wait(60)
    metrics.close()
    metrics._thread.join(60)
    assert not metrics._thread.is_alive()
    assert all(isinstance(record, ScalarRecord) and record.name.startswith("system/") for record in recorder.records)


def test_a_sample_that_ends_after_the_close_is_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would open the journal again that was just sent and removed."""
    samples: list[str] = []
    asked, go = threading.Event(), threading.Event()

    def sample(self: SystemSampler) -> dict[str, float]:
        samples.append("one")
        if len(samples) == 2:  # the first is never recorded
            asked.set()
            go.wait(60)
        return {"system/cpu_percent": 1.0}

    monkeypatch.setattr(SystemSampler, "sample", sample)
    recorder = KeptRecords()
    metrics = SystemMetrics(recorder, 0.01)
    metrics.start()
    assert asked.wait(60)
    metrics.close()
    go.set()
    metrics._thread.join(60)
    assert recorder.records == []


def test_a_machine_that_fails_ends_the_samples_only(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(system_metrics.SystemSampler, "sample", lambda self: 1 / 0)
    metrics = SystemMetrics(KeptRecords(), 0.01)
    metrics.start()
    metrics._thread.join(60)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("text", "seconds"), [("", 10.0), ("0", None), ("off", None), ("2.5", 2.5), ("rubbish", 10.0), ("-1", None), ("0.001", 0.1)]
)
def test_the_environment_sets_the_interval(text: str, seconds: float | None) -> None:
    assert interval_s({"RUNYARD_SYSTEM_METRICS": text}) == seconds


def test_it_can_be_turned_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNYARD_SYSTEM_METRICS", "0")
    assert start_system_metrics(KeptRecords()) is None
