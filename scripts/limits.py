"""The page of limits: every number comes from the code that enforces it."""

from __future__ import annotations

from collections.abc import Iterator

from runyard.client import git, journal, recorder
from runyard.domain import artifact, metric, run, snapshot, view
from runyard.server.routers import batch as batch_routes
from runyard.server.services import metric as metric_service
from runyard.server.services import run_list
from runyard.wire import blob_pack
from runyard.wire import journal as wire

Row = tuple[str, int, str, str]

METRICS: list[Row] = [
    ("name of a metric, or of a column", metric.METRIC_NAME_MAX_CHARS, "characters", "the call raises `InvalidArgumentError`"),
    ("description of a metric", metric.METRIC_DESCRIPTION_MAX_CHARS, "characters", "the call raises `LimitExceededError`"),
    ("text logged as a value", metric.METRIC_TEXT_MAX_CHARS, "characters", "the call raises: write it to a file in `./outputs`"),
    ("values in one `log_list`", metric.METRIC_LIST_MAX_VALUES, "values", "the call raises: log in parts, which are joined"),
    ("columns of a table", metric.METRIC_COLUMNS_MAX, "columns", "the call raises: write a file in `./outputs`"),
    ("one record as it travels", wire.RECORD_MAX_BYTES, "bytes", "the call raises: log in parts"),
    ("one batch of records", wire.BATCH_MAX_BYTES, "bytes", "status 413; the client sends less at a time"),
]
JOURNAL: list[Row] = [
    ("what waits on disk for a run", journal.MAX_BYTES, "bytes", f"one warning; set `{journal.MAX_BYTES_VARIABLE}` for more"),
    ("what waits in memory when the disk cannot be used", journal.MEMORY_MAX_BYTES, "bytes", "one warning; the rest is lost"),
    ("wait at a program's end for a silent server", int(1000 * recorder.EXIT_TIMEOUT_S), "ms", "the rest stays in the journal"),
    ("wait of `complete()` for a silent server", int(1000 * recorder.SILENCE_S), "ms", "both stay in the journal"),
]
RUNS: list[Row] = [
    ("id of a run", run.RUN_ID_MAX_CHARS, "characters", "refused"),
    ("display name", run.DISPLAY_NAME_MAX_CHARS, "characters", "refused"),
    ("description", run.DESCRIPTION_MAX_CHARS, "characters", "refused"),
    ("tags, and properties, of a run", run.TAGS_MAX, "each", "refused"),
    ("key of a tag or property", run.KEY_MAX_CHARS, "characters", "refused"),
    ("value of a tag or property", run.VALUE_MAX_CHARS, "characters", "refused"),
    ("columns of a list of rows", run_list.COLUMNS_MAX, "columns", "refused: ask for those that are shown"),
    ("children in one call", run.CHILDREN_MAX_PER_REQUEST, "runs", "refused: create them in parts"),
    ("path of a file of a run", artifact.ARTIFACT_PATH_MAX_CHARS, "characters", "refused"),
    ("files of a snapshot", snapshot.SNAPSHOT_MAX_FILES, "files", "the submission is refused and names the largest"),
    ("bytes of a snapshot", snapshot.SNAPSHOT_MAX_BYTES, "bytes", "the submission is refused and names the largest"),
    ("small files of a snapshot in one request", blob_pack.PACK_MAX_CONTENTS, "files", "refused: the client sends several"),
    ("bytes of them", blob_pack.PACK_MAX_BYTES, "bytes", "likewise; a larger file has a request of its own"),
    ("uncommitted diff that is kept", git.DIFF_MAX_BYTES, "bytes", "cut there, and marked"),
    ("content of a saved view", view.VIEW_CONTENT_MAX_CHARS, "bytes", "refused: select fewer runs or charts"),
]
SERVER: list[Row] = [
    ("batches that wait to be stored", batch_routes.WAITING_MAX, "batches", "status 429 with a time; the client waits as long"),
    ("bytes of them", batch_routes.WAITING_MAX_BYTES, "bytes", "likewise"),
    ("runs in one request for series", metric_service.SERIES_MAX_RUNS, "runs", "refused: ask in parts"),
    ("points of one series in one answer", metric_service.POINTS_MAX, "points", "refused; with fewer the extremes stay exact"),
]


def limits_reference(note: str) -> str:
    """Return the page."""
    parts = [
        note,
        "# Limits\n",
        "Past a limit an error says which one, and what to do. A record that reaches the server all the same is left out and\n"
        "named in the answer and in the program's log; the others of its batch are stored.\n",
        "Not limited: points of a series, metrics of a run, runs of an experiment, depth of child runs.\n",
    ]
    for title, rows in (("Metrics", METRICS), ("Waiting for the server", JOURNAL), ("Runs", RUNS), ("Server", SERVER)):
        parts.append(f"## {title}\n\n" + "\n".join(_lines(rows)) + "\n")
    return "\n".join(parts)


def _lines(rows: list[Row]) -> Iterator[str]:
    yield "| what | limit | past it |"
    yield "| --- | --- | --- |"
    for what, number, unit, past in rows:
        yield f"| {what} | {_shown(number, unit)} | {past} |"


def _shown(number: int, unit: str) -> str:
    if unit == "ms":
        return f"{number / 1000:g} s"
    for size, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if unit == "bytes" and number >= size and number % size == 0:
            return f"{number // size} {name}"
    return f"{number:,} {unit}"
