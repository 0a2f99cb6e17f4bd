"""``runyard open``."""

from __future__ import annotations

from pathlib import Path

import click

from runyard.cli.completion import complete_run
from runyard.cli.options import examples, workspace_options


@click.command("open", epilog=examples("runyard open", "runyard open RUN_ID", "runyard open RUN_ID --no-browser"))
@click.argument("run_id", required=False, metavar="[RUN_ID]", shell_complete=complete_run)
@click.option("-r", "--run", "named", metavar="RUN_ID", help="The same, as other commands have it.", shell_complete=complete_run)
@click.option("--no-browser", is_flag=True, help="Only print the link.")
@workspace_options
def open_studio(run_id: str | None, named: str | None, no_browser: bool, workspace_name: str | None, path: Path) -> None:
    """Open the Studio, or a run in it. The link is printed too; it signs one browser in, once."""
    from runyard.cli.connection import connect
    from runyard.sdk.portal import portal_url

    if run_id and named:
        raise click.UsageError("Name the run once: runyard open RUN_ID, or runyard open -r RUN_ID.")
    run_id = run_id or named
    client = connect(workspace_name, path).client
    if run_id is not None:
        client.runs.get(run_id)
    show(portal_url(client, "/" if run_id is None else f"/runs/{run_id}"), no_browser)


def show(link: str, no_browser: bool) -> None:
    """Print a link into the Studio, and open it in a browser unless told not to."""
    click.echo(link)
    if not no_browser:
        import webbrowser

        if not webbrowser.open(link):
            click.echo("No browser could be started here. Open the link in one.", err=True)
