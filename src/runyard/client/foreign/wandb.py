"""Reads the folders that W&B leaves when it is offline: ``wandb/offline-run-*/run-*.wandb``.

Source: the log format of LevelDB (blocks of 32 KiB, records in parts) after a head of 7 bytes, and the messages of W&B's
``wandb_internal.proto``.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from runyard.client.foreign.foreign_run import ForeignRun, ForeignRuns, below, instant
from runyard.client.foreign.protobuf import Fields, fields_of, message, messages, text, whole
from runyard.domain.run import RunStatus
from runyard.errors import ArchiveError
from runyard.wire.metric import Record, ScalarRecord

_BLOCK_BYTES = 32 * 1024
_HEAD = b":W&B"
_HEAD_BYTES = 7
_PART = struct.Struct("<IHB")
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_HISTORY, _SUMMARY, _CONFIG, _ARTIFACT, _RUN, _EXIT = 2, 3, 5, 8, 17, 18
_VALUE_JSON = 16
_OWN_KINDS = ("job", "run_table", "wandb-history")
"""The kinds of artifacts that W&B makes by itself, of what is elsewhere in the run."""


def wandb_runs(path: Path) -> ForeignRuns:
    """Return the runs below a folder, or of one ``.wandb`` file.

    Raises:
        ArchiveError: there are none.
    """
    files = [path] if path.is_file() else sorted(each for each in path.rglob("run-*.wandb") if not each.parent.is_symlink())
    if not files:
        raise ArchiveError(f"{path} holds no runs of W&B. Give the folder wandb with run-… or offline-run-… in it.")
    return ForeignRuns("wandb", {str(file): partial(_run, file) for file in files})


def _run(file: Path) -> ForeignRun:
    head: Fields = {}
    config: dict[str, Any] = {}
    summary: dict[str, Any] = {}
    code: int | None = None
    last_at = 0.0
    left_out: dict[str, str] = {}
    for record in _records(file, left_out):
        if _RUN in record:
            head = message(record, _RUN)
            config.update(_items(message(head, 4)))
        elif _CONFIG in record:
            config.update(_items(message(record, _CONFIG)))
        elif _SUMMARY in record:
            summary.update(_items(message(record, _SUMMARY)))
        elif _ARTIFACT in record:
            artifact = message(record, _ARTIFACT)
            if text(artifact, 4) not in _OWN_KINDS:
                left_out[f"artifact {text(artifact, 5)}"] = "W&B keeps its files outside of the run's folder"
        elif _EXIT in record:
            code = whole(message(record, _EXIT), 1)
        elif _HISTORY in record:
            last_at = max(last_at, float(_items(message(record, _HISTORY)).get("_timestamp") or 0))
    if not head:
        raise ArchiveError(f"{file} does not say which run it is about: it is damaged, or no file of W&B.")
    start = message(head, 17)
    started = whole(start, 1) + whole(start, 2) / 1e9
    ended = max(last_at, started)
    own = {key: value for key, value in summary.items() if not key.startswith("_")}
    status = RunStatus.CANCELED if code is None else RunStatus.FAILED if code else RunStatus.COMPLETED
    reason = None if code == 0 else "W&B does not say how it ended" if code is None else f"it ended with exit code {code}"
    tags = {value.decode("utf-8", "replace"): None for value in head.get(10, ()) if isinstance(value, bytes)}
    properties = {"wandb.group": text(head, 6), "wandb.job_type": text(head, 7), "wandb.sweep_id": text(head, 12)}
    properties |= {f"wandb.summary.{key}": _shown(value) for key, value in own.items()}
    return ForeignRun(
        id=text(head, 1),
        experiment=text(head, 3) or "wandb",
        name=text(head, 8) or text(head, 1),
        status=status,
        reason=reason,
        started_at=instant(started * 1000),
        ended_at=instant(ended * 1000),
        description=text(head, 9) or None,
        tags=dict(tags),
        properties={key: value for key, value in properties.items() if value},
        parameters={key: _shown(value) for key, value in _flat(config) if not key.startswith("_wandb")},
        files=below(file.parent / "files"),
        records=lambda lacking: _points(file, started, lacking),
        left_out=left_out,
    )


def _points(file: Path, started: float, left_out: dict[str, str]) -> Iterator[Record]:
    for record in _records(file, left_out):
        if _HISTORY not in record:
            continue
        history = message(record, _HISTORY)
        items = _items(history)
        step = int(items.get("_step", whole(message(history, 2), 1)))
        at_us = round(float(items.get("_timestamp") or started) * 1_000_000)
        for name, value in _flat(items):
            if name.startswith("_"):
                continue
            if isinstance(value, list) or "_type" in name:
                left_out[name.removesuffix("/_type")] = (
                    "only numbers and texts are brought in; its file is among the files of the run"
                )
            else:
                yield ScalarRecord(name, at_us, _number(value), step)


def _items(fields: Fields) -> dict[str, Any]:
    """Return the items of a history, summary or configuration."""
    found: dict[str, Any] = {}
    for item in messages(fields, 1):
        keys = [value.decode("utf-8", "replace") for value in item.get(2, ()) if isinstance(value, bytes)]
        name = text(item, 1) or "/".join(keys)
        if name and _VALUE_JSON in item:
            found[name] = json.loads(text(item, _VALUE_JSON))
    return found


def _flat(items: dict[str, Any], start: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in items.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{start}{key}/")
        else:
            yield f"{start}{key}", value


def _number(value: Any) -> Any:
    """W&B writes numbers that are not finite as texts."""
    return float(value) if value in ("NaN", "Infinity", "-Infinity") else value


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _records(file: Path, left_out: dict[str, str]) -> Iterator[Fields]:
    """Yield the records of a file. One whose end is missing gives what is before."""
    with file.open("rb") as source:
        if source.read(_HEAD_BYTES)[: len(_HEAD)] != _HEAD:
            raise ArchiveError(f"{file} is no file of W&B: it does not begin with :W&B.")
        try:
            for data in _whole(source):
                yield fields_of(data)
        except ValueError as error:
            left_out[file.name] = f"its end cannot be read: {error}"


def _whole(source: Any) -> Iterator[bytes]:
    parts: list[bytes] = []
    while True:
        room = _BLOCK_BYTES - source.tell() % _BLOCK_BYTES
        if room < _PART.size:
            source.read(room)
            continue
        head = source.read(_PART.size)
        if not head:
            return
        _, length, kind = _PART.unpack(head) if len(head) == _PART.size else (0, 1 << 16, 0)
        if kind == 0 and length == 0:
            return
        data = source.read(length)
        if len(data) != length or not _FULL <= kind <= _LAST:
            raise ValueError("it is cut off")
        if kind in (_FULL, _FIRST):
            parts = []
        parts.append(data)
        if kind in (_FULL, _LAST):
            yield b"".join(parts)
