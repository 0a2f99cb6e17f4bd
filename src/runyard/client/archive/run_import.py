"""Brings all runs of a source into a workspace."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from runyard.client.archive.incoming import IncomingRun, RunSource, bring_in, renamed
from runyard.client.client import Client
from runyard.domain.experiment import require_experiment_name
from runyard.domain.run import RUN_ID_MAX_CHARS
from runyard.errors import ConflictError

Progress = Callable[[int, int, str], None]
"""Called with how many runs are done, how many there are, and the id of the next one."""

ALL = "all of it"
"""What of a run is left out that cannot be read."""

_TRIED_MAX = 1000


@dataclass(slots=True)
class ImportReport:
    """What an import did. In a dry run: what it would do.

    ``imported`` and ``skipped`` (there already) are run ids as they are in the workspace. ``taken`` are ids that other runs have;
    those runs were not brought in. ``left_out`` says by run id what of it could not be brought in, and why; by its place, for
    a run that could not be read.
    """

    imported: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    left_out: dict[str, dict[str, str]] = field(default_factory=dict)
    dry_run: bool = False


def import_runs(
    client: Client,
    source: RunSource,
    *,
    as_copy: bool = False,
    experiment_name: str | None = None,
    dry_run: bool = False,
    progress: Progress = lambda done, total, run_id: None,
) -> ImportReport:
    """Bring in all runs of a source, one after the other; each appears whole or not at all. A second try goes on.

    Runs keep their ids; ``as_copy`` gives them new ones. ``experiment_name`` is another experiment to put them into. With
    ``dry_run`` everything is read and checked, and nothing is sent. A run whose id another run has is passed over, and reported:
    so a back-up brings back what is gone.

    Raises:
        ConflictError: a parent is not there. Those before it were brought in.
        ArchiveError: the source is damaged. Those before it were brought in.
    """
    if experiment_name is not None:
        require_experiment_name(experiment_name)
    report = ImportReport(dry_run=dry_run)
    names: dict[str, str] = {}
    for done, original in enumerate(source.runs()):
        progress(done, len(source), original.facts.id)
        run = original
        if experiment_name is not None:
            run = replace(run, experiment=replace(run.experiment, name=experiment_name))
        if as_copy:
            names[run.facts.id] = _free_id(client, run)
            run = renamed(run, names)
        if dry_run:
            source.check(run)
        if _is_open(client, run, report):
            is_new = dry_run or bring_in(client, run, old_id=original.facts.id)
            (report.imported if is_new else report.skipped).append(run.facts.id)
        if run.left_out:
            report.left_out[run.facts.id] = dict(run.left_out)
    progress(len(source), len(source), "")
    report.left_out.update({place: {ALL: reason} for place, reason in source.unread.items()})
    return report


def _is_open(client: Client, run: IncomingRun, report: ImportReport) -> bool:
    """Return whether a run can be brought in; what stands in its way goes into the report."""
    found = client.imports.find({run.facts.id: run.digest})
    report.skipped += found.there
    report.taken += found.taken
    return not found.there and not found.taken


def _free_id(client: Client, run: IncomingRun) -> str:
    """Return the id of a copy: one that no run has, or that this very run was brought in under before."""
    own = run.facts.id
    if len(own) > RUN_ID_MAX_CHARS - 16:
        own = f"{own[:100]}-{hashlib.sha256(own.encode()).hexdigest()[:16]}"
    for number in range(1, _TRIED_MAX):
        wanted = f"{own}-copy" if number == 1 else f"{own}-copy{number}"
        if not client.imports.find({wanted: run.digest}).taken:
            return wanted
    raise ConflictError(f"There are {_TRIED_MAX} copies of run {run.facts.id} already. Purge some.", run_id=run.facts.id)
