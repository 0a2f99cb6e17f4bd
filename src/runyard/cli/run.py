"""``runyard run``: the group, and the commands that look at runs."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from runyard.cli.completion import complete_run, complete_status, complete_target
from runyard.cli.lazy import LazyCommand, LazyGroup
from runyard.cli.options import examples, experiment_option, order_option, parse_pairs, run_option, workspace_options
from runyard.cli.output import Output, output_options
from runyard.cli.query_help import QUERY_HELP

if TYPE_CHECKING:
    from runyard.client.client import Client
    from runyard.domain.run import RunRecord
    from runyard.wire.run import RunQuery

COMMANDS = {
    "submit-script": LazyCommand("runyard.cli.submit", "submit_script", "Run a script and stream its output."),
    "list": LazyCommand("runyard.cli.run", "list_runs", "List runs, newest first."),
    "show": LazyCommand("runyard.cli.run", "show", "Show a run with all that is known of it."),
    "events": LazyCommand("runyard.cli.run_events", "events", "List what was done to a run, when, and by whom."),
    "diff": LazyCommand("runyard.cli.run_diff", "diff", "Show what differs between two runs."),
    "wait": LazyCommand("runyard.cli.run_wait", "wait", "Wait until runs are as a condition says."),
    "update": LazyCommand("runyard.cli.run_change", "update", "Change tags, properties, description, name."),
    "cancel": LazyCommand("runyard.cli.run_change", "cancel", "Stop runs and their children."),
    "delete": LazyCommand("runyard.cli.run_bin", "delete", "Put ended runs into the bin."),
    "restore": LazyCommand("runyard.cli.run_bin", "restore", "Bring runs back from the bin."),
    "purge": LazyCommand("runyard.cli.run_bin", "purge", "Remove what is in the bin for good."),
    "monitor-logs": LazyCommand("runyard.cli.logs", "monitor_logs", "Stream the log of a run until it ends."),
    "download-logs": LazyCommand("runyard.cli.logs", "download_logs", "Copy the log files of a run into a folder."),
    "monitor-tensorboard": LazyCommand("runyard.cli.tensorboard", "monitor_tensorboard", "Watch a run in TensorBoard."),
}

LAST_DEFAULT = 10
PAGE = 200
VIEWS = ["ActiveOnly", "ArchivedOnly", "All", "Deleted"]


@click.command(cls=LazyGroup, lazy=COMMANDS)
def run() -> None:
    """Submit, list, show, compare, wait for, change and stop runs."""


@click.command(
    "list",
    epilog=QUERY_HELP
    + "\n"
    + examples(
        "runyard run list --experiment-name experiment",
        "runyard run list -e first --filter 'status = Failed and created > -7d'",
        "runyard run list --order-by metric.loss.min --columns id,param.lr,metric.loss.min -o table",
        "runyard run list --order-by status,-metric.loss.min",
        "runyard run list -e first \"[?tags.quality=='fantastic run'].run_id\" -o tsv",
        "runyard run list --since 0 --query cursor",
    ),
)
@click.argument("words", nargs=-1, metavar="[JMESPATH]")
@experiment_option
@click.option("--filter", "condition", metavar="CONDITION", help="Only runs of which this is true, in the query language below.")
@order_option
@click.option("--columns", metavar="FIELDS", help="Show these fields of the query language, such as id,param.lr,metric.loss.min.")
@click.option("--last", type=click.IntRange(1), help=f"How many. {LAST_DEFAULT} where nothing is queried, else all.")
@click.option("--status", metavar="STATUS", help="Only runs in this status, such as Failed.", shell_complete=complete_status)
@click.option("--tags", multiple=True, metavar="KEY[=VALUE]", help="Only runs with this tag. Can be given several times.")
@click.option("--properties", multiple=True, metavar="KEY[=VALUE]", help="Only runs with this property. Likewise.")
@click.option(
    "--parent-run-id", "--pipeline-run-id", metavar="RUN_ID", help="Only children of this run.", shell_complete=complete_run
)
@click.option("--include-children", is_flag=True, help="Children too, not top-level runs only.")
@click.option("--compute-target-name", metavar="NAME", help="Only runs on this compute target.", shell_complete=complete_target)
@click.option(
    "--view",
    type=click.Choice(VIEWS, case_sensitive=False),
    metavar="ActiveOnly|ArchivedOnly|All|Deleted",
    default="ActiveOnly",
    show_default=True,
    help="Archived runs, or the bin.",
)
@click.option("--since", type=click.IntRange(0), metavar="CURSOR", help="Only runs that changed since a cursor; 0 for all.")
@click.option("--minimal", is_flag=True, help="Seven keys of each run.")
@workspace_options
@output_options()
def list_runs(
    words: tuple[str, ...],
    columns: str | None,
    last: int | None,
    since: int | None,
    minimal: bool,
    workspace_name: str | None,
    path: Path,
    output_format: str,
    query: str | None,
    **filters: Any,
) -> None:
    """List runs, newest first. A JMESPath expression may follow as it is: '[?status==`Failed`]'.

    With --since the result is an object: the runs that changed, the ids of those that are gone, and the cursor for next time.
    """
    from runyard.cli.connection import connect
    from runyard.cli.record import LIST_COLUMNS, minimal_document, run_document
    from runyard.cli.run_feed import changed_runs
    from runyard.cli.run_table import column_rows
    from runyard.domain.run_order import parse_columns

    fields = None if columns is None else parse_columns(columns)
    if since and last:
        raise click.UsageError("--last would leave out runs that --since does not bring again. Leave it out.")
    expression = _expression(words, query)
    client = connect(workspace_name, path).client
    wanted = _run_query(**filters)
    output = Output(output_format, expression)
    document = minimal_document if minimal else run_document
    shown = list(fields) if fields else [] if minimal else LIST_COLUMNS

    def rows(asked: RunQuery) -> Iterator[tuple[str, dict[str, Any]]]:
        return column_rows(client, asked, fields) if fields else ((run.id, document(run)) for run in client.runs.iterate(asked))

    if since is not None:
        if wanted.filter:
            client.runs.search(dataclasses.replace(wanted, limit=1))  # what is wrong with it is told of it alone
        found = changed_runs(client, wanted, since, rows, last)
        output.print_fed(found.runs, found.removed, found.cursor, shown)
        return
    most = last or (None if expression else LAST_DEFAULT)
    runs = [each for _, each in itertools.islice(rows(wanted), most)]
    if not runs and filters["experiment_name"]:
        client.experiments.get(filters["experiment_name"])
    output.print(runs, shown)


@click.command(
    epilog=examples(
        "runyard run show -r RUN_ID",
        "runyard run show -r RUN_ID --query error.error.message",
        "runyard run show -r RUN_ID -o table",
    )
)
@run_option
@experiment_option
@workspace_options
@output_options()
def show(
    run_id: str, experiment_name: str | None, workspace_name: str | None, path: Path, output_format: str, query: str | None
) -> None:
    """Show a run with all that is known of it. The exception of a failed script is in "error"."""
    from runyard.cli.connection import connect

    record = find_run(connect(workspace_name, path).client, run_id, experiment_name)
    print_run(record, output_format, query)


def find_run(client: Client, run_id: str, experiment_name: str | None) -> RunRecord:
    """Return a run, which must be of the experiment when one is named.

    Raises:
        NotFoundError: there is none of that id, or it is of another experiment.
    """
    from runyard.errors import NotFoundError

    record = client.runs.get(run_id)
    if experiment_name is not None and record.experiment != experiment_name:
        raise NotFoundError(
            f"Experiment {experiment_name} has no run {run_id}: it belongs to {record.experiment}. Leave -e out.",
            run_id=run_id,
        )
    return record


def chosen_runs(
    client: Client,
    run_ids: tuple[str, ...],
    condition: str | None,
    experiment_name: str | None,
    *,
    view: str = "ActiveOnly",
    needs_one: bool = False,
) -> list[RunRecord]:
    """Return the runs that a command line is about: those that it names, or those that its filter finds, children too.

    Raises:
        click.UsageError: it says neither, or both, or has an empty filter, which would mean all runs.
        NotFoundError: a run that it names is not there, or the filter finds none and the caller needs one.
    """
    if condition is not None and not condition.strip():
        raise click.UsageError("The filter is empty, which would mean all runs. All runs are: --filter 'status is not null'.")
    if bool(run_ids) == bool(condition):
        raise click.UsageError("Say which runs: -r RUN_ID, as often as needed, or --filter CONDITION.")
    if run_ids:
        return [find_run(client, run_id, experiment_name) for run_id in dict.fromkeys(run_ids)]
    found = list(_found(client, str(condition), experiment_name, view))
    if not found and needs_one:
        from runyard.errors import NotFoundError

        raise NotFoundError(f"No run meets the filter {condition!r}, so there is nothing to wait for. Check the filter.")
    if not found:
        click.echo("No run fits the filter.", err=True)
    return found


def _found(client: Client, condition: str, experiment_name: str | None, view: str) -> Iterator[RunRecord]:
    from runyard.domain.run import RunView
    from runyard.wire.run import RunQuery

    query = RunQuery(filter=condition, experiment=experiment_name, include_children=True, view=RunView(view), limit=PAGE)
    return client.runs.iterate(query)


def print_run(record: RunRecord, output_format: str, query: str | None) -> None:
    """Print one run; as a table with the failed script's traceback below it."""
    from runyard.cli.record import SHOWN_FIELDS, run_document

    Output(output_format, query).print(run_document(record), SHOWN_FIELDS)
    if output_format == "table" and not query and record.error:
        told = record.error.traceback or f"{record.error.type or record.error.code}: {record.error.message}"
        click.echo(f"\nIt failed:\n{told.rstrip()}")


