from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

from runyard import Experiment, Workspace

Call = Callable[..., Result]
Found = Callable[..., Any]


def test_what_changed_since_a_cursor_is_listed(two_runs: tuple[str, str], found: Found, call: Call) -> None:
    start = found("run", "list", "--since", "0")
    assert [run["run_id"] for run in start["runs"]] == [two_runs[1], two_runs[0]] and start["removed"] == []
    assert found("run", "list", "--since", str(start["cursor"])) == {"cursor": start["cursor"], "runs": [], "removed": []}
    found("run", "update", "-r", two_runs[0], "--add-tag", "new")
    call("run", "delete", "-r", two_runs[1])
    after = found("run", "list", "--since", str(start["cursor"]))
    assert [run["run_id"] for run in after["runs"]] == [two_runs[0]] and after["removed"] == [two_runs[1]]
    assert after["cursor"] > start["cursor"]
    assert found("run", "list", "--since", str(after["cursor"]), "--query", "runs") == []


def test_what_changed_is_shown_in_the_columns_that_are_asked_for(two_runs: tuple[str, str], found: Found, call: Call) -> None:
    start = found("run", "list", "--since", "0", "--columns", "id,status", "--query", "runs")
    assert start == [{"id": run, "status": "Completed"} for run in reversed(two_runs)]
    told = call("run", "list", "--since", "1", "--last", "1")
    assert told.exit_code == 2 and "--last" in told.stderr
    told = call("run", "list", "--since", "1", "--filter", "status = Faild")
    assert told.exit_code == 2 and "at character 10" in told.stderr


def test_the_cursor_of_a_table_goes_to_stderr(two_runs: tuple[str, str], call: Call) -> None:
    told = call("run", "list", "--since", "0", "-o", "tsv")
    assert told.stderr.startswith("Cursor: ") and two_runs[0] in told.stdout


def test_columns_are_fields_of_the_query_language(two_runs: tuple[str, str], found: Found, call: Call) -> None:
    rows = found("run", "list", "--columns", "id, tag.quality,duration", "--order-by", "created")
    assert [(row["id"], row["tag.quality"]) for row in rows] == [(two_runs[0], "fantastic run"), (two_runs[1], "poor run")]
    assert rows[0]["duration"] > 0
    upwards = found("run", "list", "--columns", "id", "--order-by", "status, -tag.quality")
    assert [row["id"] for row in upwards] == [two_runs[1], two_runs[0]]
    assert call("run", "list", "--columns", "nothing").exit_code == 2


def test_figures_of_metrics_and_of_children_are_columns(workspace: Workspace, project: Path, found: Found, call: Call) -> None:
    with Experiment(workspace, "figures").start_logging(snapshot_directory=None) as run:
        for loss in (0.5, 0.25):
            run.log("loss", loss)
            with run.child_run() as child:
                child.log("loss", loss)
    columns = "metric.loss,metric.loss.min,rollup.loss.last.mean,rollup.loss.last.count,metric.none"
    assert found("run", "list", "-e", "figures", "--columns", columns) == [
        dict(zip(columns.split(","), (0.25, 0.25, 0.375, 2, None), strict=True))
    ]
    assert '"rollup.loss.last.count": 2\n' in call("run", "list", "-e", "figures", "--columns", "rollup.loss.last.count").stdout


def test_runs_are_filtered_by_properties_and_conditions(two_runs: tuple[str, str], found: Found) -> None:
    assert [run["run_id"] for run in found("run", "list", "--properties", "author=someone")] == [two_runs[1]]
    assert [run["run_id"] for run in found("run", "list", "--filter", "property.author = someone")] == [two_runs[1]]
