"""How the script is called."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from runyard.domain.run import RunSpec
from runyard.errors import ConfigurationError, ScriptNotFoundError
from runyard.runner.command_line import LAUNCHER, command_of, expanded, interpreter_path, require_script


@pytest.mark.parametrize(
    ("argument", "wanted"),
    [
        ("$DATA/a", "/data/a"),
        ("${DATA}a", "/dataa"),
        ("$DATAX", "$DATAX"),
        ("${DATAX}", "${DATAX}"),
        ("$", "$"),
        ("$$DATA", "$/data"),
        ("a$1", "a$1"),
        ("${unclosed", "${unclosed"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_variables_in_arguments_are_expanded_and_unknown_ones_stay(argument: str, wanted: str) -> None:
    assert expanded(argument, {"DATA": "/data"}) == wanted


def test_a_script_is_called_through_the_launcher() -> None:
    spec = RunSpec(script="sub/train.py", arguments=["--to", "$X", "a b"])
    assert command_of(spec, "/bin/py", {"X": "1"}) == ["/bin/py", str(LAUNCHER), "sub/train.py", "--to", "1", "a b"]


def test_a_command_is_called_by_the_shell_as_it_is() -> None:
    command = command_of(RunSpec(command="echo $X | wc"), "/bin/py", {"X": "1", "PATH": ""})
    assert command == ["/bin/sh", "-c", "echo $X | wc"]


def test_without_an_interpreter_the_runners_own_is_used() -> None:
    assert interpreter_path(None, {}) == sys.executable


def test_an_interpreter_is_looked_up_as_the_target_finds_it(tmp_path: Path) -> None:
    program = tmp_path / "my-python"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert interpreter_path("my-python", {"PATH": str(tmp_path)}) == str(program)
    assert interpreter_path(str(program), {}) == str(program)


@pytest.mark.parametrize("wanted", ["/nowhere/python", "no-such-python"])
def test_a_missing_interpreter_is_named(wanted: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{wanted}.*interpreter_path"):
        interpreter_path(wanted, {"PATH": "/nowhere"})


@pytest.mark.parametrize("script", ["missing.py", "../train.py", "folder", "/etc/passwd"])
def test_a_script_must_be_a_file_of_the_snapshot(tmp_path: Path, script: str) -> None:
    (tmp_path / "train.py").write_text("")
    (tmp_path / "code/folder").mkdir(parents=True)
    with pytest.raises(ScriptNotFoundError, match="not in the snapshot"):
        require_script(RunSpec(script=script), tmp_path / "code")


def test_neither_script_nor_command_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScriptNotFoundError, match="neither"):
        require_script(RunSpec(), tmp_path)
