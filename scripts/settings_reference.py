"""The page of settings: every default comes from the code that uses it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import MISSING, fields

from runyard.client import journal, system_metrics
from runyard.runner import settings as runner
from runyard.server.settings import Settings

Row = tuple[str, str, str]

DEFAULTS = {field.name: str(field.default) for field in fields(Settings) if field.default not in (MISSING, None)}

EVERYWHERE: list[Row] = [
    ("RUNYARD_HOME", "`~/.runyard`", "folder of the server of this machine; each folder has one of its own"),
    ("RUNYARD_URL", "", "address of a server elsewhere; `RUNYARD_HOME` goes first"),
    ("RUNYARD_TOKEN", "", "token for that server"),
    ("RUNYARD_PROFILE", "", "name of a server signed in to, or `local`"),
    ("RUNYARD_WORKSPACE", "`default`", "workspace where no `config.json` names one"),
    ("RUNYARD_DEBUG", "", "any value: the command line shows the traceback of an error"),
    (
        "RUNYARD_SYSTEM_METRICS",
        f"{system_metrics.INTERVAL_S:g}",
        "seconds between two measurements of processor, memory and graphics cards; 0 takes none",
    ),
    (journal.MAX_BYTES_VARIABLE, f"{journal.MAX_BYTES:,}", "bytes that may wait on disk for a server that is away"),
    ("RUNYARD_UV", "beside this Python, else on the path", "the uv that builds environments"),
]
SERVER: list[Row] = [
    ("RUNYARD_DATABASE_URL", "SQLite in the home folder", "`postgresql://user:password@host/name`: where records are kept"),
    ("RUNYARD_LOCAL_SLOTS", DEFAULTS["local_slots"], "scripts that run at once on this machine"),
    ("RUNYARD_LOCAL_GPUS", "all that there are", "ids of the GPUs that runs can ask for, such as `0,1,3`, or `none`"),
]
RUNNER: list[Row] = [
    ("RUNYARD_HEARTBEAT_S", f"{runner.HEARTBEAT_S:g}", "seconds between two signs of life"),
    ("RUNYARD_GRACE_S", f"{runner.GRACE_S:g}", "seconds that a cancelled script has to end by itself"),
    ("RUNYARD_KEEP_WORK", "", "`1`: the working folder of a run stays when it has ended"),
    ("RUNYARD_NODE_ADDRESS", "`127.0.0.1`", "address at which other nodes reach this one"),
]
GIVEN: list[Row] = [
    ("RUNYARD_RUN_ID", "", "the run that the script belongs to"),
    ("RUNYARD_EXPERIMENT", "", "its experiment"),
    ("RUNYARD_RUN_TOKEN", "", "a token that reaches this run and what is below it"),
]
INTERNAL = frozenset(
    {
        "RUNYARD_COVERED_FILES",  # server to runner: files whose secrets are covered
        "RUNYARD_ERROR_FILE",  # runner to launcher
        "RUNYARD_GPUS",  # server to runner
        "RUNYARD_NODE_COUNT",
        "RUNYARD_NODE_INDEX",
    }
)
"""Variables by which parts of Runyard talk to each other. Nobody sets them."""

FIELD_MEANINGS = {
    "home": "`--home`, `RUNYARD_HOME`",
    "database_url": "`RUNYARD_DATABASE_URL`",
    "port": "`--port`; 0 is the port of last time, else a free one",
    "local_slots": "`--slots`, `RUNYARD_LOCAL_SLOTS`",
    "local_gpus": "`--gpus`, `RUNYARD_LOCAL_GPUS`; None: all that there are",
}


def settings_reference(note: str) -> str:
    """Return the page."""
    parts = [
        note,
        "# Settings\n",
        "Runyard needs none. Settings are environment variables; there is no configuration file of the server.\n",
        "Which server a program uses: [Sign in to several servers](../how-to/sign-in-to-servers.md).\n",
    ]
    titles = [
        ("Everywhere", "", EVERYWHERE),
        ("The server", "They count when it starts.", SERVER),
        ("Submitted runs", "Set them where the server starts, or in the environment of a run.", RUNNER),
        (
            "What a script finds",
            "Beside `RUNYARD_URL` and `RUNYARD_WORKSPACE`, and the same under the names that Azure ML uses.",
            GIVEN,
        ),
    ]
    for title, intro, rows in titles:
        parts.append("\n".join([f"## {title}\n", *([f"{intro}\n"] if intro else []), *_lines(rows)]) + "\n")
    parts.append("\n".join(["## What the server works with\n", *_fields()]) + "\n")
    return "\n".join(parts)


def _lines(rows: list[Row]) -> Iterator[str]:
    yield "| variable | default | what |"
    yield "| --- | --- | --- |"
    for name, default, what in rows:
        yield f"| `{name}` | {default} | {what} |"


def _fields() -> Iterator[str]:
    yield "The fields of `runyard.server.settings.Settings`; those without a variable or an option are fixed in this version.\n"
    yield "| field | default | set by |"
    yield "| --- | --- | --- |"
    for field in fields(Settings):
        default = f"`{DEFAULTS[field.name]}`" if field.name in DEFAULTS else ""
        yield f"| `{field.name}` | {default} | {FIELD_MEANINGS.get(field.name, '')} |"
    yield ""
    about = inspect.cleandoc(str(Settings.__doc__)).split("\n\n", 1)[1]
    yield about.replace("``", "`")
