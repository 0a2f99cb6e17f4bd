"""``runyard run diff``."""

from __future__ import annotations

import difflib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from runyard.cli.completion import complete_run
from runyard.cli.failures import DIFFERENT
from runyard.cli.options import examples, workspace_options
from runyard.cli.output import Output, output_options, visible

if TYPE_CHECKING:
    from runyard.client.client import Client
    from runyard.domain.run_diff import DiffRow, FileDiff, RunDiff

SECTIONS = ["overview", "parameters", "environment", "code", "git", "hardware", "tags", "metrics"]
TITLES = {"environment": "Packages"}
WIDEST = 44
MARKS = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}
PATCH_MAX_BYTES = 1_000_000


@click.command(
    epilog=examples(
        "runyard run diff RUN_A RUN_B",
        "runyard run diff RUN_A RUN_B --only parameters,metrics --all",
        "runyard run diff RUN_A RUN_B --patch",
        "runyard run diff RUN_A RUN_B -o json --query 'metrics[?differs].[name, delta]'",
    )
)
@click.argument("run_a", shell_complete=complete_run)
@click.argument("run_b", shell_complete=complete_run)
@click.option("--all", "with_same", is_flag=True, help="What is the same as well.")
@click.option("--only", metavar="SECTIONS", help=f"Some of: {', '.join(SECTIONS)}.")
@click.option("--patch", is_flag=True, help="The changed lines of the code.")
@click.option("--exit-code", "tells", is_flag=True, help=f"End with {DIFFERENT} when something differs, else 0.")
@workspace_options
@output_options(default="table")
def diff(
    run_a: str,
    run_b: str,
    with_same: bool,
    only: str | None,
    patch: bool,
    tells: bool,
    workspace_name: str | None,
    path: Path,
    output_format: str,
    query: str | None,
) -> None:
    """Show what differs between two runs: parameters, packages, code, git, hardware, tags and metrics.

    In each section what differs most comes first. Colours come on a terminal only, and never with NO_COLOR set.
    """
    from runyard.cli.connection import connect

    wanted = _sections(only)
    client = connect(workspace_name, path).client
    found = client.runs.diff(run_a, run_b)
    if output_format == "table" and not query:
        color = False if os.environ.get("NO_COLOR") else None
        for line in diff_lines(found, wanted, with_same):
            click.echo(line, color=color)
        for line in patch_lines(client, found) if patch else ():
            click.echo(line, color=color)
    else:
        Output(output_format, query).print(_document(found, wanted))
    if tells and differs(found, wanted):
        click.get_current_context().exit(DIFFERENT)


def differs(found: RunDiff, sections: list[str]) -> bool:
    """Return whether anything differs in these sections. That two runs are two is no difference: the overview does not count."""
    named = [section for section in sections if section not in ("overview", "code")]
    return ("code" in sections and bool(found.files)) or any(row.differs for each in named for row in getattr(found, each))


def diff_lines(found: RunDiff, sections: list[str], with_same: bool) -> Iterator[str]:
    """Yield the comparison as text, with the codes of colours in it."""
    for label, run in (("A", found.a), ("B", found.b)):
        yield f"{click.style(label, bold=True)}  {run.id}  {_short(run.display_name)}  {run.status.value}"
    for section in sections:
        title = TITLES.get(section, section.capitalize())
        yield from _code_lines(found) if section == "code" else _section_lines(title, getattr(found, section), with_same)


def patch_lines(client: Client, found: RunDiff) -> Iterator[str]:
    """Yield the changed lines of the files of the two snapshots, as a unified diff. Files that are no text are only named."""
    colors = {"+": "green", "-": "red", "@": "cyan"}
    with tempfile.TemporaryDirectory() as folder:
        for file in found.files:
            before = _text(client, found.a.id, file.path, file.a_size_bytes, Path(folder))
            after = _text(client, found.b.id, file.path, file.b_size_bytes, Path(folder))
            yield ""
            if before is None or after is None:
                yield f"{file.path}: no text, or more than {PATCH_MAX_BYTES:,} bytes"
                continue
            for line in difflib.unified_diff(before, after, f"A/{file.path}", f"B/{file.path}", lineterm=""):
                yield click.style(visible(line), fg=colors.get(line[0]))


