"""``runyard demo``."""

from __future__ import annotations

from pathlib import Path

import click

from runyard.cli.options import examples, workspace_options
from runyard.cli.studio import show

FOLDER = Path("runyard-demo")
SCRIPT = "train.py"
EXPERIMENT = "demo"


@click.command(epilog=examples("runyard demo", "runyard demo --no-browser"))
@click.option("--no-browser", is_flag=True, help="Only print the link.")
@workspace_options
def demo(no_browser: bool, workspace_name: str | None, path: Path) -> None:
    """Run a small training and watch it live in the browser.

    It is written to runyard-demo/train.py, for you to read and change, and takes ten seconds. Where the file is there already it
    is run as it is. Nothing is asked, and no account is needed.
    """
    from runyard import Environment, Experiment, ScriptRunConfig
    from runyard.cli.connection import connect
    from runyard.sdk.portal import portal_url

    script = FOLDER / SCRIPT
    if not script.exists():
        FOLDER.mkdir(exist_ok=True)
        script.write_text(Path(__file__).with_name("demo_train.py").read_text(encoding="utf-8"), encoding="utf-8")
        click.echo(f"Wrote {script}, a small training to begin with.")
    connection = connect(workspace_name, path)
    config = ScriptRunConfig(str(FOLDER), SCRIPT, environment=Environment(EXPERIMENT))
    run = Experiment(connection.workspace, EXPERIMENT).submit(config)
    click.echo(f"It runs as {run.id}. In the browser:")
    show(portal_url(connection.client, f"/runs/{run.id}/metrics"), no_browser)
    click.echo("Next:")
    for what, command in NEXT:
        click.echo(f"  {what:<26}{command}")


NEXT = [
    ("the same, another rate", f"runyard run submit-script -e {EXPERIMENT} --source-directory {FOLDER} {SCRIPT} --rate 0.1"),
    ("a script of yours", "runyard run submit-script -e first train.py"),
    ("watch all runs here", "runyard top"),
    ("all runs in the browser", "runyard open"),
]
"""What is said to come next, and the command that does it."""
