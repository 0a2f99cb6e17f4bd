from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path

import pytest

from runyard.sdk.stdout_copy import StdoutCopy


def test_what_is_printed_goes_to_the_screen_and_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stdout", screen)
    copy = StdoutCopy(tmp_path / "log")
    print("before")
    copy.start()
    print("inside", "ä")
    sys.stdout.writelines(["a\n", "b\n"])
    copy.stop()
    print("after")
    assert (tmp_path / "log").read_text(encoding="utf-8") == "inside ä\na\nb\n"
    assert screen.getvalue() == "before\ninside ä\na\nb\nafter\n"
    assert sys.stdout is screen


def test_copies_may_overlap_in_any_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stdout", screen)
    first, second = StdoutCopy(tmp_path / "1"), StdoutCopy(tmp_path / "2")
    first.start()
    print("a")
    second.start()
    print("b")
    first.stop()
    print("c")
    second.stop()
    assert ((tmp_path / "1").read_text(), (tmp_path / "2").read_text()) == ("a\nb\n", "b\nc\n")
    assert sys.stdout is screen


def test_a_stream_that_the_program_puts_in_place_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stdout", screen)
    copy = StdoutCopy(tmp_path / "log")
    copy.start()
    own = io.StringIO()
    with contextlib.redirect_stdout(own):
        print("hidden")
        copy.stop()
        assert sys.stdout is own
    assert own.getvalue() == "hidden\n"


def test_the_original_streams_other_abilities_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stdout", screen)
    copy = StdoutCopy(tmp_path / "log")
    copy.start()
    assert sys.stdout.isatty() is False
    sys.stdout.flush()
    assert screen.getvalue() == ""
    copy.stop()
    copy.stop()
