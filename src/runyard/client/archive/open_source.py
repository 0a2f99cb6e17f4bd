"""Opens what runs are brought in from, by the name of the tool that wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runyard.client.archive.exported import ExportedRuns
from runyard.client.archive.incoming import RunSource
from runyard.errors import ArchiveError, InvalidArgumentError

SOURCES = ("runyard", "mlflow", "wandb", "tensorboard")


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
    exported = ExportedRuns(path)
    try:
        yield exported
    finally:
        exported.close()


def _foreign(path: Path, source: str) -> RunSource:
    # Each reader is imported when it is asked for.
    if not path.exists():
        raise ArchiveError(f"There is no {path}.")
    if source == "mlflow":
        from runyard.client.foreign.mlflow import mlflow_runs

        return mlflow_runs(path)
    if source == "wandb":
        from runyard.client.foreign.wandb import wandb_runs

        return wandb_runs(path)
    from runyard.client.foreign.tensorboard import tensorboard_runs

    return tensorboard_runs(path)
