"""``runyard run submit-script``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runyard.cli.options import examples, experiment_option, parse_pairs, workspace_options
from runyard.cli.output import Output, output_options

if TYPE_CHECKING:
    from runyard.sdk.script_run_config import ScriptRunConfig


@dataclass(frozen=True)
class Submission:
    """What the command line says about the script to run."""

    script: str | None
    arguments: tuple[str, ...]
    source_directory: Path
    configuration_name: str | None
    target: str | None
    conda_file: Path | None
    gpus: int | None = None


@click.command(
    "submit-script",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog=examples(
        "runyard run submit-script -c sklearn -e testexperiment train.py",
        "runyard run submit-script -e first --tag baseline train.py --lr 0.1",
        "runyard run submit-script -e first --async --query run_id train.py",
        "runyard run submit-script -e first --plan -o table train.py",
    ),
)
@click.argument("script", required=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@experiment_option
@click.option("-c", "--run-configuration-name", "configuration_name", metavar="NAME", help="A saved run configuration.")
@click.option("--ct", "--target", "target", metavar="NAME", help="Compute target; this machine where none is given.")
@click.option(
    "--source-directory", type=click.Path(path_type=Path), help="Folder that is stored and run in. The one of --path else."
)
@click.option(
    "-d", "--conda-dependencies", "conda_file", type=click.Path(path_type=Path), help="Conda file with the packages to run with."
)
@click.option("--gpus", type=click.IntRange(min=0), metavar="NUMBER", help="GPUs that each node of the run has to itself.")
@click.option("--tag", "tags", multiple=True, metavar="KEY[=VALUE]", help="A tag of the run. Can be given several times.")
@click.option("--plan", "only_plan", is_flag=True, help="Show what would be sent and done, and do nothing.")
@click.option("--async", "detached", is_flag=True, help="Return at once and print the run; it goes on.")
@workspace_options
@output_options()
def submit_script(
    script: str | None,
    arguments: tuple[str, ...],
    experiment_name: str | None,
    configuration_name: str | None,
    target: str | None,
    source_directory: Path | None,
    conda_file: Path | None,
    gpus: int | None,
    tags: tuple[str, ...],
    only_plan: bool,
    detached: bool,
    workspace_name: str | None,
    path: Path,
    output_format: str,
    query: str | None,
) -> None:
    """Run SCRIPT and stream its output until it ends; what follows the script goes to the script.

    The options of this command come before the script. The exit code is 3 when the run fails. Ctrl-C leaves the run going.
    """
    from runyard import Experiment
    from runyard.cli.connection import connect
    from runyard.cli.run import print_run
    from runyard.sdk.submission import check_submission
    from runyard.sdk.submission_plan import plan_submission

    submission = Submission(script, arguments, source_directory or path, configuration_name, target, conda_file, gpus)
    config = run_config(submission, path)
    connection = connect(workspace_name, path)
    name = (
        experiment_name if experiment_name is not None else connection.experiment_name or folder_name(submission.source_directory)
    )
    if only_plan:
        plan = plan_submission(config, Experiment._handle(connection.workspace, name))
        click.echo(str(plan)) if output_format == "table" else Output(output_format, query).print(plan.as_dict())
        return
    _tell_misplaced(arguments)
    check_submission(config, connection.client)
    run = Experiment(connection.workspace, name).submit(config, tags=parse_pairs(tags))
    if detached:
        print_run(connection.client.runs.get(run.id), output_format, query)
    else:
        run.wait_for_completion(show_output=True)


def _tell_misplaced(arguments: tuple[str, ...]) -> None:
    """Say which options went to the script though this command has them too. They may well be meant for it."""
    known = {name for parameter in submit_script.params for name in parameter.opts if name.startswith("--")}
    misplaced = [word for word in arguments if word.partition("=")[0] in known]
    if misplaced:
        named = ", ".join(misplaced)
        click.echo(f"Note: {named} stands after the script, so the script gets it; runyard's options come before it.", err=True)


def run_config(submission: Submission, path: Path) -> ScriptRunConfig:
    """Return what to submit: the saved configuration, if one is named, with what the command line says over it.

    Raises:
        click.UsageError: there is no script.
        ConfigurationError: a named file is missing or broken.
    """
    from runyard import ScriptRunConfig
    from runyard.sdk.conda_dependencies import CondaDependencies
    from runyard.sdk.run_configuration import RunConfiguration

    options = RunConfiguration.load(path, submission.configuration_name) if submission.configuration_name else RunConfiguration()
    if submission.target:
        options.target = submission.target
    if submission.conda_file:
        options.environment.python.conda_dependencies = CondaDependencies(submission.conda_file)
    if submission.gpus is not None:
        options.resources.gpu = submission.gpus
    script = submission.script or options.script
    if script is None and options.command is None:
        raise click.UsageError("Which script? Give it last: runyard run submit-script -e first train.py")
    return ScriptRunConfig(
        source_directory=submission.source_directory, script=script, arguments=list(submission.arguments), run_config=options
    )


def folder_name(folder: Path) -> str:
    """Return the experiment name that a folder gives: its own, with '-' for what a name cannot have."""
    name = re.sub(r"[^\w-]+", "-", folder.absolute().name, flags=re.ASCII).strip("-_")
    return name[:255] or "default"
