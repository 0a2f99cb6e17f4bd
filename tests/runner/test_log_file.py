"""A file of the log is reached whatever becomes of its folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from runyard.runner.log_file import LogFile


def test_it_is_written_and_read_after_its_folder_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    file = LogFile(folder / "log.txt")
    file.keep()
    with (folder / "log.txt").open("a") as script:
        script.write("one")
        script.flush()
        shutil.rmtree(folder)
        assert not file.ends_with_line()
        file.append("\ntwo\n")
        script.write("three\n")
    assert file.read(0, 100) == b"one\ntwo\nthree\n" and file.read(4, 3) == b"two"
    file.close()


def test_what_nobody_has_made_yet_is_no_file_and_is_found_later(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "log.txt")
    with pytest.raises(FileNotFoundError):
        file.read(0, 100)
    (tmp_path / "log.txt").write_text("now")
    assert file.read(0, 100) == b"now"
    file.close()
