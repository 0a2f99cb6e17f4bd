"""``runyard run monitor-tensorboard``."""

from __future__ import annotations

from pathlib import Path

import click

from runyard.cli.options import examples, experiment_option, run_option, workspace_options


@click.command(
    "monitor-tensorboard",
    epilog=examples(
        "runyard run monitor-tensorboard -r RUN_ID", "runyard run monitor-tensorboard -r RUN_ID --local-directory tb --port 0"
    ),
)
@run_option
@click.option(
    "--local-directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to copy the files to, and to leave them in. A temporary one where none is given.",
)
@click.option("--port", type=click.IntRange(0, 65_535), default=6006, show_default=True, help="Port; 0 takes a free one.")
@experiment_option
@workspace_options
def monitor_tensorboard(
    run_id: str, local_directory: Path | None, port: int, experiment_name: str | None, workspace_name: str | None, path: Path
) -> None:
    """Start TensorBoard on what a run writes to ./logs, and keep it up to date until Ctrl-C. Ended runs can be shown too.

    TensorBoard must be installed beside Runyard: pip install 'runyard[tensorboard]'.
    """
    from runyard import Run
    from runyard.cli.connection import connect
    from runyard.cli.run import find_run
    from runyard.tensorboard import Tensorboard

    connection = connect(workspace_name, path)
    find_run(connection.client, run_id, experiment_name)
    board = Tensorboard([Run.get(connection.workspace, run_id)], local_root=local_directory, port=port)
    try:
        click.echo(board.start())
        board.wait()
    finally:
        board.stop()
