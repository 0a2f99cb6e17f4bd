"""``import runyard`` costs next to nothing."""

from __future__ import annotations

import runpy
import subprocess
import sys
from ast import literal_eval

import pytest

import runyard

HEAVY = ("httpx", "msgspec", "numpy", "psutil", "yaml", "click", "rich", "runyard.sdk", "runyard.client")


def in_a_new_python(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_importing_loads_none_of_the_libraries() -> None:
    assert in_a_new_python(f"import sys, runyard; print([name for name in {HEAVY!r} if name in sys.modules])") == "[]"


def test_the_sdk_itself_loads_no_http_library_and_no_numpy() -> None:
    heavy = ("httpx", "numpy", "psutil", "yaml", "click", "rich", "matplotlib")
    program = f"import sys; from runyard import Run, Workspace; print([name for name in {heavy!r} if name in sys.modules])"
    assert in_a_new_python(program) == "[]"


def test_the_sdk_itself_loads_nothing_of_what_few_programs_ask_for() -> None:
    rare = ("view", "run_import", "snapshot", "artifact", "environment", "compute_target")
    loaded = literal_eval(in_a_new_python("import sys; from runyard import Run, Workspace; print(list(sys.modules))"))
    assert not {f"runyard.wire.{name}" for name in rare} & set(loaded)


def test_every_public_name_is_there() -> None:
    for name in runyard.__all__:
        assert getattr(runyard, name) is not None
    assert set(runyard.__all__) <= set(dir(runyard))


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(runyard, "Wrokspace")


def test_a_runner_loads_nothing_before_the_script_that_only_comes_after_it() -> None:
    later = (
        "runyard.client.recorder",
        "runyard.client.system_metrics",
        "runyard.wire.journal",
        "runyard.runner.node_group.leader",
    )
    program = f"import sys, runyard.runner.session; print([name for name in {later!r} if name in sys.modules])"
    assert in_a_new_python(program) == "[]"


def test_a_python_that_is_too_old_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    with pytest.raises(ImportError, match=r"needs Python 3\.10 or later; this is 3\.9\.18, "):
        runpy.run_path(str(runyard.__file__))
