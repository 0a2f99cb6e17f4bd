"""Print what a command found: JSON, YAML, a table or tab-separated values, after an optional JMESPath query."""

from __future__ import annotations

import json
import math
import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ["json", "table", "tsv", "yaml"]
LEAST_WIDTH = 10
BETWEEN = 3
"""Cells of a terminal: what a column of a table has at least, and what stands between two."""
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z")
METADATA_FILE_KEY = "runyard.output_metadata_file"
"""Where a context keeps the file that its command line names after ``-t``."""


@dataclass(frozen=True)
class Output:
    """How to print: the format, and the JMESPath expression to apply first."""

    format: str
    query: str | None = None

    def print(self, value: Any, columns: Sequence[str] = ()) -> None:
        """Print plain data. ``columns`` are what a table shows of each row where no query was given."""
        if self.query:
            value, columns = search(self.query, value), ()
        _write_metadata_file(value)
        text = render(value, self.format, columns)
        if text or self.format != "tsv":  # no rows are no lines, for those who count or read them
            click.echo(text)

    def print_fed(self, rows: list[Any], removed: list[str], cursor: int, columns: Sequence[str] = ()) -> None:
        """Print the rows that changed since a cursor; as a table or tab-separated the cursor goes to stderr."""
        if self.query or self.format in ("json", "yaml"):
            self.print({"cursor": cursor, "runs": rows, "removed": removed})
            return
        self.print(rows, columns)
        click.echo(f"Cursor: {cursor}", err=True)


def output_options(default: str = "json") -> Callable[[F], F]:
    """Give a command ``-o``, ``--query`` and ``-t``; the first two arrive as ``output_format`` and ``query``."""

    def decorate(command: F) -> F:
        for option in (
            click.option(
                "-t",
                "--output-metadata-file",
                type=click.Path(path_type=Path, dir_okay=False),
                metavar="FILE",
                expose_value=False,
                callback=_keep_metadata_file,
                help="Write the result to this file as well, as JSON.",
            ),
            click.option("--query", metavar="JMESPATH", help="Select from the result, as the JMESPath language has it."),
            click.option(
                "-o", "--output", "output_format", type=click.Choice(FORMATS), default=default, show_default=True, help="Format."
            ),
        ):
            command = option(command)
        return command

    return decorate