def _section_lines(title: str, rows: list[DiffRow], with_same: bool) -> Iterator[str]:
    changed = [row for row in rows if row.differs]
    from rich.cells import cell_len

    shown = rows if with_same else changed
    if not rows or not (shown or with_same):
        return
    same = len(rows) - len(changed)
    yield ""
    counted = f"{len(changed)} differ" + (f", {same} the same" if same else "")
    yield f"{click.style(title, bold=True)}: {counted}"
    cells = [(_short(row.name), _value(row.a, row.in_a), _value(row.b, row.in_b), _delta(row), row.differs) for row in shown]
    widths = [max((cell_len(str(cell[column])) for cell in cells), default=0) for column in range(3)]
    for name, a, b, delta, is_other in cells:
        blanks = [" " * (width - cell_len(text)) for width, text in zip(widths, (name, a, b), strict=True)]
        left, right = (click.style(a, fg="red"), click.style(b, fg="green")) if is_other else (a, b)
        yield f"  {name}{blanks[0]}  {left}{blanks[1]}  {right}{f'{blanks[2]}  {delta}' if delta else ''}"


def _code_lines(found: RunDiff) -> Iterator[str]:
    yield ""
    title = click.style("Code", bold=True)
    if found.same_snapshot is None:
        yield f"{title}: not known, for a run has no snapshot"
        return
    count = len(found.files)
    yield f"{title}: the same" if not count else f"{title}: {count} {'file differs' if count == 1 else 'files differ'}"
    for file in found.files:
        mark, color = MARKS[file.change]
        yield click.style(f"  {mark} {visible(file.path)}", fg=color) + _sizes(file)


def _sizes(file: FileDiff) -> str:
    sizes = [f"{size:,} bytes" for size in (file.a_size_bytes, file.b_size_bytes) if size is not None]
    return f"  ({' -> '.join(sizes)})"


def _value(value: Any, is_there: bool) -> str:
    if not is_there:
        return "-"
    if isinstance(value, float):
        return f"{value:.6g}"
    return _short("" if value is None else str(value))


def _delta(row: DiffRow) -> str:
    if not row.differs or row.delta is None:
        return ""
    share = f" ({row.delta / abs(float(row.a)):+.1%})" if isinstance(row.a, (int, float)) and row.a else ""
    return f"{row.delta:+.6g}{share}"


def _short(text: str) -> str:
    line = visible(" ".join(text.split()))
    return line if len(line) <= WIDEST else f"{line[: WIDEST - 1]}…"


def _text(client: Client, run_id: str, path: str, size_bytes: int | None, folder: Path) -> list[str] | None:
    if size_bytes is None:
        return []
    if size_bytes > PATCH_MAX_BYTES:
        return None
    target = folder / "file"
    client.snapshots.download_file(run_id, path, target)
    try:
        return target.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return None


def _document(found: RunDiff, sections: list[str]) -> dict[str, Any]:
    from dataclasses import asdict

    document: dict[str, Any] = {"a": found.a.id, "b": found.b.id, "same_snapshot": found.same_snapshot}
    for section in sections:
        rows = found.files if section == "code" else getattr(found, section)
        document["files" if section == "code" else section] = [asdict(row) for row in rows]
    return document


def _sections(only: str | None) -> list[str]:
    wanted = [name.strip().lower() for name in (only or "").split(",") if name.strip()] or SECTIONS
    unknown = [name for name in wanted if name not in SECTIONS]
    if unknown:
        raise click.BadParameter(f"{unknown[0]!r} is no section. There are: {', '.join(SECTIONS)}.", param_hint="--only")
    return wanted
