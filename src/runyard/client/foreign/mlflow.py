"""Reads MLflow's own files: an ``mlruns`` folder, or the SQLite file of its tracking store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import yaml

from runyard.client.foreign.foreign_run import ForeignRun, ForeignRuns, below, instant
from runyard.domain.run import RunStatus
from runyard.errors import ArchiveError
from runyard.wire.metric import Record, ScalarRecord

_STATUSES = {
    "FINISHED": RunStatus.COMPLETED,
    "3": RunStatus.COMPLETED,
    "FAILED": RunStatus.FAILED,
    "4": RunStatus.FAILED,
    "KILLED": RunStatus.CANCELED,
    "5": RunStatus.CANCELED,
}
_PARENT = "mlflow.parentRunId"
_NOTE = "mlflow.note.content"
_OWN = "mlflow."
_DATABASE = "mlflow.db"
"""The name that MLflow gives a SQLite file by itself."""

_LARGEST = 1.7976931348623157e308
"""MLflow's database holds this in place of the infinities."""


def mlflow_runs(path: Path) -> ForeignRuns:
    """Return the runs of an ``mlruns`` folder, a SQLite file, or a folder with one or both; deleted ones are left out.

    Raises:
        ArchiveError: the path holds neither.
    """
    if path.is_file():
        return ForeignRuns("mlflow", _in_database(path))
    root = path / "mlruns" if (path / "mlruns").is_dir() else path
    unread: dict[str, str] = {}
    folders = _ordered(_run_folders(root, unread))
    order = {run_id: place for place, run_id in enumerate(folders)}
    places = {run_id: partial(_from_folder, *found, order) for run_id, found in folders.items()}
    database = path / _DATABASE
    if database.is_file():
        places.update(_in_database(database))
    if not places and not unread:
        raise ArchiveError(f"{path} holds no runs of MLflow. Give its mlruns folder, or its SQLite file such as {_DATABASE}.")
    return ForeignRuns("mlflow", places, unread)


def _in_database(path: Path) -> dict[str, partial[ForeignRun]]:
    ids = _database_ids(path)
    order = {run_id: place for place, run_id in enumerate(ids)}
    return {run_id: partial(_from_database, path, run_id, order) for run_id in ids}


def _run_folders(root: Path, unread: dict[str, str]) -> dict[str, tuple[Path, str, str | None]]:
    found: dict[str, tuple[Path, str, str | None]] = {}
    for experiment in sorted(root.glob("*/meta.yaml")):
        name = str(_described(experiment, unread).get("name", experiment.parent.name))
        for meta in sorted(experiment.parent.glob("*/meta.yaml")):
            about = _described(meta, unread)
            if "run_id" in about and about.get("lifecycle_stage") != "deleted":
                parent = meta.parent / "tags" / _PARENT
                found[str(about["run_id"])] = meta.parent, name, _text(parent).strip() if parent.is_file() else None
    return found


def _ordered(found: dict[str, tuple[Path, str, str | None]]) -> dict[str, tuple[Path, str]]:
    """Return the runs with parents before their children."""
    ordered: dict[str, tuple[Path, str]] = {}
    for run_id in found:
        for each in reversed(_line(run_id, {key: parent for key, (_, _, parent) in found.items()})):
            ordered.setdefault(each, found[each][:2])
    return ordered


def _line(run_id: str, parents: dict[str, str | None]) -> list[str]:
    line = [run_id]
    while (parent := parents[line[-1]]) in parents and parent not in line:
        line.append(str(parent))
    return line


def _from_folder(folder: Path, experiment: str, order: dict[str, int]) -> ForeignRun:
    about = _yaml(folder / "meta.yaml")
    tags = {name: _text(file) for name, file in below(folder / "tags")}
    parameters = {name: _text(file) for name, file in below(folder / "params")}
    metrics = below(folder / "metrics")

    def records(left_out: dict[str, str]) -> Iterator[Record]:
        for name, file in metrics:
            with file.open(encoding="utf-8", errors="replace") as lines:
                for number, line in enumerate(lines):
                    yield from _line_record(name, number, line.split(), left_out)

    files = below(folder / "artifacts")
    found = _run(about, experiment, tags, parameters, files, records, _parent_before(str(about["run_id"]), tags, order))
    address = str(about.get("artifact_uri") or "")
    if not (folder / "artifacts").is_dir() and urlparse(address).scheme not in ("", "file"):
        found.left_out["artifacts"] = f"they are at {address}"
    return found


def _parent_before(run_id: str, tags: dict[str, str], order: dict[str, int]) -> str | None:
    """Return the parent where it comes in, and before the run: one that was deleted, or a child itself, is none."""
    parent = tags.get(_PARENT, "").strip()
    return parent if order.get(parent, len(order)) < order[run_id] else None


def _line_record(name: str, number: int, words: list[str], left_out: dict[str, str]) -> Iterator[Record]:
    try:
        at, value, step = int(words[0]), float(words[1]), int(words[2]) if len(words) > 2 else None
    except (ValueError, IndexError):
        left_out[f"metric {name}, line {number + 1}"] = "it cannot be read"
        return
    yield ScalarRecord(name, at * 1000, value, step)


