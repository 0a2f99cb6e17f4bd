"""A failed run says why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runyard.runner.failure import script_error
from runyard.wire.codec import to_json


def test_an_exception_comes_with_type_message_and_traceback(tmp_path: Path) -> None:
    noted = {"type": "ValueError", "message": "boo", "traceback": "Traceback ..."}
    (tmp_path / "error.json").write_text(json.dumps(noted))
    error = script_error(1, tmp_path / "error.json", "/py")
    assert (error.code, error.type, error.traceback, error.exit_code) == ("UserError", "ValueError", "Traceback ...", 1)
    assert error.message == "boo"
    assert error.at is not None


@pytest.mark.parametrize(("module", "package"), [("torch", "torch"), ("sklearn.svm", "scikit-learn"), ("cv2", "opencv-python")])
def test_a_missing_module_says_what_to_install_and_where(tmp_path: Path, module: str, package: str) -> None:
    noted = {"type": "ModuleNotFoundError", "message": f"No module named '{module}'", "traceback": "", "module": module}
    (tmp_path / "error.json").write_text(json.dumps(noted))
    message = script_error(1, tmp_path / "error.json", "/venv/bin/python").message
    assert f"/venv/bin/python -m pip install {package}" in message
    assert "environment" in message


@pytest.mark.parametrize(
    ("exit_code", "words"),
    [
        (3, "exit code 3"),
        (-9, "signal 9 (SIGKILL).*out of memory"),
        (-11, "SIGSEGV.*[Nn]ative code"),
        (-15, "SIGTERM"),
        (-40, "signal 40"),
        (137, "exit code 137.*signal 9 (SIGKILL).*out of memory"),
        (255, "exit code 255."),
    ],
)
def test_without_an_exception_the_exit_code_speaks(tmp_path: Path, exit_code: int, words: str) -> None:
    error = script_error(exit_code, tmp_path / "none.json", "/py")
    for word in words.split(".*"):
        assert word.replace("[Nn]", "N") in error.message
    assert error.exit_code == exit_code
    assert error.type is None


def test_an_exception_with_half_a_character_can_be_sent(tmp_path: Path) -> None:
    noted = {"type": "E\udc80", "message": "name: \udcff", "traceback": "E: \udcff"}
    (tmp_path / "error.json").write_text(json.dumps(noted))
    error = script_error(1, tmp_path / "error.json", "/py")
    assert (error.type, error.message, error.traceback) == ("E\\udc80", "name: \\udcff", "E: \\udcff")
    assert to_json(error)


@pytest.mark.parametrize("damage", ["", "{", "[]", "null"])
def test_a_damaged_note_is_no_second_failure(tmp_path: Path, damage: str) -> None:
    (tmp_path / "error.json").write_text(damage)
    assert "exit code 1" in script_error(1, tmp_path / "error.json", "/py").message
