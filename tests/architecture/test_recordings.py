"""The recordings in the documents: a session in a terminal as it was, and the picture that is made of it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
CAST = ROOT / "docs" / "recordings" / "top.cast"


@pytest.fixture(scope="module")
def recorder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("record_top", ROOT / "scripts" / "record_top.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_moving_picture_is_made_of_the_recorded_session(recorder: ModuleType) -> None:
    head, *events = [json.loads(line) for line in CAST.read_text().splitlines()]
    assert (head["version"], head["width"], head["height"]) == (2, recorder.COLUMNS, recorder.ROWS)
    shots = recorder.frames([(at, text) for at, _, text in events])
    picture = recorder.moving_picture(shots)
    assert picture == CAST.with_suffix(".svg").read_text()
    ElementTree.fromstring(picture)
    assert len(shots) > 10


def test_the_recorded_session_shows_what_the_document_says(recorder: ModuleType) -> None:
    _, *events = [json.loads(line) for line in CAST.read_text().splitlines()]
    shots = recorder.frames([(at, text) for at, _, text in events])
    shown = "\n".join("".join(char for char, _ in row) for _, cells in shots for row in cells)
    for text in ("runyard top", "● Running", "✗ Failed", "step 60", "▁", "filter: metric.loss < 0.5", "hold the picture still"):
        assert text in shown