def _keep_metadata_file(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    context.meta[METADATA_FILE_KEY] = value


def _write_metadata_file(value: Any) -> None:
    context = click.get_current_context(silent=True)
    file = context.meta.get(METADATA_FILE_KEY) if context else None
    if file is not None:
        file.write_text(render(value, "json") + "\n", encoding="utf-8")


def search(expression: str, value: Any) -> Any:
    """Apply a JMESPath expression.

    Raises:
        click.BadParameter: the expression is not JMESPath, or does not fit the data.
    """
    import jmespath
    from jmespath.exceptions import JMESPathError

    bare = [] if any(mark in expression for mark in "'`\"") else _BARE_WORD.findall(expression)
    try:
        found = jmespath.search(expression, value)
    except JMESPathError as error:
        if bare:
            return _search_requoted(expression, value, error)
        raise _unreadable(expression, error) from error
    if bare and not found:
        click.echo(
            f"Nothing found: {bare[0][1]!r} without quotes is a key. {_QUOTES_GONE} To search for the text: "
            f'"{_BARE_WORD.sub(_QUOTED, expression)}"',
            err=True,
        )
    elif not found:
        _tell_fields(expression, value)
    return found


_ONE_FIELD = re.compile(r"(?:\[[\d*:-]*\]\.)?([A-Za-z_]\w*)", re.ASCII)


def _tell_fields(expression: str, value: Any) -> None:
    """Say what there is, where a query asks for one field by a name that the data do not have."""
    asked = _ONE_FIELD.fullmatch(expression.strip())
    first = value[0] if isinstance(value, list) and value else value
    if asked and isinstance(first, dict) and first and asked[1] not in first:
        names = ", ".join(name for name in first if not name.startswith("_"))
        click.echo(f"Nothing found: there is no {asked[1]!r}. There are: {names}", err=True)


_BARE_WORD = re.compile(r"([=!]=) *([^\s\[\](){}&|,@]+)")
_QUOTED = r"\1'\2'"
_QUOTES_GONE = "Has the shell taken its quotes away? Put all of it into double quotes."


def _search_requoted(expression: str, value: Any, error: Exception) -> Any:
    """Search with quotes around what is compared: a shell takes those of ``[?properties.author=='azureml-user']`` away."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    quoted = _BARE_WORD.sub(_QUOTED, expression)
    try:
        found = jmespath.search(quoted, value)
    except JMESPathError:
        raise _unreadable(expression, error, _QUOTES_GONE) from error
    click.echo(f"Warning: read as {quoted}, for the shell has taken the quotes away. Put all of it into double quotes.", err=True)
    return found


def _unreadable(expression: str, error: Exception, hint: str = "") -> click.BadParameter:
    why = f"{expression!r} cannot be evaluated as JMESPath: {error} {hint}"
    return click.BadParameter(why.rstrip(), param_hint="--query")


def render(value: Any, form: str, columns: Sequence[str] = ()) -> str:
    """Return plain data as text in one of :data:`FORMATS`."""
    plain = plain_data(_with_short_times(value) if form == "table" else value)
    if form == "json":
        return json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False)
    if form == "yaml":
        import yaml

        return str(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)).rstrip("\n").removesuffix("\n...")
    if form == "table" and isinstance(plain, dict):
        return _table(["Field", "Value"], [[_title(name), _cell(plain.get(name))] for name in columns or plain])
    names, rows = _grid(plain, columns)
    if form == "tsv":
        return "\n".join("\t".join(visible(cell).replace("\t", " ").replace("\n", " ") for cell in row) for row in rows)
    return _table([_title(name) for name in names], rows, may_drop=bool(columns))


def plain_data(value: Any) -> Any:
    """Return ``value`` with times as ISO 8601 text and non-finite numbers as the text that JSON bodies use."""
    if isinstance(value, dict):
        return {str(key): plain_data(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_data(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, float) and not math.isfinite(value):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    return value


def _with_short_times(value: Any) -> Any:
    """Return data with times to the second, as a table shows them."""
    if isinstance(value, dict):
        return {name: _with_short_times(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_short_times(item) for item in value]
    text = plain_data(value) if isinstance(value, datetime) else value
    found = _INSTANT.fullmatch(text) if isinstance(text, str) else None
    return f"{found[1]} {found[2]}Z" if found else text


def _grid(value: Any, columns: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    items = value if isinstance(value, list) else [] if value is None else [value]
    if items and all(isinstance(item, dict) for item in items):
        names = [*columns] or _scalar_keys(items)
        return names, [[_cell(item.get(name)) for name in names] for item in items]
    if items and all(isinstance(item, list) for item in items):
        width = max(map(len, items))
        return [f"Column{index + 1}" for index in range(width)], [[_cell(part) for part in item] for item in items]
    return ["Result"], [[_cell(item)] for item in items]


def _scalar_keys(items: list[dict[str, Any]]) -> list[str]:
    names = dict.fromkeys(name for item in items for name, part in item.items() if not isinstance(part, (dict, list)))
    return list(names) or list(items[0])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict) and all(not isinstance(part, (dict, list)) for part in value.values()):
        return ", ".join(name if part is None else f"{name}={part}" for name, part in value.items())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def visible(text: str) -> str:
    """Return text without what moves a terminal's cursor or changes its colours: names and tags come from anybody."""
    return "".join(char if char.isprintable() or char in "\n\t" else "\ufffd" for char in text)


def fitting_columns(names: Sequence[str], widths: Sequence[int], width: int) -> list[int]:
    """Return the places of the columns that are shown in so many cells.

    The first one, which names the thing, is shown whole; the others may be folded to :data:`LEAST_WIDTH`. What does not fit then
    goes from the right, the status last; where not even that fits, the rows are stacked.
    """
    kept = list(range(len(names)))
    going = sorted(kept[1:], key=lambda place: (names[place] != "Status", place))
    while going and widths[0] + sum(min(widths[place], LEAST_WIDTH) + BETWEEN for place in kept[1:]) + 1 > width:
        kept.remove(going.pop())
    return kept


def stacked(names: Sequence[str], row: Sequence[str], width: int) -> Iterator[str]:
    """Yield the lines of one row where only its first cell fits: that one, and below it the others that hold something."""
    yield row[0]
    for name, cell in zip(names[1:], row[1:], strict=True):
        if cell:
            yield from textwrap.wrap(f"{name}: {cell}", width, initial_indent="  ", subsequent_indent="    ")


def _title(name: str) -> str:
    return name.replace("_", " ").strip().capitalize()


def _table(names: list[str], rows: list[list[str]], may_drop: bool = False) -> str:
    if not rows:
        return "Nothing found."
    from rich import box
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 1_000, highlight=False)
    cells = [[visible(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, (name, *column))) for name, column in zip(names, zip(*cells, strict=True), strict=True)]
    kept = fitting_columns(names, widths, console.width) if may_drop else list(range(len(names)))
    if len(kept) == 1 < len(names):
        return "\n".join(line for row in cells for line in stacked(names, row, console.width))
    if len(kept) < len(names):
        gone = ", ".join(name for place, name in enumerate(names) if place not in kept)
        click.echo(f"The terminal is too narrow for: {gone}. -o json has all.", err=True)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place in kept:
        table.add_column(names[place], overflow="fold", no_wrap=place == 0 and widths[0] <= console.width - LEAST_WIDTH)
    for row in cells:
        table.add_row(*(Text(row[place]) for place in kept))
    with console.capture() as captured:
        console.print(table)
    return "\n".join(line.rstrip() for line in captured.get().splitlines() if line.strip())