def _run(
    about: dict[str, Any],
    experiment: str,
    tags: dict[str, str],
    parameters: dict[str, str],
    files: list[tuple[str, Path]],
    records: Any,
    parent_id: str | None,
) -> ForeignRun:
    status = _STATUSES.get(str(about.get("status")))
    started = float(about.get("start_time") or 0)
    run_id = str(about["run_id"])
    return ForeignRun(
        id=run_id,
        experiment=experiment,
        name=str(about.get("run_name") or tags.get("mlflow.runName") or run_id),
        status=status or RunStatus.CANCELED,
        reason=None if status else "MLflow does not say that it has ended",
        started_at=instant(started),
        ended_at=instant(float(about.get("end_time") or started)),
        user=str(about.get("user_id") or tags.get("mlflow.user") or ""),
        description=tags.get(_NOTE),
        parent_id=parent_id,
        tags={key: value for key, value in tags.items() if not key.startswith(_OWN)},
        properties={key: value for key, value in tags.items() if key.startswith(_OWN) and key != _NOTE},
        parameters=parameters,
        files=files,
        records=records,
    )


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{path.resolve()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    return connection


def _database_ids(path: Path) -> list[str]:
    try:
        with closing(_open(path)) as connection:
            rows = connection.execute("SELECT run_uuid FROM runs WHERE lifecycle_stage = 'active' ORDER BY start_time, run_uuid")
            ids = [str(row[0]) for row in rows]
            tags = connection.execute("SELECT run_uuid, value FROM tags WHERE key = ?", (_PARENT,))
            parents: dict[str, str | None] = {**dict.fromkeys(ids), **{str(row[0]): str(row[1]) for row in tags}}
    except sqlite3.Error as error:
        raise ArchiveError(f"{path} is no SQLite file of MLflow ({error}). Give mlflow.db, or the mlruns folder.") from error
    known = {run_id: parents[run_id] for run_id in ids}
    return list(dict.fromkeys(each for run_id in ids for each in reversed(_line(run_id, known))))


def _from_database(path: Path, run_id: str, order: dict[str, int]) -> ForeignRun:
    with closing(_open(path)) as connection:
        row = connection.execute(
            "SELECT r.*, e.name AS experiment FROM runs r JOIN experiments e USING (experiment_id) WHERE run_uuid = ?",
            (run_id,),
        ).fetchone()
        tags = _pairs(connection, "tags", run_id)
        parameters = _pairs(connection, "params", run_id)
    about = {**dict(row), "run_id": run_id, "run_name": row["name"]}
    folder = _local(row["artifact_uri"], path.resolve().parent, run_id)
    found = _run(
        about,
        row["experiment"],
        tags,
        parameters,
        [] if folder is None else below(folder),
        lambda left_out: _database_records(path, run_id),
        _parent_before(run_id, tags, order),
    )
    if folder is None:
        found.left_out["artifacts"] = f"{row['artifact_uri']} is not in the folder of {path.name}"
    return found


def _database_records(path: Path, run_id: str) -> Iterator[Record]:
    query = "SELECT key, value, timestamp, step, is_nan FROM metrics WHERE run_uuid = ? ORDER BY key, timestamp, step, value"
    with closing(_open(path)) as connection:
        for name, value, at, step, is_nan in connection.execute(query, (run_id,)):
            number = float("nan") if is_nan else float(value)
            if abs(number) >= _LARGEST:
                number = float("inf") if number > 0 else float("-inf")
            yield ScalarRecord(name, int(at) * 1000, number, int(step))


def _pairs(connection: sqlite3.Connection, table: str, run_id: str) -> dict[str, str]:
    rows = connection.execute(f"SELECT key, value FROM {table} WHERE run_uuid = ? ORDER BY key", (run_id,))
    return {str(key): str(value) for key, value in rows}


def _local(address: str, root: Path, run_id: str) -> Path | None:
    """Return the folder of an address; None for one elsewhere than below ``root``: a database may name any folder.

    A database that has moved, with its files, still names where they were: then it is the end of the address that counts.
    """
    found = urlparse(address)
    if found.scheme not in ("", "file"):
        return None
    parts = Path(unquote(found.path)).parts
    folder = (root / Path(*parts)).resolve() if parts else root
    if folder.is_relative_to(root):
        return folder
    ends = (root.joinpath(*parts[start:]) for start in range(1, len(parts)) if run_id in parts[start:])
    return next((each.resolve() for each in ends if each.is_dir() and each.resolve().is_relative_to(root)), None)


def _described(path: Path, unread: dict[str, str]) -> dict[str, Any]:
    """Return what a meta.yaml says; nothing, and a word in ``unread``, where it cannot be read."""
    try:
        return _yaml(path)
    except ArchiveError as error:
        unread[str(path.parent)] = error.message
        return {}


def _yaml(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ArchiveError(f"{path} cannot be read ({' '.join(str(error).split())}).") from error
    if not isinstance(found, dict):
        raise ArchiveError(f"{path} says nothing: it is empty, or cut off.")
    return found


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")
