"""Files that are written from other files: check that they are what they should be, or write them anew (``--write``).

``studio/openapi.json`` comes from the server's routes, ``studio/src/wire/schema.d.ts`` from that, and ``docs/reference/*.md``
from the command line, the SDK, the settings, the error tree and the routes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from limits import limits_reference
from sdk_reference import sdk_reference
from settings_reference import settings_reference

from runyard.cli.main import root
from runyard.domain.run import PREPARATION_PARTS, TIME_PROPERTY
from runyard.errors import RunyardError

ROOT = Path(__file__).resolve().parents[1]
STUDIO = ROOT / "studio"
NOTE = "<!-- Written by `make generate`; do not edit. -->\n"


def openapi() -> str:
    """Return the OpenAPI document of the server as it is now."""
    command = [sys.executable, "-m", "runyard.server.openapi"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def schema(document: str) -> str:
    """Return the Studio's types for an OpenAPI document."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "openapi.json"), Path(folder, "schema.d.ts")
        source.write_text(document)
        script = STUDIO / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
        subprocess.run(["node", script, source, "-o", target], cwd=STUDIO, check=True, capture_output=True)
        return target.read_text()


def cli_reference() -> str:
    """Return a page with the help text of every command."""
    parts = [NOTE, "# Command line\n"]
    for context in walk(context_of(root, "runyard", None)):
        if context.parent and isinstance(context.command, click.Group):
            continue
        parts.append(f"## {context.command_path}\n\n```\n{context.get_help()}\n```\n")
    return "\n".join(parts)


def walk(context: click.Context) -> Iterator[click.Context]:
    """Yield a command and all below it."""
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            below = context.command.get_command(context, name)
            if below:
                yield from walk(context_of(below, name, context))


def context_of(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    """Return the context that a command has when it is called, with the line length of the page."""
    return click.Context(command, info_name=name, parent=parent, **{**command.context_settings, "terminal_width": 100})


def error_reference() -> str:
    """Return a page with the table of errors."""
    rows = [
        f"| {'&nbsp;' * 4 * depth}`{cls.__name__}` | `{cls.code}` | {cls.status} | {first_line(cls)} |"
        for cls, depth in descend(RunyardError, 0)
    ]
    head = ["| class | code | HTTP | |", "| --- | --- | --- | --- |"]
    intro = (
        "Every error is a `RunyardError`. Its message says what happened, to which thing, and what to do. An answer of the\n"
        "server with a status of 400 or more has the code; the client turns it back into the class. They are in\n"
        "`runyard.errors`.\n"
    )
    return "\n".join([NOTE, "# Errors\n", intro, *head, *rows]) + "\n"


def descend(cls: type[RunyardError], depth: int) -> Iterator[tuple[type[RunyardError], int]]:
    """Yield a class and its subclasses, with how deep each lies."""
    yield cls, depth
    for below in cls.__subclasses__():
        yield from descend(below, depth + 1)


def first_line(documented: Any) -> str:
    """Return the first line of a docstring."""
    return str(documented.__doc__ or "").strip().splitlines()[0]


def http_reference(document: str) -> str:
    """Return a page with the routes."""
    paths = json.loads(document)["paths"]
    rows = [
        f"| `{method.upper()} {path}` | {(operation.get('description') or operation.get('summary', '')).splitlines()[0]} |"
        for path, item in paths.items()
        for method, operation in item.items()
        if isinstance(operation, dict)
    ]
    intro = (
        "The bodies are in `studio/openapi.json`. Send `Authorization: Bearer <token>`; the owner's token is in the file\n"
        "`owner-token` of the home folder. Errors: [one envelope](errors.md).\n"
    )
    times = [f"| `{TIME_PROPERTY.format(part)}` | {meaning} |" for part, meaning in PREPARATION_PARTS.items()]
    about_times = (
        "## Time to first line\n\n"
        "A submitted run's `properties` say where the time until its script began has gone, as texts of seconds with three\n"
        "decimals. They are there once the script has started; the total is their sum. The SDK shows them as numbers in\n"
        '`get_details()["timeToFirstLine"]`, with the keys `upload`, `queue`, `environment`, `start` and `total`.\n'
    )
    table = ["| route | |", "| --- | --- |", *rows, ""]
    return "\n".join([NOTE, "# HTTP API\n", intro, *table, about_times, "| property | |", "| --- | --- |", *times]) + "\n"


def wanted() -> dict[Path, str]:
    """Return the right content of every generated file."""
    document = openapi()
    reference = ROOT / "docs" / "reference"
    return {
        STUDIO / "openapi.json": document,
        STUDIO / "src" / "wire" / "schema.d.ts": schema(document),
        reference / "cli.md": cli_reference(),
        reference / "errors.md": error_reference(),
        reference / "http-api.md": http_reference(document),
        reference / "limits.md": limits_reference(NOTE),
        reference / "sdk.md": sdk_reference(NOTE),
        reference / "settings.md": settings_reference(NOTE),
    }


def main() -> int:
    """Return 0 when all files are right, or were written; else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the files that are not right")
    write = parser.parse_args().write
    stale = {path: text for path, text in wanted().items() if not path.exists() or path.read_text() != text}
    for path, text in stale.items():
        print(f"{'writing' if write else 'out of date:'} {path.relative_to(ROOT)}")
        if write:
            path.write_text(text)
    if stale and not write:
        print("Write them anew with: make generate")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
