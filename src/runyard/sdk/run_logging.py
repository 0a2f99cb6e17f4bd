"""What a run logs. No call here waits for the server."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runyard.client.client import Client
from runyard.client.kept_file import FileToRecord
from runyard.client.known_secrets import covered_record, known_secrets
from runyard.client.known_series import NOT_TAKEN, STEP, KnownSeries, now_ns, pack_float, pack_float_alone
from runyard.client.recorder import Recorder
from runyard.domain.histogram import HISTOGRAM_BINS
from runyard.domain.metric import MetricColumns, MetricFamily, MetricType, require_metric_name
from runyard.errors import InvalidArgumentError
from runyard.sdk.histogram import histogram_of
from runyard.sdk.media import AUDIO, HTML, IMAGE, TEXT, VIDEO, Medium, artifact_path, chosen_content, drawn, file_stem, wav_of
from runyard.sdk.metric_file import metric_file
from runyard.sdk.metric_value import CHUNK_VALUES, chart_data, described, in_parts, row, scalar, step_number, table, values_of
from runyard.sdk.run_handle import RunHandle
from runyard.sdk.wording import kind_of
from runyard.wire.codec import to_json
from runyard.wire.metric import HistogramRecord, ListRecord, MetricResult, MetricValuesQuery, Record, ScalarRecord, TableRecord

if TYPE_CHECKING:
    import pandas as pd

    from runyard.domain.run import RunRecord
    from runyard.sdk.experiment import Experiment

FLUSH_TIMEOUT_S = 300
READ_FLUSH_TIMEOUT_S = 30


class RunLogging(RunHandle):
    """The part of a run that takes metrics.

    Wrong arguments raise at once, in the caller. Everything else happens in the background: a server that is away neither stops
    nor slows the program. Several threads and processes may log to one run.
    """

    def __init__(self, experiment: Experiment, run_id: str, record: RunRecord | None = None) -> None:
        super().__init__(experiment, run_id, record)
        self._series = KnownSeries()  # none, until the first value has made the recorder
        self._places = self._series.places

    def log(self, name: str, value: Any, description: str = "", step: int | None = None) -> None:
        """Log one value: a number, a text, a bool or None. Logging a name again makes a series.

        Raises:
            InvalidArgumentError: the value is a list, an array or a dict, or the name was used for a table.
        """
        if type(value) is float and not description:  # what a training logs most, at a call less
            try:
                write, tail = self._places[name]
                if step is None:
                    write(pack_float_alone(now_ns() // 1000, value, tail))
                else:
                    write(pack_float(now_ns() // 1000, step, value, tail + STEP))
                return
            except NOT_TAKEN:
                pass
        elif not description and self._series.log(name, value, step):
            return
        self._log_checked(name, value, description, step, _now_us())

    def log_dict(self, values: dict[str, Any], step: int | None = None) -> None:
        """Log several values at one time, ``{name: value}``: as :meth:`log` for each, and several times as fast.

        Raises:
            InvalidArgumentError: as :meth:`log`; the values before the bad one are logged.
        """
        if not isinstance(values, dict):
            raise InvalidArgumentError(f"log_dict() takes a dict of names and values, not {kind_of(values)}.")
        if values and not self._series.log_many(values, step):
            now_us = _now_us()
            for name, value in values.items():
                self._log_checked(name, value, "", step, now_us)

    def log_list(self, name: str, value: Any, description: str = "") -> None:
        """Log several values at once: a list, a range, a generator, an array. Lists of one name are joined."""
        values = values_of(name, value)
        self._require_family(name, MetricFamily.SERIES)
        at_us = _now_us()
        for part in in_parts(values):
            self._record_covered(ListRecord(name, at_us, part, described(name, description)))

    def log_row(self, name: str, description: str | None = None, **kwargs: Any) -> None:
        """Log one row of a table, a value a column: ``run.log_row("Cosine", x=1, y=2)``."""
        columns = row(name, kwargs)
        self._require_family(name, MetricFamily.TABLE)
        self._record_covered(TableRecord(name, _now_us(), columns, described(name, description)))

    def log_table(self, name: str, value: dict[str, Any], description: str = "") -> None:
        """Log a table: a dict of columns of equal length. Tables and rows of one name are joined."""
        columns = table(name, value)
        self._require_family(name, MetricFamily.TABLE)
        at_us = _now_us()
        for part in _in_parts(columns):
            self._record_covered(TableRecord(name, at_us, part, described(name, description)))

    def log_image(
        self, name: str, path: str | None = None, plot: Any = None, description: str = "", step: int | None = None
    ) -> None:
        """Log an image: either the path of an image file, or a matplotlib plot.

        Raises:
            InvalidArgumentError: both or neither are given, or the file is missing or no image.
            LimitExceededError: it has more than 256 MiB.
        """
        require_metric_name(name)
        if (path is None) == (plot is None):
            raise InvalidArgumentError(
                f"log_image({name!r}) takes either path= or plot=, not {'both' if path else 'neither'}.", name=name
            )
        number = step_number(name, step)
        if path is not None:
            self._record_medium(IMAGE, name, None, path, description, number)
            return
        stored = f"{file_stem(name)}_{int(time.time()) if number is None else number}.png"
        self._record_file(name, stored, drawn(name, plot), MetricType.IMAGE, description, number)

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
        """Log how values are spread: a list or an array of any shape, or ``counts`` of bins between ``edges``.

        The values go into ``bins`` bins of equal width. Their exact number, least, greatest and mean are kept beside the bins;
        NaN and the infinities are counted apart and are in no bin. ``edges`` has one number more than ``counts``.

        Raises:
            InvalidArgumentError: a value is no number, or counts and edges do not belong together.
        """
        require_metric_name(name)
        histogram = histogram_of(name, values, counts, edges, bins)
        self._require_family(name, MetricFamily.HISTOGRAM)
        about = described(name, description)
        self._record_covered(HistogramRecord(name, _now_us(), histogram, step_number(name, step), about))

    def log_audio(
        self,
        name: str,
        data: Any = None,
        path: str | None = None,
        sample_rate: int | None = None,
        description: str = "",
        step: int | None = None,
    ) -> None:
        """Log a sound: the path or the bytes of a WAV, MP3, FLAC, Ogg, M4A or WebM file, or samples with ``sample_rate``.

        Samples have the shape (frames,) or (frames, channels): floats from -1 to 1, or integers of 16 bits.

        Raises:
            InvalidArgumentError: both or neither are given, or it is no sound.
            LimitExceededError: it has more than 256 MiB.
        """
        require_metric_name(name)
        if data is not None and path is None and not isinstance(data, (bytes, bytearray, memoryview)):
            data = wav_of(name, data, sample_rate)
        self._record_medium(AUDIO, name, data, path, description, step)

    def log_video(
        self, name: str, data: bytes | None = None, path: str | None = None, description: str = "", step: int | None = None
    ) -> None:
        """Log a video: the path or the bytes of an MP4, WebM or Ogg file.

        Raises:
            InvalidArgumentError: both or neither are given, or it is no video.
            LimitExceededError: it has more than 256 MiB.
        """
        self._record_medium(VIDEO, name, data, path, description, step)

    def log_text(
        self, name: str, text: str | None = None, path: str | None = None, description: str = "", step: int | None = None
    ) -> None:
        """Log a text, such as what a model has written, or the path of a text file. A short one may go to :meth:`log` too.

        Raises:
            InvalidArgumentError: both or neither are given, or the file is no text in UTF-8.
            LimitExceededError: it has more than 16 MiB.
        """
        self._record_medium(TEXT, name, text, path, description, step)

    def log_html(
        self, name: str, html: str | None = None, path: str | None = None, description: str = "", step: int | None = None
    ) -> None:
        """Log a page of HTML, or the path of one. The Studio shows it in a frame in which no script runs.

        Raises:
            InvalidArgumentError: both or neither are given, or the file is no text in UTF-8.
            LimitExceededError: it has more than 16 MiB.
        """
        self._record_medium(HTML, name, html, path, description, step)

    def log_confusion_matrix(self, name: str, value: Any, description: str = "") -> None:
        """Log a confusion matrix: a dict or JSON text with ``schema_type`` ``confusion_matrix`` and ``data``."""
        self._record_chart(name, value, MetricType.CONFUSION_MATRIX, "confusion_matrix", description)

    def log_accuracy_table(self, name: str, value: Any, description: str = "") -> None:
        """Log an accuracy table, which gives ROC and precision-recall curves."""
        self._record_chart(name, value, MetricType.ACCURACY_TABLE, "accuracy_table", description)

    def log_residuals(self, name: str, value: Any, description: str = "") -> None:
        """Log the residuals of a regression as a histogram."""
        self._record_chart(name, value, MetricType.RESIDUALS, "residuals", description)

    def log_predictions(self, name: str, value: Any, description: str = "") -> None:
        """Log predictions against true values."""
        self._record_chart(name, value, MetricType.PREDICTIONS, "predictions", description)

    def flush(self, timeout_seconds: float = FLUSH_TIMEOUT_S) -> None:
        """Wait until the server has everything logged before, at most ``timeout_seconds``. What is late is sent later."""
        self._client.recorders.flush(self.id, timeout_seconds)

    def get_metrics(
        self, name: str | None = None, recursive: bool = False, run_type: str | None = None, populate: bool = False
    ) -> dict[str, Any]:
        """Return what was logged, by name.

        One value comes back bare, several as a list; one row as ``{column: value}``, several as ``{column: [values]}``; a
        histogram as a dict of its ``counts``, ``edges`` and exact figures; an image, a video or a chart as the address of its
        file, or with ``populate`` as a :class:`~runyard.sdk.metric_file.MetricFile`. With ``recursive`` the answer has one such
        dict a run, over all descendants, by run id; ``run_type`` then keeps the runs of that type.
        """
        self.flush(READ_FLUSH_TIMEOUT_S)
        query = MetricValuesQuery(run_id=self.id, name=name, recursive=recursive, run_type=run_type)
        runs = self._client.metrics.values(query)
        found = {run_id: self._populated(metrics) if populate else metrics for run_id, metrics in runs.items()}
        return found if recursive else found.get(self.id, {})

    def metrics_dataframe(self, names: Sequence[str] | None = None, layout: str = "long") -> pd.DataFrame:
        """Return every point of the number series as a pandas ``DataFrame``; ``names`` None means all of them.

        ``layout="long"``: a row a point, in order of logging, with the columns ``name``, ``step`` (the index in the series where
        no step was given), ``time`` (UTC) and ``value`` (float64; NaN where a text was logged). ``layout="wide"``: the index is
        the step, and each metric a column; of several values of one step the last.

        Raises:
            NotSupportedError: pandas is not installed.
        """
        from runyard.sdk.data_frame import metrics_frame  # late: most programs never ask

        self.flush(READ_FLUSH_TIMEOUT_S)
        return metrics_frame(self._client, self.id, names, layout)

    def _log_checked(self, name: str, value: Any, description: str, step: int | None, at_us: int) -> None:
        require_metric_name(name)
        self._require_family(name, MetricFamily.SERIES)
        record = ScalarRecord(name, at_us, scalar(name, value), step_number(name, step), described(name, description))
        self._record_covered(record)

    def _record_covered(self, record: Record) -> None:
        self._recorder.record(covered_record(record))

    @cached_property
    def _recorder(self) -> Recorder:
        recorder = self._client.recorders.for_run(self.id)
        self._series = recorder.known
        self._places = self._series.places
        return recorder

    def _require_family(self, name: str, family: MetricFamily) -> None:
        """Refuse a name that this process has logged in another shape; the server would refuse it later, unseen."""
        known = self._families.setdefault(name, family)
        if known is not family:
            raise InvalidArgumentError(
                f"Metric {name!r} of run {self.id} was logged as a {known.value} and cannot become a {family.value}. "
                "Log it under another name.",
                name=name,
            )

    @cached_property
    def _families(self) -> dict[str, MetricFamily]:
        return self._client.recorders.families(self.id)

    def _record_chart(self, name: str, value: Any, kind: MetricType, schema: str, description: str) -> None:
        content = to_json(chart_data(name, value, schema))
        self._record_file(name, f"{file_stem(name)}_{int(time.time())}.json", content, kind, description)

    def _record_medium(self, medium: Medium, name: str, data: Any, path: Any, description: str, step: int | None) -> None:
        require_metric_name(name)
        number = step_number(name, step)
        content = chosen_content(medium, name, data, path)
        self._record_file(name, artifact_path(medium, name, path, number, _now_us()), content, medium.type, description, number)

    def _record_file(
        self, name: str, path: str, content: bytes | Path, kind: MetricType, description: str, step: int | None = None
    ) -> None:
        self._require_family(name, MetricFamily.FILE)
        about = known_secrets().text(described(name, description))
        self._recorder.record_file(
            FileToRecord(name=name, at_us=_now_us(), path=path, content=content, type=kind, description=about, step=step)
        )

    def _populated(self, metrics: dict[str, MetricResult]) -> dict[str, Any]:
        return {name: _with_files(self._client, value) for name, value in metrics.items()}


def _with_files(client: Client, value: Any) -> Any:
    if isinstance(value, list):
        return [_with_files(client, item) for item in value]
    return (metric_file(client, value) or value) if isinstance(value, str) else value


def _now_us() -> int:
    return time.time_ns() // 1000


def _in_parts(columns: MetricColumns) -> Iterator[MetricColumns]:
    """Yield a table in parts that are small enough for one record each."""
    rows = len(next(iter(columns.values()), []))
    rows_a_part = max(1, CHUNK_VALUES // max(1, len(columns)))
    for start in range(0, rows, rows_a_part):
        yield {column: values[start : start + rows_a_part] for column, values in columns.items()}
