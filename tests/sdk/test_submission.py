from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from runyard.errors import ConfigurationError, InvalidArgumentError, ScriptNotFoundError, SnapshotError
from runyard.sdk.environment import Environment
from runyard.sdk.script_run_config import ScriptRunConfig
from runyard.sdk.submission import new_run_id, run_spec, script_path, source_folder


def put(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("1")


def test_what_the_runner_is_to_do_is_plain_data(tmp_path: Path) -> None:
    put(tmp_path, "src/train.py")
    environment = Environment("mine")
    environment.environment_variables = {"A": "1"}
    config = ScriptRunConfig(str(tmp_path), "src/train.py", ["--lr", 0.1], environment=environment, max_run_duration_seconds=5)
    config.run_config.environment_variables = {"B": 2}  # type: ignore[dict-item]
    spec = run_spec(config, tmp_path)
    assert (spec.script, spec.arguments, spec.command) == ("src/train.py", ["--lr", "0.1"], None)
    assert (spec.target, spec.interpreter, spec.max_run_duration_s) == ("local", sys.executable, 5)
    assert spec.environment_variables == {"A": "1", "B": "2"}
    assert (spec.definition["script"], spec.definition["arguments"]) == ("src/train.py", ["--lr", "0.1"])


def test_a_command_takes_the_place_of_a_script(tmp_path: Path) -> None:
    spec = run_spec(ScriptRunConfig(str(tmp_path), command=["python", "-m", "x"]), tmp_path)
    assert (spec.command, spec.script) == ("python -m x", None)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({}, InvalidArgumentError, "neither a script nor a command"),
        ({"script": "a.py", "command": "ls"}, InvalidArgumentError, "both a script and a command"),
        ({"command": "ls", "arguments": ["-l"]}, InvalidArgumentError, "Write the arguments"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused(
    tmp_path: Path, options: dict[str, Any], error: type[Exception], said: str
) -> None:
    put(tmp_path, "a.py")
    with pytest.raises(error, match=said):
        run_spec(ScriptRunConfig(str(tmp_path), **options), tmp_path)


def test_stars_for_a_secret_are_never_given_to_a_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "train.py").touch()
    environment = Environment("mine")
    environment.environment_variables = {"DB_PASSWORD": "***"}  # as a registered one comes back
    config = ScriptRunConfig(str(tmp_path), "train.py", environment=environment)
    with pytest.raises(ConfigurationError, match=r"DB_PASSWORD of the environment 'mine' .* Set it before you submit"):
        run_spec(config, tmp_path)
    monkeypatch.setenv("DB_PASSWORD", "of this machine")
    assert run_spec(config, tmp_path).environment_variables == {"DB_PASSWORD": "of this machine"}


def test_a_missing_script_names_close_matches(tmp_path: Path) -> None:
    put(tmp_path, "train.py", "sub/evaluate.py", "other.py", ".hidden/tain.py")
    with pytest.raises(ScriptNotFoundError, match=r"tain\.py is not in .*Did you mean train\.py\?"):
        script_path("tain.py", tmp_path)
    with pytest.raises(ScriptNotFoundError, match=r"Did you mean sub/evaluate\.py\?"):
        script_path("evaluate.py", tmp_path)
    with pytest.raises(ScriptNotFoundError, match=r"There are: other\.py, sub/evaluate\.py, train\.py\."):
        script_path("zzzzzz", tmp_path)


def test_a_missing_script_in_an_empty_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(ScriptNotFoundError, match="There are no Python files"):
        script_path("a.py", tmp_path)


@pytest.mark.parametrize("script", ["../outside.py", "/etc/passwd", "sub/../../outside.py"])
def test_a_script_outside_thesource_folder_is_refused(tmp_path: Path, script: str) -> None:
    put(tmp_path, "outside.py", "project/a.py")
    with pytest.raises(ScriptNotFoundError, match="outside the source folder"):
        script_path(script, tmp_path / "project")


def test_a_script_may_be_given_by_its_full_path(tmp_path: Path) -> None:
    put(tmp_path, "sub/a.py")
    assert script_path(str(tmp_path / "sub" / "a.py"), tmp_path) == "sub/a.py"
    assert script_path("./sub/../sub/a.py", tmp_path) == "sub/a.py"


def test_asource_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="nowhere is not there"):
        source_folder(str(tmp_path / "nowhere"))
    put(tmp_path, "file")
    with pytest.raises(SnapshotError, match="is a file"):
        source_folder(str(tmp_path / "file"))


def test_an_id_has_the_experiment_the_second_and_chance() -> None:
    first, second = new_run_id("my-exp"), new_run_id("my-exp")
    assert re.fullmatch(r"my-exp_\d{10}_[0-9a-f]{8}", first)
    assert first != second
