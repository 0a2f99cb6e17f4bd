"""Which GPUs a machine has, as CUDA and nvidia-smi say."""

from __future__ import annotations

from pathlib import Path

import pytest

from runyard.compute.backends.gpu import find_gpus


def nvidia_smi(folder: Path, script: str) -> dict[str, str]:
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {"PATH": str(folder)}


def test_nvidia_smi_names_the_gpus_and_cuda_is_told_to_count_as_it_does(tmp_path: Path) -> None:
    asked = 'test "$*" = "--query-gpu=index --format=csv,noheader" && printf "0\\n1\\n3\\n"'
    found = find_gpus(nvidia_smi(tmp_path, asked))
    assert found.ids == ("0", "1", "3")
    assert found.variables == {"CUDA_DEVICE_ORDER": "PCI_BUS_ID"}


def test_a_machine_without_nvidia_smi_has_none(tmp_path: Path) -> None:
    assert find_gpus({"PATH": str(tmp_path)}).ids == ()


def test_a_driver_that_does_not_answer_is_no_gpu_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    broken = nvidia_smi(tmp_path, "echo NVIDIA-SMI has failed; exit 9")
    assert find_gpus(broken).ids == ()
    assert "RUNYARD_LOCAL_GPUS" in caplog.text


@pytest.mark.parametrize(
    ("visible", "ids"),
    [("", ()), ("1,2", ("1", "2")), ("0,-1,1", ("0",)), ("GPU-8932f937-d72c", ("GPU-8932f937-d72c",)), ("NoDevFiles", ())],
)
def test_a_server_that_sees_some_gpus_has_those_in_its_own_order(tmp_path: Path, visible: str, ids: tuple[str, ...]) -> None:
    found = find_gpus({**nvidia_smi(tmp_path, "echo 7"), "CUDA_VISIBLE_DEVICES": visible})
    assert (found.ids, found.variables) == (ids, {})
