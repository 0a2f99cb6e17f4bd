"""``runyard doctor``: find out what this machine does, by trying."""

from __future__ import annotations

import dataclasses

import click

from runyard.cli.options import examples
from runyard.cli.output import Output, output_options


@click.command(epilog=examples("runyard doctor --durability", "runyard doctor --durability --rounds 100"))
@click.option("--durability", is_flag=True, help="Kill a writer at random moments and count what is lost.")
@click.option("--rounds", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How often to kill.")
@output_options(default="table")
def doctor(durability: bool, rounds: int, output_format: str, query: str | None) -> None:
    """Check this machine. The exit code is 1 when something that was logged got lost."""
    if not durability:
        raise click.UsageError("Say what to check: --durability.")
    from runyard.client import embedded
    from runyard.client.durability import measure_durability
    from runyard.client.recorder import JOURNAL_FOLDER

    report = measure_durability(embedded.home_folder() / JOURNAL_FOLDER, rounds)
    Output(output_format, query).print(dataclasses.asdict(report))
    if output_format == "table" and query is None:
        click.echo(
            f"Killed {report.rounds} times while logging: {report.lost} of {report.recorded:,} logged values lost. "
            f"A power cut takes at most the last {report.power_cut_s} s."
        )
    if report.lost:
        click.get_current_context().exit(1)
