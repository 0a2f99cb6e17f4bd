"""``runyard run monitor-tensorboard``."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runyard.cli.options import examples, experiment_option, run_option, workspace_options

if TYPE_CHECKING:
    from runyard.client.client import Client

FOLDER = "logs/"
EVENTS = "tfevents"
POLL_S = 2.0


@click.command(
    "monitor-tensorboard",
    epilog=examples(
        "runyard run monitor-tensorboard -r RUN_ID", "runyard run monitor-tensorboard -r RUN_ID --local-directory tb"
    ),
)
@run_option
@click.option(
    "--local-directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to copy the files to, and to leave them in. A temporary one where none is given.",
)
@experiment_option
@workspace_options
def monitor_tensorboard(
    run_id: str, local_directory: Path | None, experiment_name: str | None, workspace_name: str | None, path: Path
) -> None:
    """Start TensorBoard on what a run writes to ./logs, and keep it up to date until Ctrl-C. Ended runs can be shown too.

    TensorBoard must be installed beside Runyard: pip install tensorboard.
    """
    from runyard.cli.connection import connect
    from runyard.cli.run import find_run

    if importlib.util.find_spec("tensorboard") is None:
        raise click.ClickException("TensorBoard is not installed here. Install it with: pip install tensorboard")
    client = connect(workspace_name, path).client
    find_run(client, run_id, experiment_name)
    if local_directory is not None:
        local_directory.mkdir(parents=True, exist_ok=True)
        _show(client, run_id, local_directory)
        return
    with tempfile.TemporaryDirectory(prefix="runyard-tensorboard-") as folder:
        _show(client, run_id, Path(folder))


def _show(client: Client, run_id: str, folder: Path) -> None:
    copy_event_files(client, run_id, folder)
    process = subprocess.Popen([sys.executable, "-m", "tensorboard.main", "--logdir", str(folder)])
    try:
        while process.poll() is None:
            time.sleep(POLL_S)
            copy_event_files(client, run_id, folder)
    finally:
        process.terminate()
        process.wait()
    click.get_current_context().exit(process.returncode)


def copy_event_files(client: Client, run_id: str, folder: Path) -> list[Path]:
    """Bring the event files of a run's ./logs up to date in a folder; return those that have changed. What is there is kept."""
    from runyard.domain.artifact import require_artifact_path

    changed = []
    for file in client.artifacts.list(run_id, FOLDER):
        if EVENTS not in Path(file.path).name:
            continue
        target = folder / require_artifact_path(file.path).removeprefix(FOLDER)
        if target.exists() and target.stat().st_size == file.size_bytes:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        client.artifacts.download(run_id, file.path, target)
        changed.append(target)
    return changed
