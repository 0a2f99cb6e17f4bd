"""``runyard view``."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from runyard.cli.completion import complete_run, complete_view
from runyard.cli.options import examples, order_option, workspace_options
from runyard.cli.output import Output, output_options

if TYPE_CHECKING:
    from runyard.domain.view import ViewRecord

LIST_COLUMNS = ["name", "owner", "sharing", "filter", "order_by", "id"]
SHARING = ["private", "view", "edit"]

view_argument = click.argument("name", shell_complete=complete_view)


@click.group()
def view() -> None:
    """Save, share and show views of run lists; the Studio shows the same ones."""


@view.command("list", epilog=examples("runyard view list -o table"))
@workspace_options
@output_options()
def list_views(workspace_name: str | None, path: Path, output_format: str, query: str | None) -> None:
    """List your own views and those that are shared."""
    from runyard.cli.connection import connect

    found = connect(workspace_name, path).client.views.list()
    Output(output_format, query).print([_document(each) for each in found], LIST_COLUMNS)


@view.command(epilog=examples("runyard view show best", "runyard view show best --runs -o table"))
@view_argument
@click.option("--runs", "with_runs", is_flag=True, help="The runs that it shows, in its columns and order.")
@click.option("--last", type=click.IntRange(1), default=100, show_default=True, help="How many runs.")
@workspace_options
@output_options()
def show(
    name: str, with_runs: bool, last: int, workspace_name: str | None, path: Path, output_format: str, query: str | None
) -> None:
    """Show a view, or the runs that it shows. NAME is its name or its id."""
    from runyard import View
    from runyard.cli.connection import connect
    from runyard.cli.run_table import column_rows
    from runyard.domain.run_filter import parse_field
    from runyard.sdk.view import view_query

    connection = connect(workspace_name, path)
    found = View.get(connection.workspace, name).record
    if not with_runs:
        Output(output_format, query).print(_document(found))
        return
    columns = found.columns or ["id", "experiment", "status", "created", "duration"]
    rows = column_rows(connection.client, view_query(found), {name: parse_field(name) for name in columns})
    Output(output_format, query).print([row for _, row in itertools.islice(rows, last)], columns)


@view.command(
    epilog=examples(
        "runyard view save best --filter 'metric.loss.min < 0.2' --order-by metric.loss.min",
        "runyard view save best --columns id,param.lr,metric.loss.min",
        "runyard view save mine --run RUN_ID --run RUN_ID",
    )
)
@view_argument
@click.option("--filter", "condition", metavar="CONDITION", help="Which runs, as `run list --help` tells it.")
@order_option
@click.option("--columns", metavar="FIELDS", help="Fields of the query language, with commas between them.")
@click.option(
    "-r", "--run", "run_ids", multiple=True, metavar="RUN_ID", help="Show these runs only.", shell_complete=complete_run
)
@workspace_options
@output_options()
def save(
    name: str,
    condition: str | None,
    order_by: str | None,
    columns: str | None,
    run_ids: tuple[str, ...],
    workspace_name: str | None,
    path: Path,
    output_format: str,
    query: str | None,
) -> None:
    """Save a view under a name. Of one that is there, what is named changes."""
    from runyard import View
    from runyard.cli.connection import connect
    from runyard.domain.run_order import parse_columns
    from runyard.errors import NotFoundError

    fields = list(parse_columns(columns)) if columns else []
    workspace = connect(workspace_name, path).workspace
    given: dict[str, Any] = {
        "filter": condition,
        "order_by": order_by,
        "columns": None if columns is None else fields,
        "run_ids": list(run_ids) or None,
    }
    given = {key: value for key, value in given.items() if value is not None}
    try:
        found = View.get(workspace, name)
    except NotFoundError:
        found = View.create(workspace, name, **given)
    else:
        found.update(**given)
    Output(output_format, query).print(_document(found.record))


@view.command(epilog=examples("runyard view share best --as edit", "runyard view share best --as private"))
@view_argument
@click.option("--as", "sharing", type=click.Choice(SHARING), default="view", show_default=True, help="What others may do.")
@workspace_options
@output_options()
def share(name: str, sharing: str, workspace_name: str | None, path: Path, output_format: str, query: str | None) -> None:
    """Share a view with the workspace. Everybody may then look at it (view) or change it (edit), or nobody (private)."""
    from runyard import View
    from runyard.cli.connection import connect

    found = View.get(connect(workspace_name, path).workspace, name)
    found.share(sharing)
    Output(output_format, query).print(_document(found.record))


@view.command(epilog=examples("runyard view delete best"))
@view_argument
@workspace_options
def delete(name: str, workspace_name: str | None, path: Path) -> None:
    """Delete a view of your own. The runs that it shows stay."""
    from runyard import View
    from runyard.cli.connection import connect

    found = View.get(connect(workspace_name, path).workspace, name)
    found.delete()
    click.echo(f"View {found.name} is deleted.")


def _document(record: ViewRecord) -> dict[str, Any]:
    return {**dataclasses.asdict(record), "sharing": record.sharing.value}