def _expression(words: tuple[str, ...], query: str | None) -> str | None:
    bare = " ".join(words)
    if bare and query:
        raise click.UsageError("Give the JMESPath expression once: after --query, or alone.")
    if bare and not bare.startswith("["):
        raise click.UsageError(f"Unexpected {bare!r}. A JMESPath expression that stands alone begins with '['.")
    return bare or query


def _run_query(
    experiment_name: str | None,
    condition: str | None,
    order_by: str | None,
    status: str | None,
    tags: tuple[str, ...],
    properties: tuple[str, ...],
    parent_run_id: str | None,
    include_children: bool,
    compute_target_name: str | None,
    view: str,
) -> RunQuery:
    from runyard.domain.experiment import require_experiment_name
    from runyard.domain.run import RunView
    from runyard.wire.run import RunQuery

    return RunQuery(
        experiment=None if experiment_name is None else require_experiment_name(experiment_name),
        filter=condition,
        order_by=order_by or "-created",
        status=[_status(status)] if status else [],
        tags=parse_pairs(tags),
        properties=parse_pairs(properties),
        parent_id=parent_run_id,
        include_children=include_children,
        target=compute_target_name,
        view=next(each for each in RunView if each.value.lower() == view.lower()),
        limit=PAGE,
    )


def _status(text: str) -> Any:
    from runyard.domain.run import RunStatus

    for status in RunStatus:
        if status.value.lower() == text.lower():
            return status
    names = ", ".join(status.value for status in RunStatus)
    raise click.BadParameter(f"{text!r} is no status. There are: {names}.", param_hint="--status")
