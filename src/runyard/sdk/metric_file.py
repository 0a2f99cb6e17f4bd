"""An image or chart that was logged, as ``get_metrics(populate=True)`` gives it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from runyard.client.client import Client
from runyard.client.recorder import ARTIFACT_URI_START


class MetricFile:
    """A file of a run that a metric points at."""

    def __init__(self, client: Client, run_id: str, path: str) -> None:
        self._client = client
        self.run_id = run_id
        self.path = path

    @property
    def data(self) -> bytes:
        """The content, downloaded anew each time."""
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "file"
            self.download(target)
            return target.read_bytes()

    @property
    def filename(self) -> str:
        """The path of a local copy, in a temporary folder that stays."""
        target = Path(tempfile.mkdtemp(prefix="runyard-")) / Path(self.path).name
        self.download(target)
        return str(target)

    def download(self, target: Path) -> None:
        """Store the content as ``target``."""
        self._client.artifacts.download(self.run_id, self.path, target)

    def __repr__(self) -> str:
        return f"MetricFile(run {self.run_id}, {self.path})"


def metric_file(client: Client, address: str) -> MetricFile | None:
    """Return the file at an address that a metric holds; None for another text."""
    if not address.startswith(ARTIFACT_URI_START):
        return None
    run_id, _, path = address.removeprefix(ARTIFACT_URI_START).partition("/")
    return MetricFile(client, run_id, path)
