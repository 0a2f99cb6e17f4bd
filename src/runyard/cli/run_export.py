"""``runyard export``."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from runyard.cli.options import examples, experiment_option, workspace_options
from runyard.cli.output import Output, output_options
from runyard.cli.progress import counting
from runyard.cli.run_change import filter_option, runs_option


@click.command(
    epilog=examples(
        "runyard export runs.zip -e digits",
        "runyard export backup --filter 'created > -30d'",
        "runyard export one.tar -r RUN_ID --no-children",
        "runyard export backup --dry-run --query 'exported | length(@)'",
    )
)
@click.argument("place", metavar="PATH", type=click.Path(path_type=Path))
@runs_option
@filter_option
@click.option("--children/--no-children", default=True, show_default=True, help="Take the descendants of the runs too.")
@click.option("--dry-run", is_flag=True, help="Only say which runs would be written.")
@experiment_option
@workspace_options
@output_options()
def export(
    place: Path,
    run_ids: tuple[str, ...],
    condition: str | None,
    children: bool,
    dry_run: bool,
    experiment_name: str | None,
    workspace_name: str | None,
    path: Path,
    output_format: str,
    query: str | None,
) -> None:
    """Write runs that have ended to PATH, as open files: JSON, Parquet, and their own files as they are.

    PATH is a folder, or a zip or tar file by its ending. Without -r and --filter it is all runs, of one experiment where -e names
    it. The parents of a run come with it. Called again after it was interrupted, it goes on where it was; a zip or tar file is
    begun anew. `runyard import runs PATH` brings the runs back, here or elsewhere.

    \b
    export.json                   the list of runs; written last
    runs/ID/run.json              all that is known of a run
    runs/ID/metrics.parquet       all that it logged, a row a point
    runs/ID/artifacts/            its files
    runs/ID/manifest.json         sizes and SHA-256 of these
    snapshots/ID/                 the source folders of runs
    """
    from runyard.cli.connection import connect
    from runyard.cli.run import find_run
    from runyard.client.archive.run_export import export_runs
    from runyard.domain.run import RunView
    from runyard.wire.run import RunQuery

    client = connect(workspace_name, path).client
    for run_id in run_ids:
        find_run(client, run_id, experiment_name)
    wanted = None
    if condition is not None or not run_ids:
        wanted = RunQuery(experiment=experiment_name, filter=condition, include_children=True, view=RunView.ALL)
    with counting("Writing run") as progress:
        report = export_runs(client, place, query=wanted, run_ids=run_ids, children=children, dry_run=dry_run, progress=progress)
    for run_id, reason in report.left_out.items():
        click.echo(f"Run {run_id} is left out: {reason}.", err=True)
    Output(output_format, query).print(dataclasses.asdict(report), ["path", "exported", "kept", "size_bytes"])
