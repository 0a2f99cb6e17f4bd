"""``runyard folder``."""

from __future__ import annotations

from pathlib import Path

import click

from runyard.cli.completion import complete_workspace
from runyard.cli.connection import chosen_profile
from runyard.cli.options import examples, profile_option
from runyard.cli.output import Output, output_options


@click.group()
def folder() -> None:
    """Tie project folders to workspaces."""


@folder.command(
    epilog=examples(
        "runyard folder attach -w myworkspace -g myresourcegroup",
        "runyard folder attach -w team -e first --profile team",
        "runyard run submit-script -c sklearn -e testexperiment train.py",
    )
)
@click.option("-w", "--workspace-name", required=True, metavar="NAME", help="Workspace.", shell_complete=complete_workspace)
@click.option("-g", "--resource-group", metavar="NAME", help="Kept in config.json; without effect here.")
@click.option("-e", "--experiment-name", metavar="NAME", help="Experiment of submitted scripts; the folder's name else.")
@click.option("--subscription-id", metavar="ID", help="Kept in config.json; without effect here.")
@click.option("--path", type=click.Path(path_type=Path), default=".", show_default=True, help="The project folder.")
@profile_option
@output_options()
def attach(
    workspace_name: str,
    resource_group: str | None,
    experiment_name: str | None,
    subscription_id: str | None,
    path: Path,
    output_format: str,
    query: str | None,
) -> None:
    """Write a .runyard folder into a project.

    It has config.json, two sample run configurations and a conda file in it.

    From then on commands and `Workspace.from_config()` in the folder are about that workspace. On the server of this machine the
    workspace is made when it is not there yet. Files that are there stay, but for config.json.
    """
    from runyard.cli.submit import folder_name
    from runyard.domain.experiment import require_experiment_name
    from runyard.sdk.project_folder import attach_folder

    name = require_experiment_name(experiment_name if experiment_name is not None else folder_name(path))
    config, written = attach_folder(
        path,
        workspace_name,
        experiment_name=name,
        resource_group=resource_group,
        subscription_id=subscription_id,
        profile=chosen_profile(),
    )
    document = {
        "Experiment name": config.experiment_name,
        "Subscription id": config.subscription_id,
        "Resource group": config.resource_group,
        "Workspace name": config.workspace_name,
        "Files": [str(file.relative_to(path.absolute())) for file in written],
    }
    Output(output_format, query).print(document)
