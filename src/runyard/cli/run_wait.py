"""``runyard run wait``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runyard.cli.failures import RUN_FAILED, TIMED_OUT
from runyard.cli.options import Duration, examples, experiment_option, workspace_options
from runyard.cli.output import Output, output_options
from runyard.cli.run import chosen_runs
from runyard.cli.run_change import filter_option, runs_option

if TYPE_CHECKING:
    from runyard.client.client import Client
    from runyard.domain.run import RunRecord

ENDED = "status in (Completed, Failed, Canceled)"
POLL_S = 0.5
LOOK_AGAIN_S = 5.0
"""Nothing need change for a condition to come true: ``duration > 1h`` does by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one look has shown: the runs that meet the condition, how many are watched, and those that no longer can."""

    met: list[RunRecord]
    watched: int
    lost: list[RunRecord]
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Which runs, and what they shall be. Without ``run_ids`` any run of the experiment or workspace will do."""

    client: Client
    condition: str
    run_ids: list[str] = field(default_factory=list)
    experiment_name: str | None = None
    any_will_do: bool = False
    past_end: bool = False

    def look(self) -> Sight:
        """Return how things are now."""
        if not self.run_ids:
            met = self._found(self.condition)
            return Sight(met=met, watched=0, lost=[], is_done=bool(met))
        watched = [run for part in self._parts(None) for run in part]  # before the condition: who had ended then, and does not
        met = [run for part in self._parts(self.condition) for run in part]  # meet it now, never will
        met_ids = {run.id for run in met}
        rest = [run for run in watched if run.id not in met_ids]
        lost = [] if self.past_end else [run for run in rest if run.status.is_terminal]
        is_done = bool(met) if self.any_will_do else not rest
        if self.any_will_do and len(lost) < len(self.run_ids):
            lost = []
        return Sight(met=met, watched=len(self.run_ids), lost=lost, is_done=is_done)

    def _parts(self, condition: str | None) -> list[list[RunRecord]]:
        from runyard.cli.run_feed import IDS_TOGETHER, among

        starts = range(0, len(self.run_ids), IDS_TOGETHER)
        return [self._found(among(self.run_ids[start : start + IDS_TOGETHER], condition)) for start in starts]

    def _found(self, condition: str) -> list[RunRecord]:
        from runyard.domain.run import RunView
        from runyard.wire.run import RunQuery

        query = RunQuery(filter=condition, experiment=self.experiment_name, include_children=True, view=RunView.ALL, limit=200)
        return list(self.client.runs.iterate(query))


@click.command(
    epilog=examples(
        "runyard run wait -r RUN_ID",
        "runyard run wait 'metric.loss.min < 0.1' -r RUN_ID --timeout 2h",
        "runyard run wait 'status = Completed' -e first --filter tag:nightly && ./publish.sh",
        "runyard run wait 'status = Failed and exp:nightly' --timeout 8h -o tsv --query '[].run_id'",
    )
)
@click.argument("wanted", required=False, metavar="[CONDITION]")
@runs_option
@filter_option
@click.option("--any", "any_will_do", is_flag=True, help="One of the runs is enough, instead of all.")
@click.option("--past-end", is_flag=True, help="Go on when a run has ended: somebody may still set a tag.")
@click.option("--timeout", "timeout_s", type=Duration(), metavar="TIME", help="Wait no longer than this: 90s, 10m, 2h.")
@experiment_option
@workspace_options
@output_options()
def wait(
    wanted: str | None,
    run_ids: tuple[str, ...],
    condition: str | None,
    any_will_do: bool,
    past_end: bool,
    timeout_s: float | None,
    experiment_name: str | None,
    workspace_name: str | None,
    path: Path,
    output_format: str,
    query: str | None,
) -> None:
    """Wait until CONDITION is true, and list the runs of which it is. `runyard run list --help` tells what a condition is.

    With -r or --filter it must be true of all those runs (--filter looks for them once, at the start); without them until there
    is a run, of the experiment or the workspace, of which it is true. Without CONDITION it waits for the runs to end.

    The exit code is 0 when it is true, 3 when a run has ended and it is not, 4 when the time has passed.
    """
    from runyard.cli.connection import connect
    from runyard.cli.record import LIST_COLUMNS, run_document
    from runyard.wire.run import RunQuery

    if not (run_ids or condition or wanted) or (wanted is not None and not wanted.strip()):
        raise click.UsageError("Say what to wait for: a CONDITION, runs (-r RUN_ID), or both.")
    client = connect(workspace_name, path).client
    if wanted:
        client.runs.search(RunQuery(filter=wanted, limit=1))  # what is wrong with it is told of it alone, and at once
    runs = chosen_runs(client, run_ids, condition, experiment_name, needs_one=True) if run_ids or condition else []
    watch = Watch(
        client=client,
        condition=wanted or ENDED,
        run_ids=[run.id for run in runs],
        experiment_name=experiment_name,
        any_will_do=any_will_do,
        past_end=past_end,
    )
    sight = wait_until(watch, timeout_s, _Progress().show)
    Output(output_format, query).print([run_document(run) for run in sight.met], LIST_COLUMNS)
    if sight.is_done:
        return
    if sight.lost:
        names = ", ".join(f"{run.id} ({run.status.value})" for run in sight.lost[:5])
        more = f" and {len(sight.lost) - 5} more" if len(sight.lost) > 5 else ""
        click.echo(f"Error: Run {names}{more} has ended, and {watch.condition!r} is not true of it.", err=True)
        click.get_current_context().exit(RUN_FAILED)
    click.echo(f"Error: {watch.condition!r} did not become true within {timeout_s:g} s.", err=True)
    click.get_current_context().exit(TIMED_OUT)


class _Progress:
    """One line on a terminal's stderr that says how far it is; nothing elsewhere."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def show(self, sight: Sight) -> None:
        if not sys.stderr.isatty():
            return
        far = f"{len(sight.met)} of {sight.watched} runs" if sight.watched else "no such run yet"
        text = f"Waiting: {far}, {time.monotonic() - self._started:.0f} s"
        ends = sight.is_done or bool(sight.lost)
        click.echo(f"\r\x1b[K{'' if ends else text}", err=True, nl=False)


def wait_until(watch: Watch, timeout_s: float | None, tell: Callable[[Sight], None]) -> Sight:
    """Return the last look: done, lost, or neither when the time has passed."""
    until = float("inf") if timeout_s is None else time.monotonic() + timeout_s
    while True:
        cursor = watch.client.changes.page().cursor  # before the look: what happens during it is not missed
        sight = watch.look()
        tell(sight)
        if sight.is_done or sight.lost or time.monotonic() >= until:
            return sight
        _pause(watch.client, cursor, until)


def _pause(client: Client, cursor: int, until: float) -> None:
    """Return when something has changed in the workspace, or it is time to look again."""
    look_again = min(until, time.monotonic() + LOOK_AGAIN_S)
    while (left := look_again - time.monotonic()) > 0:
        time.sleep(min(POLL_S, left))
        page = client.changes.page(cursor)
        if page.reset or page.changes:
            return
