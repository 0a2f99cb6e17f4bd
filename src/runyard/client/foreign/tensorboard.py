"""Reads TensorBoard's event files: each folder that has some is a run.

Source: the framing of TensorFlow's TFRecord files, and the messages Event, Summary and TensorProto.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from runyard.client.foreign.foreign_run import ForeignRun, ForeignRuns, instant
from runyard.client.foreign.protobuf import Fields, fields_of, floats, message, messages, text, whole
from runyard.domain.run import RunStatus
from runyard.errors import ArchiveError
from runyard.wire.metric import Record, ScalarRecord

_LENGTH = struct.Struct("<QI")
_FLOAT, _DOUBLE = 1, 2
RECORD_MAX_BYTES = 256 << 20


def tensorboard_runs(path: Path) -> ForeignRuns:
    """Return a run for each folder with event files, at ``path`` or below it.

    Raises:
        ArchiveError: there are none.
    """
    root = path.parent if path.is_file() else path
    files = [path] if path.is_file() else sorted(each for each in root.rglob("*tfevents*") if each.is_file())
    folders: dict[Path, list[Path]] = {}
    for file in files:
        folders.setdefault(file.parent, []).append(file)
    if not folders:
        raise ArchiveError(f"{path} holds no event files of TensorBoard. Give the folder that `tensorboard --logdir` takes.")
    return ForeignRuns("tensorboard", {str(folder): partial(_run, root, folder, files) for folder, files in folders.items()})


def _run(root: Path, folder: Path, files: list[Path]) -> ForeignRun:
    name = folder.relative_to(root).as_posix()
    name = root.resolve().name if name == "." else name
    times = [at for file in files for at, _, _ in _events(file, {})]
    if not times:
        raise ArchiveError(f"The event files in {folder} hold nothing that was logged.")
    first, last = min(times), max(times)
    named = hashlib.sha256(f"{name}\0{first!r}".encode()).hexdigest()

    def records(left_out: dict[str, str]) -> Iterator[Record]:
        for file in files:
            for at, step, value in _events(file, left_out):
                yield from _record(at, step, value, left_out)

    return ForeignRun(
        id=f"tensorboard-{named[:24]}",
        experiment=root.resolve().name,
        name=name,
        status=RunStatus.COMPLETED,
        started_at=instant(first * 1000),
        ended_at=instant(last * 1000),
        files=[(f"logs/{file.name}", file) for file in files],
        records=records,
    )


def _events(file: Path, left_out: dict[str, str]) -> Iterator[tuple[float, int, Fields]]:
    """Yield time, step and content of each value. A file whose end is missing gives what is before."""
    with file.open("rb") as source:
        while head := source.read(_LENGTH.size):
            length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else RECORD_MAX_BYTES + 1
            data = source.read(length + 4) if length <= RECORD_MAX_BYTES else b""
            try:
                if len(data) != length + 4:
                    raise ValueError("it is cut off")
                event = fields_of(data[:-4])
                at = floats(event.get(1, [b""])[-1], "d")
                values = list(messages(message(event, 5), 1))
            except ValueError as error:
                left_out[file.name] = f"what comes after byte {source.tell() - len(data)} cannot be read: {error}"
                return
            for value in values:
                yield at[0] if at else 0.0, whole(event, 2), value


def _record(at: float, step: int, value: Fields, left_out: dict[str, str]) -> Iterator[Record]:
    tag = text(value, 1)
    number = _number(value)
    if number is None:
        left_out[tag] = "only numbers are brought in; its event file is among the files of the run"
    else:
        yield ScalarRecord(tag, round(at * 1_000_000), number, step)


def _number(value: Fields) -> float | None:
    """Return the number of a summary value: a plain float, or a tensor of one float."""
    if 2 in value:
        return next(iter(floats(value[2][-1], "f")), None)
    tensor = message(value, 8)
    kind = {_FLOAT: "f", _DOUBLE: "d"}.get(whole(tensor, 1))
    if kind is None or [each for each in messages(message(tensor, 2), 2) if whole(each, 1) != 1]:
        return None
    for number in (4, 5 if kind == "f" else 6):
        found = floats(tensor[number][-1], kind) if number in tensor else []
        if len(found) == 1:
            return found[0]
    return None
