"""Sounds, videos, texts and pages: what is taken, under which name it is stored, and what is refused with what to do."""

from __future__ import annotations

import io
import math
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runyard import Run
from runyard.errors import InvalidArgumentError, LimitExceededError
from runyard.sdk import media
from runyard.sdk.metric_file import MetricFile
from runyard.sdk.offline_run import OfflineRun

MP4 = b"\0\0\0\x18ftypisom" + b"\0" * 40


def test_media_are_files_that_metrics_name_by_step(run: Run, tmp_path: Path) -> None:
    run.log_audio("sound", [0.0, 0.5, -0.5], sample_rate=8000, step=3)
    run.log_video("film", MP4, step=1)
    run.log_video("film", MP4, step=2)
    run.log_text("said", "first", step=0)
    run.log_html("page / one", "<p>hi</p>", step=0)
    (tmp_path / "clip.webm").write_bytes(b"\x1a\x45\xdf\xa3webm")
    run.log_video("other", path=str(tmp_path / "clip.webm"), step=5)
    metrics = run.get_metrics()
    start = f"aml://artifactId/ExperimentRun/dcid.{run.id}/"
    assert metrics["sound"] == f"{start}media/sound_3.wav"
    assert metrics["film"] == [f"{start}media/film_1.mp4", f"{start}media/film_2.mp4"]
    assert metrics["page / one"] == f"{start}media/page _ one_0.html"
    assert metrics["other"] == f"{start}clip_5.webm"
    said = run.get_metrics("said", populate=True)["said"]
    assert isinstance(said, MetricFile)
    assert said.data == b"first"


def test_histograms_come_back_as_dicts(run: Run) -> None:
    run.log_histogram("w", np.array([1.0, 2.0, math.nan, math.inf]), bins=2, step=1)
    one = run.get_metrics("w")["w"]
    assert repr(one["counts"]) == "[1, 1]" and one["edges"] == [1.0, 1.5, 2.0]
    assert (one["count"], one["min"], one["max"], one["mean"]) == (2, 1.0, 2.0, 1.5)
    assert (one["nan"], one["positive_infinity"], one["negative_infinity"]) == (1, 1, 0)
    run.log_histogram("w", counts=[3], edges=[0, 1], step=2)
    assert [each["counts"] for each in run.get_metrics()["w"]] == [[1, 1], [3]]
    with pytest.raises(InvalidArgumentError, match="was logged as a histogram and cannot become a series"):
        run.log("w", 1)


def test_samples_become_a_wave() -> None:
    with wave.open(io.BytesIO(media.wav_of("s", np.array([[0.0, 1.0], [2.0, -1.0]]), 22050))) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 22050, 2)
        assert np.frombuffer(file.readframes(2), "<i2").tolist() == [0, 32767, 32767, -32767]


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("log_audio", {}),
        ("log_audio", {"data": [0.0]}),
        ("log_audio", {"data": [0.0], "sample_rate": 0}),
        ("log_audio", {"data": ["a"], "sample_rate": 8000}),
        ("log_audio", {"data": [[0.0], [0.0, 1.0]], "sample_rate": 8000}),
        ("log_audio", {"data": b"no sound"}),
        ("log_video", {"data": b"GIF89a"}),
        ("log_video", {"data": MP4, "path": "x.mp4"}),
        ("log_video", {"path": "no.mp4"}),
        ("log_video", {"data": "text"}),
        ("log_text", {"text": b"bytes"}),
        ("log_text", {"path": "binary"}),
        ("log_html", {}),
        ("log_html", {"html": "x", "step": "one"}),
    ],
)
def test_what_is_no_such_file_is_refused(run: Run, tmp_path: Path, call: str, arguments: dict[str, Any]) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\0")
    if "path" in arguments:
        arguments = {**arguments, "path": str(tmp_path / arguments["path"])}
    with pytest.raises(InvalidArgumentError):
        getattr(run, call)("x", **arguments)


def test_what_is_too_large_is_refused_with_what_to_do() -> None:
    with pytest.raises(LimitExceededError, match=r"the limit is 16777216\. Store it with run.upload_file"):
        media.chosen_content(media.TEXT, "x", "a" * (media.TEXT_MAX_BYTES + 1), None)


def test_without_a_run_media_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    offline = OfflineRun()
    offline.log_histogram("w", [1, 2], bins=1)
    offline.log_audio("a", path="a.wav")
    offline.log_video("v", b"abc")
    offline.log_text("t", "said")
    offline.log_html("h", path="page.html")
    told = capsys.readouterr().out
    assert "counts=[2]" in told and "a.wav" in told and "said" in told and "page.html" in told
