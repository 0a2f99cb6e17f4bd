from __future__ import annotations

import json

from runyard import Experiment
from runyard.widgets.run_data import LOG_BYTES_MAX, RunData


def test_only_what_has_changed_is_read_again(experiment: Experiment) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    run.log("loss", 0.5)
    run.flush()
    data = RunData(run._client, run.id)
    assert [each.name for each in data.summaries] == ["loss"] and data.is_live
    while data.refresh():
        pass
    assert data.refresh() is False
    run.log("loss", float("nan"))
    run.flush()
    assert data.refresh()
    assert data.series[0].count == 2
    run.child_run("a child").complete()
    run.complete()
    while data.refresh():
        pass
    live: bool = data.is_live
    assert not live
    assert [child.display_name for child in data.children] == [f"{run.display_name}>a child"]
    assert data.children_count == 1
    told = data.as_json()
    assert told["run"]["status"] == "Completed" and told["series"][0]["values"] == [0.5, "NaN"]
    json.dumps(told)


def test_the_script_s_log_comes_first_and_another_can_be_chosen(experiment: Experiment) -> None:
    with experiment.start_logging(snapshot_directory=None) as run:
        run._client.artifacts.put(run.id, "azureml-logs/70_driver_log.txt", b"printed\n")
        run._client.artifacts.put(run.id, "azureml-logs/20_image_build_log.txt", b"built\n")
        run._client.artifacts.put(run.id, "outputs/notes.txt", b"no log")
        data = RunData(run._client, run.id)
        assert data.logs == ["azureml-logs/20_image_build_log.txt", "azureml-logs/70_driver_log.txt"]
        assert (data.log_name, data.log_text) == ("azureml-logs/70_driver_log.txt", "printed\n")
        data.choose_log("azureml-logs/20_image_build_log.txt")
        assert data.log_text == "built\n"


def test_of_a_long_log_the_end_is_kept_from_a_line_s_beginning_on(experiment: Experiment) -> None:
    with experiment.start_logging(snapshot_directory=None) as run:
        lines = "".join(f"line {number}\n" for number in range(20_000))
        run._client.artifacts.put(run.id, "azureml-logs/70_driver_log.txt", lines.encode())
        text = RunData(run._client, run.id).log_text
        assert text.startswith("line ") and text.endswith("line 19999\n")
        assert LOG_BYTES_MAX - 100 < len(text) <= LOG_BYTES_MAX
