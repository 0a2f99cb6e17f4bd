"""``runyard run update`` and ``cancel``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from runyard.cli.completion import complete_run
from runyard.cli.options import examples, experiment_option, given_text, parse_pairs, workspace_options
from runyard.cli.output import Output, output_options
from runyard.cli.run import chosen_runs, print_run

runs_option = click.option(
    "-r", "--run", "run_ids", multiple=True, metavar="RUN_ID", help="Id of a run. Can be repeated.", shell_complete=complete_run
)
filter_option = click.option(
    "--filter", "condition", metavar="CONDITION", help="All runs of which this is true, as `run list --help` tells it."
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Only list the runs that it would be done to.")


@click.command(
    epilog=examples(
        "runyard run update -r RUN_ID --add-tag quality='fantastic run'",
        "runyard run update -r RUN_ID --add-tag 'worth another look' --remove-tag draft",
        "runyard run update -r RUN_ID --add-property author=me",
        "runyard run update -r RUN_ID --description @notes.md",
        "runyard run update --filter 'status = Failed and created < -30d' --archive",
    )
)
@runs_option
@filter_option
@click.option("--add-tag", "tags", multiple=True, metavar="KEY[=VALUE]", help="A tag to set. Can be repeated.")
@click.option("--remove-tag", "removed", multiple=True, metavar="KEY", help="A tag to take away. Can be repeated.")
@click.option("--add-property", "properties", multiple=True, metavar="KEY=VALUE", help="A property to set, for ever.")
@click.option("--description", metavar="TEXT", help="Markdown; @FILE reads a file, - reads stdin, an empty text removes it.")
@click.option("--name", "display_name", metavar="TEXT", help="The name that lists show; an empty text: its id.")
@click.option("--colour", metavar="#RRGGBB", help="What charts draw the run in; an empty text: what follows from its id.")
@click.option("--archive/--reactivate", "archived", default=None, help="Hide from lists, or show again.")
@dry_run_option
@experiment_option
@workspace_options
@output_options()
def update(
    run_ids: tuple[str, ...],
    condition: str | None,
    tags: tuple[str, ...],
    removed: tuple[str, ...],
    properties: tuple[str, ...],
    description: str | None,
    display_name: str | None,
    colour: str | None,
    archived: bool | None,
    dry_run: bool,
    experiment_name: str | None,
    workspace_name: str | None,
    path: Path,
    output_format: str,
    query: str | None,
) -> None:
    """Change runs, and show them. What is not named stays.

    Of one run everything can be changed; of several, or of those that --filter finds, tags and whether they are archived.
    """
    from runyard.cli.connection import connect
    from runyard.cli.record import LIST_COLUMNS, run_document
    from runyard.wire.run import UpdateRunRequest, UpdateRunsRequest

    added = parse_pairs(tags)
    contradicted = [key for key in removed if key in added]
    if contradicted:
        raise click.UsageError(f"Tag {contradicted[0]!r} is both to be set and to be taken away. Leave one of them out.")
    own: dict[str, Any] = {
        "display_name": display_name,
        "description": given_text(description, "--description"),
        "add_properties": _properties(properties),
        "colour": colour,
    }
    own = {name: value for name, value in own.items() if value is not None and value != {}}
    if not (added or removed or own or archived is not None):
        raise click.UsageError(
            "Say what to change: --add-tag, --remove-tag, --add-property, --description, --name, --colour, --archive."
        )
    client = connect(workspace_name, path).client
    runs = chosen_runs(client, run_ids, condition, experiment_name, view="All")
    is_one = len(run_ids) == 1
    if own and not is_one:
        raise click.UsageError("Description, name, colour and properties are changed of one run at a time: -r RUN_ID.")
    if is_one and not dry_run:
        request = UpdateRunRequest(set_tags=added, remove_tags=list(removed), archived=archived, **own)
        print_run(client.runs.update(runs[0].id, request), output_format, query)
        return
    if runs and not dry_run:
        ids = [run.id for run in runs]
        runs = client.runs.update_many(
            UpdateRunsRequest(run_ids=ids, set_tags=added, remove_tags=list(removed), archived=archived)
        )
    Output(output_format, query).print([run_document(each) for each in runs], LIST_COLUMNS)


@click.command(
    epilog=examples(
        "runyard run cancel -r RUN_ID -w WORKSPACE -e EXPERIMENT",
        "runyard run cancel -e first --filter 'status = Running and duration > 2h'",
    )
)
@runs_option
@filter_option
@dry_run_option
@experiment_option
@workspace_options
def cancel(
    run_ids: tuple[str, ...],
    condition: str | None,
    dry_run: bool,
    experiment_name: str | None,
    workspace_name: str | None,
    path: Path,
) -> None:
    """Stop runs and their children. A submitted script is told to end, and is killed if it does not."""
    from runyard.cli.connection import connect

    client = connect(workspace_name, path).client
    runs = chosen_runs(client, run_ids, condition, experiment_name)
    if runs and not run_ids and all(run.status.is_terminal for run in runs):
        click.echo("No such run is going on: there is nothing to cancel.", err=True)
    for run in runs if run_ids else [run for run in runs if not run.status.is_terminal]:
        if dry_run:
            click.echo(f"Run {run.id} would be cancelled; its status is {run.status.value}.")
            continue
        if run.status.is_terminal:
            click.echo(f"Run {run.id} had ended already: {run.status.value}.")
            continue
        record = client.runs.cancel(run.id, "cancelled on the command line")
        said = "is cancelled" if record.status.is_terminal else "is being cancelled"
        click.echo(f"Run {run.id} {said}; its status is {record.status.value}.")


def _properties(texts: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in parse_pairs(texts).items():
        if value is None:
            raise click.BadParameter(f"Property {key!r} has no value. Write {key}=value.", param_hint="--add-property")
        found[key] = value
    return found
