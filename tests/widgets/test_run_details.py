from __future__ import annotations

import pytest

from runyard import Experiment
from runyard.errors import InvalidArgumentError
from runyard.widgets import RunDetails
from runyard.widgets.run_data import RunData
from runyard.widgets.static_view import as_html


def test_without_a_notebook_the_run_is_printed(experiment: Experiment, capsys: pytest.CaptureFixture[str]) -> None:
    with experiment.start_logging(snapshot_directory=None, display_name="first") as run:
        run.log("loss", 0.25)
        run.tag("quality", "good")
    RunDetails(run).show()
    out = capsys.readouterr().out
    for words in ("first", run.id, "Completed", "loss:            0.25", "quality: good", "http://127.0.0.1"):
        assert words in out


def test_as_the_last_line_of_a_cell_it_shows_itself(experiment: Experiment, capsys: pytest.CaptureFixture[str]) -> None:
    formatter = pytest.importorskip("IPython.core.formatters").IPythonDisplayFormatter()
    with experiment.start_logging(snapshot_directory=None, display_name="shown") as run:
        run.log("loss", 0.25)
    assert formatter(RunDetails(run)) is True
    assert "shown" in capsys.readouterr().out


def test_the_page_without_scripts_escapes_what_users_wrote(experiment: Experiment) -> None:
    name = "<script>alert(1)</script>"
    with experiment.start_logging(snapshot_directory=None, display_name=name) as run:
        for step in range(3):
            run.log(name, step)
        run.log("note", name)
        run._client.artifacts.put(run.id, "azureml-logs/70_driver_log.txt", name.encode())
    html = as_html(RunData(run._client, run.id), "http://127.0.0.1/?a=1&b=2")
    assert "<script" not in html and html.count("&lt;script&gt;") >= 4
    assert "<polyline" in html and 'href="http://127.0.0.1/?a=1&amp;b=2"' in html


def test_a_failed_run_shows_its_error(experiment: Experiment) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    run.fail("out of memory", error_code="Resources")
    assert "out of memory" in as_html(RunData(run._client, run.id), "u")


def test_the_widget_s_data_has_the_documented_keys(experiment: Experiment) -> None:
    with experiment.start_logging(snapshot_directory=None) as run:
        run.log("loss", 1)
    data = RunDetails(run).get_widget_data()
    assert {"status", "workbench_run_details_uri", "run_id", "run_properties", "child_runs", "run_metrics", "run_logs"} <= set(
        data
    )
    assert data["status"] == "Completed" and data["run_metrics"][0]["name"] == "loss"


def test_something_else_than_a_run_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="RunDetails shows a run"):
        RunDetails("a run id")  # type: ignore[arg-type]
