"""The doctor's kill test finds nothing lost, and would find it."""

from __future__ import annotations

from pathlib import Path

import pytest

from runyard.client import durability
from runyard.client.durability import measure_durability


def test_killing_a_writer_loses_nothing(tmp_path: Path) -> None:
    report = measure_durability(tmp_path / "new", rounds=2, seed=1)
    assert report.lost == 0
    assert report.recorded > 0
    assert report.sync_ms_longest >= report.sync_ms_median
    assert list((tmp_path / "new").iterdir()) == []


def test_a_journal_that_loses_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durability, "_count", lambda file: 0)
    report = measure_durability(tmp_path, rounds=1, seed=1)
    assert report.lost == report.recorded
