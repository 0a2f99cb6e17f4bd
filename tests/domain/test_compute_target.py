from __future__ import annotations

import pytest

from runyard.domain.compute_target import ComputeTargetRecord, gpu_ids, require_gpus
from runyard.errors import ConfigurationError, InvalidArgumentError


def test_gpus_are_named_by_their_ids() -> None:
    assert gpu_ids("0, 2,GPU-8932f937-d72c") == ("0", "2", "GPU-8932f937-d72c")
    assert gpu_ids("None") == ()


@pytest.mark.parametrize("text", ["", "0,0", "two", "0;1", "-1", "0,"])
def test_a_text_that_names_no_gpus_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="nvidia-smi"):
        gpu_ids(text)


def test_a_run_cannot_ask_for_more_than_there_are_on_all_its_nodes_together() -> None:
    target = ComputeTargetRecord(name="local", engine="local", state="Succeeded", gpus=4)
    require_gpus(target, 2, 2)
    require_gpus(target, 0, 100)
    with pytest.raises(InvalidArgumentError, match=r"asks for 6 GPUs \(3 on each of 2 nodes\).*'local' has 4"):
        require_gpus(target, 3, 2)
    with pytest.raises(InvalidArgumentError, match="-1"):
        require_gpus(target, -1, 1)
