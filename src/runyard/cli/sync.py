"""``runyard sync``: send what journals still hold."""

from __future__ import annotations

import time
from typing import Any

import click

from runyard.cli.options import examples
from runyard.cli.output import Output, output_options
from runyard.cli.progress import working

COLUMNS = ["workspace", "sent_values", "journals", "refused", "damaged"]


@click.command(epilog=examples("runyard sync", "runyard sync --timeout 60"))
@click.option("--timeout", "timeout_s", type=click.FloatRange(min=0), help="Stop after so many seconds; the rest stays.")
@output_options(default="table")
def sync(timeout_s: float | None, output_format: str, query: str | None) -> None:
    """Send what programs have logged and the server has not got: it was away, or they were killed.

    Programs that still run send by themselves and are left alone. The exit code is 0 when nothing is left, else 1.
    """
    from runyard.client.left_records import send_left
    from runyard.client.recorder import journal_root
    from runyard.sdk.connection import endpoint_for

    endpoint = endpoint_for()
    until = float("inf") if timeout_s is None else time.monotonic() + timeout_s
    with working("Sending what was logged"):
        reports = send_left(journal_root(endpoint), endpoint, until=until)
    Output(output_format, query).print([_row(*each) for each in reports], columns=COLUMNS)
    failures = [failure for _, report in reports for failure in report.failures]
    for failure in failures:
        click.echo(failure, err=True)
    if failures:
        click.get_current_context().exit(1)


def _row(workspace: str, report: Any) -> dict[str, Any]:
    return {
        "workspace": workspace,
        "sent_values": report.record_count,
        "journals": report.file_count,
        "refused": report.refused,
        "damaged": report.damaged,
        "failures": report.failures,
    }
