"""What leaves this process holds none of its secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from runyard.client import known_secrets
from runyard.client.known_secrets import covered_file, covered_record, covered_update
from runyard.wire.metric import ListRecord, ScalarRecord, TableRecord
from runyard.wire.run import UpdateRunRequest


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_PASSWORD", "hush-hush")


def test_texts_of_metrics_are_covered_and_numbers_come_back_as_they_are() -> None:
    numbers = ListRecord("n", 1, [1.5, None, float("nan")])
    assert covered_record(numbers) is numbers
    assert covered_record(ScalarRecord("s", 1, "is hush-hush", 3)) == ScalarRecord("s", 1, "is ***", 3)
    assert covered_record(ListRecord("l", 1, ["hush-hush", 2])) == ListRecord("l", 1, ["***", 2])
    table = TableRecord("t", 1, {"a": ["hush-hush"], "b": [1]}, "of hush-hush")
    assert covered_record(table) == TableRecord("t", 1, {"a": ["***"], "b": [1]}, "of ***")


def test_tags_and_what_else_an_update_holds_are_covered() -> None:
    request = UpdateRunRequest(
        description="hush-hush", set_tags={"hush-hush": None, "a": "hush-hush!"}, add_properties={"p": "x"}
    )
    covered = covered_update(request)
    assert (covered.description, covered.set_tags, covered.add_properties) == ("***", {"***": None, "a": "***!"}, {"p": "x"})


def test_text_files_keep_their_length_and_others_every_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert covered_file(b"a hush-hush b") == b"a ********* b"
    for binary in (b"\0hush-hush", b"\xffhush-hush"):
        assert covered_file(binary) == binary
    path = tmp_path / "model.txt"
    path.write_text("hush-hush")
    assert covered_file(path) == b"*********"
    path.write_text("nothing here")
    assert covered_file(path) is path
    monkeypatch.setattr(known_secrets, "TEXT_MAX_BYTES", 5)
    path.write_text("hush-hush")
    assert covered_file(path) is path
