"""``runyard export`` and ``runyard import``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

Call = Callable[..., Result]
Found = Callable[..., Any]


def test_runs_go_out_and_come_back_as_copies(two_runs: tuple[str, str], project: Path, found: Found, call: Call) -> None:
    report = found("export", "runs.zip")
    assert set(report["exported"]) == set(two_runs) and (project / "runs.zip").stat().st_size > 0
    assert found("import", "runs.zip", "--dry-run")["taken"] == report["exported"]
    told = call("import", "runs.zip")
    assert told.exit_code == 0 and "is not brought in: a run with its id is here" in told.stderr
    copies = found("import", "--as-copy", "runs.zip", "-e", "copies")["imported"]
    assert sorted(copies) == sorted(f"{run_id}-copy" for run_id in two_runs)
    assert set(found("run", "list", "-e", "copies", "--query", "[].run_id")) == set(copies)
    assert found("import", "runs", "runs.zip", "--as-copy")["skipped"] == copies


def test_what_is_exported_can_be_chosen_and_tried(two_runs: tuple[str, str], project: Path, found: Found, call: Call) -> None:
    assert found("export", "one", "-r", two_runs[0], "--dry-run", "--query", "exported") == [two_runs[0]]
    assert found("export", "one", "--filter", "tag.quality = 'fantastic run'")["exported"] == [two_runs[0]]
    again = call("export", "one")
    assert again.exit_code == 1 and "already" in again.stderr
    assert call("import", "nothing").exit_code == 1
    assert "runs" in call("import", "--help").stdout
