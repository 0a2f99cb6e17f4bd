"""The snippets of the Azure ML articles run as they are written there, with ``runyard`` for ``azureml``.

Each text below is a snippet of the articles on runs and their life, submission, metrics, tags, properties, children, cancelling
and failing. Only the package's name is replaced; what a snippet takes for granted (``ws``, a script) is set up by its test.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import runyard
from runyard import Environment, Experiment, Run, ScriptRunConfig, Workspace

HELLO = "print('hello from the script')\n"
HELLO_WITH_DELAY = "import time\nprint('waiting', flush=True)\ntime.sleep(60)\n"
HELLO_WITH_CHILDREN = """
from runyard import Run
run = Run.get_context()
for c, count in enumerate(range(5)):
    with run.child_run() as child:
        child.log(name="Hello from child run", value=c)
"""


@pytest.fixture
def play(workspace: Workspace, experiment: Experiment) -> Callable[..., dict[str, Any]]:
    names: dict[str, Any] = {"ws": workspace, "exp": experiment, "experiment": experiment}

    def play(snippet: str, **more: Any) -> dict[str, Any]:
        names.update(more)
        exec(compile(textwrap.dedent(snippet).replace("azureml", "runyard"), "snippet", "exec"), names)
        return names

    return play


def test_the_version_is_printed(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    play("import azureml.core\nprint(azureml.core.VERSION)")
    assert capsys.readouterr().out.strip() == runyard.VERSION


def test_setting_up_an_experiment(play: Any) -> None:
    names = play(
        """
        import azureml.core
        from azureml.core import Workspace, Experiment, Run
        from azureml.core import ScriptRunConfig

        ws = Workspace.from_config()
        exp = Experiment(workspace=ws, name="explore-runs")
        """
    )
    assert names["exp"].name == "explore-runs" and names["Run"] is Run


def test_start_monitor_and_complete_an_interactive_run(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    names = play(
        """
        notebook_run = exp.start_logging()
        notebook_run.log(name="message", value="Hello from run!")
        print(notebook_run.get_status())
        """
    )
    assert capsys.readouterr().out.strip().endswith("Running")
    details = play("print(notebook_run.get_details())\ndetails = notebook_run.get_details()")["details"]
    assert details["runId"] == names["notebook_run"].id and details["status"] == "Running" and details["target"] == "local"
    assert "runDefinition" not in details and "endTimeUtc" not in details
    capsys.readouterr()
    play("notebook_run.complete()\nprint(notebook_run.get_status())")
    assert capsys.readouterr().out.strip() == "Completed"
    assert names["notebook_run"].get_metrics() == {"message": "Hello from run!"}
    assert names["notebook_run"].get_details()["endTimeUtc"].endswith("Z")


def test_a_with_block_completes_the_run(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    play(
        """
        with exp.start_logging() as notebook_run:
            notebook_run.log(name="message", value="Hello from run!")
            print(notebook_run.get_status())

        print(notebook_run.get_status())
        """
    )
    assert capsys.readouterr().out.split() == ["Running", "Completed"]


def test_properties_never_change(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    play("local_run = exp.start_logging(snapshot_directory=None)")
    play('local_run.add_properties({"author":"azureml-user"})\nprint(local_run.get_properties())')
    assert "'author': 'runyard-user'" in capsys.readouterr().out
    names = play(
        """
        try:
            local_run.add_properties({"author":"different-user"})
        except Exception as e:
            print(e)
        """
    )
    assert "author" in capsys.readouterr().out
    assert names["local_run"].get_properties()["author"] == "runyard-user"


def test_tags_change_and_may_be_bare(play: Any, capsys: pytest.CaptureFixture[str]) -> None:
    play("local_run = exp.start_logging(snapshot_directory=None)")
    play(
        """
        local_run.tag("quality", "great run")
        print(local_run.get_tags())

        local_run.tag("quality", "fantastic run")
        print(local_run.get_tags())
        """
    )
    assert capsys.readouterr().out.splitlines() == ["{'quality': 'great run'}", "{'quality': 'fantastic run'}"]
    play('local_run.tag("worth another look")\nprint(local_run.get_tags())')
    assert capsys.readouterr().out.strip() == "{'quality': 'fantastic run', 'worth another look': None}"


def test_runs_are_found_by_properties_and_tags(play: Any) -> None:
    play('a = exp.start_logging(snapshot_directory=None)\na.add_properties({"author":"azureml-user"})')
    play('a.tag("quality", "fantastic run")')
    play('b = exp.start_logging(snapshot_directory=None)\nb.add_properties({"author":"azureml-user"})')
    names = play('b.tag("worth another look")')
    names = play(
        """
        first = list(exp.get_runs(properties={"author":"azureml-user"},tags={"quality":"fantastic run"}))
        second = list(exp.get_runs(properties={"author":"azureml-user"},tags="worth another look"))
        """
    )
    assert [run.id for run in names["first"]] == [names["a"].id]
    assert [run.id for run in names["second"]] == [names["b"].id]


def test_cancelling_a_submitted_run(play: Any, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "hello_with_delay.py").write_text(HELLO_WITH_DELAY)
    names = play(
        """
        src = ScriptRunConfig(source_directory='.', script='hello_with_delay.py')
        local_run = exp.submit(src)
        print(local_run.get_status())

        local_run.cancel()
        print(local_run.get_status())
        """,
        ScriptRunConfig=ScriptRunConfig,
    )
    before, after = capsys.readouterr().out.split()
    assert before in ("Queued", "Starting", "Preparing", "Running") and after in ("CancelRequested", "Canceled")
    assert names["local_run"].wait_for_completion()["status"] == "Canceled"


def test_failing_a_submitted_run_wins_over_its_exit(play: Any, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "hello.py").write_text(HELLO)
    names = play(
        """
        src = ScriptRunConfig(source_directory='.', script='hello.py')
        local_run = exp.submit(src)
        local_run.fail()
        print(local_run.get_status())
        """,
        ScriptRunConfig=ScriptRunConfig,
    )
    assert capsys.readouterr().out.strip() == "Failed"
    assert names["local_run"].wait_for_completion(raise_on_error=False)["status"] == "Failed"


def test_children_of_submitted_and_of_interactive_runs(play: Any, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "hello_with_children.py").write_text(HELLO_WITH_CHILDREN)
    names = play(
        """
        src = ScriptRunConfig(source_directory='.', script='hello_with_children.py')

        local_run = exp.submit(src)
        local_run.wait_for_completion(show_output=True)
        print(local_run.get_status())

        with exp.start_logging() as parent_run:
            for c,count in enumerate(range(5)):
                with parent_run.child_run() as child:
                    child.log(name="Hello from child run", value=c)
        print(parent_run.get_children())
        """,
        ScriptRunConfig=ScriptRunConfig,
    )
    out = capsys.readouterr().out
    assert f"RunId: {names['local_run'].id}" in out and "Execution Summary" in out and "Completed" in out
    for parent in (names["local_run"], names["parent_run"]):
        children = list(parent.get_children())
        assert [child.get_status() for child in children] == ["Completed"] * 5
        assert sorted(child.get_metrics()["Hello from child run"] for child in children) == [0, 1, 2, 3, 4]
        assert {child.parent.id for child in children} == {parent.id}


PARENT = """
# parent.py
# This script controls the launching of child scripts
from runyard.core import Run, ScriptRunConfig, Workspace
ws = Workspace.from_config()

