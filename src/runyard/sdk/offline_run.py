"""The stand-in for a run where none was submitted: it prints what it would record."""

from __future__ import annotations

import uuid
from types import TracebackType
from typing import Any, NoReturn

from runyard.domain.histogram import HISTOGRAM_BINS
from runyard.sdk.histogram import histogram_of
from runyard.sdk.wording import kind_of


class OfflineRun:
    """A run that stores nothing, so that a training script runs by itself as well.

    It has no experiment and no parent, and nothing can be read back from it; its id begins with ``OfflineRun``.
    """

    def __init__(self, run_id: str | None = None) -> None:
        self._id = run_id or f"OfflineRun_{uuid.uuid4()}"

    @property
    def id(self) -> str:
        """The id."""
        return self._id

    def log(self, name: str, value: Any, description: str = "", step: int | None = None) -> None:
        """Print a value."""
        _show("log scalar metric", name, value)

    def log_dict(self, values: dict[str, Any], step: int | None = None) -> None:
        """Print several values."""
        for name, value in values.items():
            _show("log scalar metric", name, value)

    def log_list(self, name: str, value: Any, description: str = "") -> None:
        """Print a list."""
        _show("log list metric", name, value)

    def log_row(self, name: str, description: str | None = None, **kwargs: Any) -> None:
        """Print a row."""
        _show("log row metric", name, kwargs)

    def log_table(self, name: str, value: Any, description: str = "") -> None:
        """Print a table."""
        _show("log table metric", name, value)

    def log_image(
        self, name: str, path: str | None = None, plot: Any = None, description: str = "", step: int | None = None
    ) -> None:
        """Print where the image comes from."""
        _show("log image metric", name, path if path is not None else plot)

    def log_histogram(
        self,
        name: str,
        values: Any = None,
        counts: Any = None,
        edges: Any = None,
        bins: int = HISTOGRAM_BINS,
        description: str = "",
        step: int | None = None,
    ) -> None:
        """Print the bins."""
        _show("log histogram metric", name, histogram_of(name, values, counts, edges, bins))

    def log_audio(
        self,
        name: str,
        data: Any = None,
        path: str | None = None,
        sample_rate: int | None = None,
        description: str = "",
        step: int | None = None,
    ) -> None:
        """Print where the sound comes from."""
        _show("log audio metric", name, _source(data, path))

    def log_video(
        self, name: str, data: bytes | None = None, path: str | None = None, description: str = "", step: int | None = None
    ) -> None:
        """Print where the video comes from."""
        _show("log video metric", name, _source(data, path))

    def log_text(
        self, name: str, text: str | None = None, path: str | None = None, description: str = "", step: int | None = None
    ) -> None:
        """Print the text, or where it comes from."""
        _show("log text metric", name, text if path is None else path)

    def log_html(
        self, name: str, html: str | None = None, path: str | None = None, description: str = "", step: int | None = None
    ) -> None:
        """Print the page, or where it comes from."""
        _show("log html metric", name, html if path is None else path)

    def log_confusion_matrix(self, name: str, value: Any, description: str = "") -> None:
        """Print a confusion matrix."""
        _show("log confusion matrix metric", name, value)

    def log_accuracy_table(self, name: str, value: Any, description: str = "") -> None:
        """Print an accuracy table."""
        _show("log accuracy table metric", name, value)

    def log_residuals(self, name: str, value: Any, description: str = "") -> None:
        """Print residuals."""
        _show("log residuals metric", name, value)

    def log_predictions(self, name: str, value: Any, description: str = "") -> None:
        """Print predictions."""
        _show("log predictions metric", name, value)

    def tag(self, key: str, value: Any = None) -> None:
        """Print a tag."""
        print(f"Attempted to add tag {key} with value {value}")

    def set_tags(self, tags: dict[str, Any]) -> None:
        """Print tags."""
        for key, value in tags.items():
            self.tag(key, value)

    def add_properties(self, properties: dict[str, Any]) -> None:
        """Print properties."""
        for key, value in properties.items():
            print(f"Attempted to add property {key} with value {value}")

    def upload_file(self, name: str, path_or_stream: Any, datastore_name: str | None = None) -> None:
        """Print the file."""
        print(f"Attempted to track file {name} at {path_or_stream}")

    def upload_files(
        self,
        names: list[str],
        paths: list[str],
        return_artifacts: bool = False,
        timeout_seconds: float | None = None,
        datastore_name: str | None = None,
    ) -> None:
        """Print the files."""
        for name, path in zip(names, paths, strict=False):
            self.upload_file(name, path)

    def upload_folder(self, name: str, path: str, datastore_name: str | None = None) -> None:
        """Print the folder."""
        print(f"Attempted to track folder {name} at {path}")

    def child_run(self, name: str | None = None, run_id: str | None = None, outputs: str | None = None) -> OfflineRun:
        """Return another stand-in, whose id begins with this one's."""
        return OfflineRun(run_id or f"{self._id}.{uuid.uuid4()}")

    def start(self) -> None:
        """Do nothing."""

    def complete(self, _set_status: bool = True) -> None:
        """Do nothing."""

    def fail(self, error_details: Any = None, error_code: str | None = None, _set_status: bool = True) -> None:
        """Do nothing."""

    def cancel(self) -> None:
        """Do nothing."""

    def flush(self, timeout_seconds: float = 300) -> None:
        """Do nothing."""

    def __enter__(self) -> OfflineRun:
        print(f"[START] Run {self._id} context")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        print(f"[STOP] Run {self._id} context")

    def __getattr__(self, name: str) -> NoReturn:
        text = f"{type(self).__name__!r} object has no attribute {name!r}"
        if not name.startswith("_"):
            text += (
                ": this script runs by itself, with no run around it. `runyard run submit-script -e NAME SCRIPT` gives it one."
            )
        raise AttributeError(text, name=name, obj=self)

    def __repr__(self) -> str:
        return f"OfflineRun(Id: {self._id})"


def _source(data: Any, path: str | None) -> str:
    return path if path is not None else kind_of(data)


def _show(what: str, name: str, value: Any) -> None:
    print(f"Attempted to {what} {name}:\n{value}")
