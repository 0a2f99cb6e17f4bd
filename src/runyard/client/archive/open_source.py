"""Opens what runs are brought in from, by the name of the tool that wrote it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runyard.client.archive.exported import ExportedRuns
from runyard.client.archive.incoming import RunSource
from runyard.errors import ArchiveError, InvalidArgumentError
from runyard.wire.run_archive import INDEX


@dataclass(frozen=True)
class Tool:
    """A tool whose files can be brought in: its name, what of it is asked for, and what its folders have in them."""

    name: str
    path: str
    signs: tuple[str, ...]


TOOLS = {
    "mlflow": Tool("MLflow", "its mlruns folder, or its SQLite file such as mlflow.db", ("mlflow.db", "mlruns", "*/*/meta.yaml")),
    "wandb": Tool("W&B", "the folder wandb with run-… or offline-run-… in it", tuple(f"{n * '*/'}run-*.wandb" for n in range(3))),
    "tensorboard": Tool(
        "TensorBoard", "the folder that `tensorboard --logdir` takes", tuple(f"{n * '*/'}*.tfevents.*" for n in range(4))
    ),
}
SOURCES = ("runyard", *TOOLS)


@contextmanager
def open_source(path: Path, source: str) -> Iterator[RunSource]:
    """Give the runs at a path, as the tool named ``source`` wrote them.

    Raises:
        InvalidArgumentError: there is no such source.
        ArchiveError: what is at ``path`` is damaged, or is not of that tool.
    """
    if source not in SOURCES:
        raise InvalidArgumentError(f"source={source!r} is unknown. Use one of {', '.join(SOURCES)}.")
    if source != "runyard":
        yield _foreign(path, source)
        return
    other = _written_by(path)
    if other:
        raise ArchiveError(f"{path} holds runs of {TOOLS[other].name}: runyard import {other} {shlex.quote(str(path))}")
    exported = ExportedRuns(path)
    try:
        yield exported
    finally:
        exported.close()


def _written_by(path: Path) -> str | None:
    """Return the tool whose runs a folder has, where it has none of an export."""
    if not path.is_dir() or (path / INDEX).exists():
        return None
    return next((source for source, tool in TOOLS.items() if any(next(path.glob(sign), None) for sign in tool.signs)), None)


def _foreign(path: Path, source: str) -> RunSource:
    # Each reader is imported when it is asked for.
    if re.match(r"\w[\w+.-]+:/", str(path)):
        raise ArchiveError(f"{path} is an address. Runs are read from files: give {TOOLS[source].path}.")
    if not path.exists():
        raise ArchiveError(f"There is no {path}. Give {TOOLS[source].path}.")
    if source == "mlflow":
        from runyard.client.foreign.mlflow import mlflow_runs

        return mlflow_runs(path)
    if source == "wandb":
        from runyard.client.foreign.wandb import wandb_runs

        return wandb_runs(path)
    from runyard.client.foreign.tensorboard import tensorboard_runs

    return tensorboard_runs(path)