compute_target = ws.compute_targets["local"]

run = Run.get_context()

child_args = ['Apple', 'Banana', 'Orange']
for arg in child_args:
    run.log('Status', f'Launching {arg}')
    child_config = ScriptRunConfig(
        source_directory=".", script='child.py', arguments=['--fruit', arg], compute_target=compute_target)
    # Starts the run asynchronously
    run.submit_child(child_config)

# Experiment will "complete" successfully at this point.
# Instead of returning immediately, block until child runs complete

for child in run.get_children():
    child.wait_for_completion()
"""

CHILD = """
import argparse
from runyard.core import Run

parser = argparse.ArgumentParser()
parser.add_argument('--fruit')
fruit = parser.parse_args().fruit

## In child run script
child_run = Run.get_context()
child_run.parent.id
child_run.log('fruit', fruit)
child_run.log('parent', child_run.parent.id)

# in child (or even grandchild) run

def root_run(self : Run) -> Run :
    if self.parent is None :
        return self
    return root_run(self.parent)

current_child_run = Run.get_context()
root_run(current_child_run).log("MyMetric", f"Data from child run {current_child_run.id}")
"""


@pytest.mark.slow
def test_a_parent_submits_children_that_log_to_its_root(experiment: Experiment, project: Path) -> None:
    (project / "parent.py").write_text(PARENT)
    (project / "child.py").write_text(CHILD)
    parent = experiment.submit(ScriptRunConfig(source_directory=".", script="parent.py"))
    assert parent.wait_for_completion()["status"] == "Completed"
    children = list(parent.get_children())
    assert sorted(child.get_metrics()["fruit"] for child in children) == ["Apple", "Banana", "Orange"]
    assert {child.get_metrics()["parent"] for child in children} == {parent.id}
    metrics = parent.get_metrics()
    assert metrics["Status"] == ["Launching Apple", "Launching Banana", "Launching Orange"]
    assert sorted(metrics["MyMetric"]) == sorted(f"Data from child run {child.id}" for child in children)
    recursive = parent.get_metrics(recursive=True)
    assert set(recursive) == {parent.id, *(child.id for child in children)}


def test_submitting_with_an_environment_of_ones_own(play: Any, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = project / "project_folder"
    folder.mkdir()
    (folder / "train.py").write_text(
        "import os, sys\nos.makedirs('outputs', exist_ok=True)\n"
        "open('outputs/my_output_file', 'w').write(' '.join(sys.argv[1:]))\nprint('trained')\n"
    )
    play(
        """
        from azureml.core import Experiment

        experiment_name = 'my_experiment'
        experiment = Experiment(workspace=ws, name=experiment_name)
        """
    )
    play(
        """
        from azureml.core import Environment

        myenv = Environment("user-managed-env")
        myenv.python.user_managed_dependencies = True
        """
    )
    play(
        """
        from azureml.core import ScriptRunConfig

        src = ScriptRunConfig(source_directory=project_folder,
                              script='train.py',
                              arguments=['--arg1', arg1_val, '--arg2', arg2_val],
                              compute_target=my_compute_target,
                              environment=myenv)

        # Set compute target
        # Skip this if you are running on your local computer
        script_run_config = src
        script_run_config.run_config.target = my_compute_target
        """,
        project_folder="project_folder",
        my_compute_target="local",
        arg1_val=0.5,
        arg2_val="two",
    )
    names = play(
        """
        run = experiment.submit(config=src)
        run.wait_for_completion(show_output=True)
        run.download_file(name='outputs/my_output_file', output_file_path='my_destination_path')
        """
    )
    out = capsys.readouterr().out
    assert "trained" in out and "Streaming azureml-logs/70_driver_log.txt" in out
    assert (project / "my_destination_path").read_text() == "--arg1 0.5 --arg2 two"
    run = names["run"]
    assert run.get_details()["runDefinition"]["arguments"] == ["--arg1", "0.5", "--arg2", "two"]
    assert run.experiment.name == "my_experiment" and "outputs/my_output_file" in run.get_file_names()


def test_the_table_of_what_is_logged(play: Any) -> None:
    names = play(
        """
        run = exp.start_logging(snapshot_directory=None)
        run.log_list(name='Fibonacci', value=[0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89])
        sines = {'angle': [], 'sine': []}
        for i in range(-10, 10):
            run.log(name='Sigmoid', value=1 / (1 + math.exp(-i)))
            angle = i / 2.0
            run.log_row(name='Cosine Wave', angle=angle, cos=math.cos(angle))
            sines['angle'].append(angle)
            sines['sine'].append(math.sin(angle))
        run.log_table(name='Sine Wave', value=sines)
        run.log_list("my metric name", my_metric[:N])
        run.log_list("my metric name", my_metric[N:])
        metrics = run.get_metrics()
        """,
        math=math,
        my_metric=list(range(10)),
        N=4,
    )
    metrics = names["metrics"]
    assert metrics["Fibonacci"] == [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89]
    assert metrics["Sigmoid"] == [1 / (1 + math.exp(-i)) for i in range(-10, 10)]
    angles = [i / 2.0 for i in range(-10, 10)]
    assert metrics["Cosine Wave"] == {"angle": angles, "cos": [math.cos(angle) for angle in angles]}
    assert metrics["Sine Wave"] == {"angle": angles, "sine": [math.sin(angle) for angle in angles]}
    assert metrics["my metric name"] == list(range(10))


def test_the_best_run_by_lowest_error_is_one_line(play: Any) -> None:
    names = play(
        """
        for mse in (0.5, 0.2, 0.9):
            with exp.start_logging(snapshot_directory=None) as run:
                run.log('mse', mse)
        best = min(exp.get_runs(), key=lambda run: run.get_metrics()['mse'])
        """
    )
    assert names["best"].get_metrics() == {"mse": 0.2}


def test_the_link_to_the_studio_and_the_list_of_log_files(play: Any, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "hello.py").write_text(HELLO)
    names = play("run = exp.submit(ScriptRunConfig('.', 'hello.py'))\nrun.wait_for_completion()", ScriptRunConfig=ScriptRunConfig)
    play("print(run.get_portal_url())")
    assert capsys.readouterr().out.startswith("http://127.0.0.1:")
    logs = names["run"].get_details()["logFiles"]
    assert "azureml-logs/70_driver_log.txt" in logs
    assert "hello from the script" in names["run"].get_details_with_logs()["logFiles"]["azureml-logs/70_driver_log.txt"]


def test_archiving_an_experiment_hides_it(play: Any, workspace: Workspace) -> None:
    play("exp.start_logging(snapshot_directory=None).complete()\nexp.archive()")
    assert "explore-runs" not in {each.name for each in Experiment.list(workspace)}
    play("exp.reactivate()")
    assert "explore-runs" in {each.name for each in Experiment.list(workspace)}


def test_an_environment_without_a_choice_is_made(experiment: Experiment, project: Path) -> None:
    (project / "hello.py").write_text(HELLO)
    run = experiment.submit(ScriptRunConfig(".", "hello.py"))
    run.wait_for_completion()
    assert run.get_details()["runDefinition"]["environment"]["name"] == Environment("default-environment").name


def test_the_statuses_of_a_parent_and_its_children_are_independent(experiment: Experiment) -> None:
    with experiment.start_logging(snapshot_directory=None) as parent:
        failed, cancelled, good = parent.create_children(count=3)
        failed.fail("wrong data")
        cancelled.cancel()
        good.complete()
    assert parent.get_status() == "Completed"
    assert [child.get_status() for child in (failed, cancelled, good)] == ["Failed", "Canceled", "Completed"]


def test_details_give_the_run_id_and_the_execution_time(experiment: Experiment) -> None:
    with experiment.start_logging(snapshot_directory=None) as run:
        pass
    details = run.get_details()
    assert details["runId"] == run.id and details["startTimeUtc"] <= details["endTimeUtc"]


def test_a_description_in_markdown_is_kept_and_searched(experiment: Experiment, workspace: Workspace) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    run.description = "See [the other run](/runs/x) and ![a picture](outputs/a.png): *learning rate* warm-up"
    run.complete()
    assert (Run.get(workspace, run.id).description or "").startswith("See [the other run]")
    assert [each.id for each in workspace.get_runs('text "rate* warm-up"')] == [run.id]


def test_properties_and_tags_make_runs_found_and_only_tags_change(experiment: Experiment) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    run.add_properties({"author": "azureml-user"})
    run.tag("quality", "great run")
    run.tag("quality", "fantastic run")
    run.complete()
    run.add_properties({"author": "azureml-user", "reviewer": "another"})
    assert list(experiment.get_runs(properties={"author": "azureml-user", "reviewer": "another"}, tags="quality")) == [run]
    assert list(experiment.get_runs(tags={"quality": "great run"})) == []


def test_a_run_that_ended_well_is_marked_as_failed_when_the_wrong_script_was_used(experiment: Experiment) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    run.complete()
    run.fail("the wrong training script was used")
    assert run.get_status() == "Failed"
    assert run.get_details()["error"]["error"]["message"] == "the wrong training script was used"


@pytest.mark.slow
def test_children_have_targets_arguments_and_environments_of_their_own(experiment: Experiment, project: Path) -> None:
    (project / "child.py").write_text("import os, sys\nprint(sys.argv[1], os.environ['KIND'])\n")
    with experiment.start_logging(snapshot_directory=None) as parent:
        for kind in ("cpu", "gpu"):
            config = ScriptRunConfig(".", "child.py", arguments=["--kind=" + kind], compute_target="local")
            config.run_config.environment = Environment(f"for-{kind}")
            config.run_config.environment.environment_variables = {"KIND": kind}
            parent.submit_child(config)
        for child in parent.get_children():
            child.wait_for_completion()
    definitions = [child.get_details()["runDefinition"] for child in parent.get_children(order_by="created")]
    assert [(each["arguments"], each["environment"]["name"]) for each in definitions] == [
        (["--kind=cpu"], "for-cpu"),
        (["--kind=gpu"], "for-gpu"),
    ]
