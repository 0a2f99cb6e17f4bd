"""``runyard doctor``: find out how this machine is, and what it does, by trying."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from runyard.cli.options import examples
from runyard.cli.output import Output, output_options


@click.command(epilog=examples("runyard doctor", "runyard doctor --durability", "runyard doctor --durability --rounds 100"))
@click.option("--durability", is_flag=True, help="Kill a writer at random moments and count what is lost.")
@click.option("--rounds", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How often to kill.")
@output_options(default="table")
def doctor(durability: bool, rounds: int, output_format: str, query: str | None) -> None:
    """Check this machine, and say what to do next.

    Looks at this Python, the home folder, its disk, the project folder, the server and what waits to be sent; it starts
    and changes nothing. With --durability it tries instead how safe is what is logged. The exit code is 1 when a check
    has failed, or when something that was logged got lost.
    """
    is_fine = _try_durability(rounds, output_format, query) if durability else _look(output_format, query)
    if not is_fine:
        click.get_current_context().exit(1)


def _look(output_format: str, query: str | None) -> bool:
    from runyard.cli.machine_check import FAILED, OK, check_machine

    checks = check_machine(Path.cwd())
    Output(output_format, query).print([dataclasses.asdict(each) for each in checks])
    if output_format == "table" and query is None and all(each.status == OK for each in checks):
        click.echo("All is well. How safe is what is logged: runyard doctor --durability")
    return not any(each.status == FAILED for each in checks)


def _try_durability(rounds: int, output_format: str, query: str | None) -> bool:
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
    return not report.lost
