"""What scripts for the Azure ML SDK ask for and Runyard does not have says so by name, and says what to do."""

from __future__ import annotations

from typing import Any

import pytest

from runyard import Environment, Experiment, Run, RunConfiguration, Workspace
from runyard.errors import NotSupportedError
from runyard.sdk import not_offered
from runyard.sdk.compute_target import ComputeTarget

TABLES = [
    (Workspace, not_offered.OF_WORKSPACE),
    (Experiment, not_offered.OF_EXPERIMENT),
    (Run, not_offered.OF_RUN),
    (Environment, not_offered.OF_ENVIRONMENT),
    (RunConfiguration, not_offered.OF_RUN_CONFIGURATION),
    (ComputeTarget, not_offered.OF_COMPUTE_TARGET),
]


@pytest.mark.parametrize(("cls", "table"), TABLES, ids=lambda each: getattr(each, "__name__", ""))
def test_each_name_raises_an_error_with_the_name_and_what_to_do(cls: Any, table: dict[str, str]) -> None:
    for name, instead in table.items():
        with pytest.raises(NotSupportedError) as raised:
            getattr(cls, name)
        assert raised.value.message == f"Runyard does not support {cls.__name__}.{name}. {instead}"
        assert instead.endswith(".") and raised.value.details == {"name": f"{cls.__name__}.{name}"}


def test_objects_do_as_their_class_does_for_reading_and_setting() -> None:
    config = RunConfiguration()
    with pytest.raises(NotSupportedError, match=r"RunConfiguration\.amlcompute"):
        config.amlcompute.vm_size = "STANDARD_D2_V2"  # type: ignore[attr-defined]
    with pytest.raises(NotSupportedError, match=r"RunConfiguration\.data_references"):
        config.data_references = {}  # type: ignore[attr-defined]
    with pytest.raises(NotSupportedError, match="build_local"):
        Environment("e").build  # type: ignore[attr-defined]  # noqa: B018


def test_a_program_that_asks_first_hears_no() -> None:
    assert not hasattr(Run, "register_model") and not hasattr(RunConfiguration(), "spark")
    assert getattr(Workspace, "datasets", None) is None
