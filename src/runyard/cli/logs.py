"""``runyard run monitor-logs`` and ``download-logs``."""

from __future__ import annotations

from pathlib import Path

import click

from runyard.cli.options import examples, experiment_option, run_option, workspace_options


@click.command("monitor-logs", epilog=examples("runyard run monitor-logs -r RUN_ID"))
@run_option
@experiment_option
@workspace_options
def monitor_logs(run_id: str, experiment_name: str | None, workspace_name: str | None, path: Path) -> None:
    """Stream the log of a run until it ends. The exit code is 3 when the run fails. Ctrl-C leaves the run going."""
    from runyard import Run
    from runyard.cli.connection import connect
    from runyard.cli.run import find_run

    connection = connect(workspace_name, path)
    find_run(connection.client, run_id, experiment_name)
    Run.get(connection.workspace, run_id).wait_for_completion(show_output=True)


@click.command("download-logs", epilog=examples("runyard run download-logs -r RUN_ID -d logs"))
@run_option
@click.option(
    "-d",
    "--output-dir",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder to put them in; made when it is not there.",
)
@experiment_option
@workspace_options
def download_logs(run_id: str, output_dir: Path, experiment_name: str | None, workspace_name: str | None, path: Path) -> None:
    """Copy the log files of a run into a folder, and list them."""
    from runyard.cli.connection import connect
    from runyard.cli.run import find_run
    from runyard.domain.artifact import LOG_FOLDERS, require_artifact_path

    client = connect(workspace_name, path).client
    find_run(client, run_id, experiment_name)
    logs = [each.path for each in client.artifacts.list(run_id) if each.path.startswith(LOG_FOLDERS)]
    for name in logs:
        target = output_dir / require_artifact_path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        client.artifacts.download(run_id, name, target)
        click.echo(target)
    if not logs:
        click.echo(f"Run {run_id} has no log files.", err=True)
