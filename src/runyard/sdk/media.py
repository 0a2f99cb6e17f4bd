"""What a user logs as a file: images, audio, video, texts, pages. What is checked and made of it before it is kept."""

from __future__ import annotations

import importlib
import io
import re
import struct
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runyard.domain.metric import MetricType
from runyard.errors import InvalidArgumentError, LimitExceededError
from runyard.sdk.wording import kind_of

MEDIA_MAX_BYTES = 256 << 20
"""The largest image, recording or video of one call."""

TEXT_MAX_BYTES = 16 << 20
"""The largest text or page of one call."""

SAMPLE_RATES = range(1, 1_000_001)
_START_BYTES = 4096
_IMAGE_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*")


@dataclass(frozen=True, slots=True)
class Medium:
    """A kind of file: the call that logs it, what it may be and what to do with other files."""

    type: MetricType
    call: str
    suffix: str
    formats: str
    max_bytes: int


IMAGE = Medium(MetricType.IMAGE, "log_image", ".png", "PNG, JPEG, GIF, WebP, BMP, TIFF or SVG", MEDIA_MAX_BYTES)
AUDIO = Medium(MetricType.AUDIO, "log_audio", ".wav", "WAV, MP3, FLAC, Ogg, M4A or WebM", MEDIA_MAX_BYTES)
VIDEO = Medium(MetricType.VIDEO, "log_video", ".mp4", "MP4, WebM or Ogg (a GIF goes to log_image)", MEDIA_MAX_BYTES)
TEXT = Medium(MetricType.TEXT, "log_text", ".txt", "text in UTF-8", TEXT_MAX_BYTES)
HTML = Medium(MetricType.HTML, "log_html", ".html", "HTML in UTF-8", TEXT_MAX_BYTES)


def chosen_content(medium: Medium, name: str, data: Any, path: Any) -> bytes | Path:
    """Return the one of ``data`` and ``path`` that is given, checked.

    Raises:
        InvalidArgumentError: both or neither are given, the file cannot be read, or it is of another kind.
        LimitExceededError: it is too large.
    """
    if (data is None) == (path is None):
        raise InvalidArgumentError(
            f"{medium.call}({name!r}) takes either path= or the data, not {'neither' if path is None else 'both'}.", name=name
        )
    content = Path(path) if path is not None else _bytes_of(medium, name, data)
    require_medium(medium, name, content)
    return content


def require_medium(medium: Medium, name: str, content: bytes | Path) -> None:
    """Refuse a file that cannot be read, is too large or is of another kind; errors as :func:`chosen_content`."""
    size, start = _measured(medium, name, content)
    if size > medium.max_bytes:
        raise LimitExceededError(
            f"{_what(medium, name, content)} has {size} bytes; the limit is {medium.max_bytes}. Store it with run.upload_file.",
            name=name,
        )
    if not _KNOWN[medium.type](start):
        raise InvalidArgumentError(
            f"{_what(medium, name, content)} is not what it takes. Use {medium.formats}; other files go to run.upload_file.",
            name=name,
        )


def artifact_path(medium: Medium, name: str, path: Any, step: int | None, at_us: int) -> str:
    """Return the name under which a file is stored: its own path, or one that the metric's name and the step make."""
    if path is None:
        return f"media/{file_stem(name)}_{at_us if step is None else step}{medium.suffix}"
    own = Path(path)
    inside = Path(own.name) if own.is_absolute() or ".." in own.parts else own
    if step is not None:  # the same file is written and logged again at each step
        inside = inside.with_name(f"{inside.stem}_{step}{inside.suffix}")
    return inside.as_posix()


def wav_of(name: str, samples: Any, sample_rate: Any) -> bytes:
    """Return samples as a WAV file of 16 bits.

    **Shape**: (frames,), or (frames, channels) with up to 8 channels. Floats are from -1 to 1, and what is beyond is cut;
    integers of 16 bits are taken as they are.

    Raises:
        InvalidArgumentError: another shape or type, or no ``sample_rate``.
    """
    if isinstance(sample_rate, bool) or not isinstance(sample_rate, int) or sample_rate not in SAMPLE_RATES:
        raise InvalidArgumentError(
            f"log_audio({name!r}) needs sample_rate=, a whole number of samples a second, such as 44100.", name=name
        )
    if hasattr(samples, "detach"):
        samples = samples.detach().cpu()
    if hasattr(samples, "__array__"):
        samples = importlib.import_module("numpy").asarray(samples).tolist()  # numpy made it
    frames = [frame if isinstance(frame, (list, tuple)) else (frame,) for frame in samples]
    channels = len(frames[0]) if frames else 1
    if not 1 <= channels <= 8 or any(len(frame) != channels for frame in frames):
        raise InvalidArgumentError(
            f"log_audio({name!r}) takes samples of the shape (frames,) or (frames, channels) with up to 8 channels.", name=name
        )
    flat = [_sample(name, value) for frame in frames for value in frame]
    sink = io.BytesIO()
    with wave.open(sink, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(struct.pack(f"<{len(flat)}h", *flat))
    return sink.getvalue()


def drawn(name: str, plot: Any) -> bytes:
    """Return a plot as PNG: matplotlib's pyplot module, which draws its current figure, or a figure.

    Raises:
        InvalidArgumentError: it cannot be drawn.
    """
    figure = plot if hasattr(plot, "savefig") else getattr(plot, "figure", None)
    if figure is None or not hasattr(figure, "savefig"):
        raise InvalidArgumentError(
            f"plot= of log_image({name!r}) is {kind_of(plot)}, which cannot be drawn. Give a matplotlib figure.",
            name=name,
        )
    sink = io.BytesIO()
    figure.savefig(sink, format="png")
    return sink.getvalue()


def file_stem(name: str) -> str:
    """Return a metric's name as a file name."""
    return re.sub(r"[^\w\-. ()\[\]]+", "_", name).strip(". ")[:120] or "metric"


def _sample(name: str, value: Any) -> int:
    if isinstance(value, float):
        return round(min(1.0, max(-1.0, value)) * 32767) if value == value else 0
    if isinstance(value, int) and -32768 <= value <= 32767:
        return value
    raise InvalidArgumentError(
        f"log_audio({name!r}) takes samples as floats from -1 to 1 or integers of 16 bits, not {kind_of(value)}.", name=name
    )


def _bytes_of(medium: Medium, name: str, data: Any) -> bytes:
    if isinstance(data, str) and medium in (TEXT, HTML):
        return data.encode("utf-8", "replace")
    if isinstance(data, (bytes, bytearray, memoryview)) and medium not in (TEXT, HTML):
        return bytes(data)
    wanted = "a text" if medium in (TEXT, HTML) else "the bytes of a file"
    raise InvalidArgumentError(
        f"{medium.call}({name!r}) takes {wanted}, not {kind_of(data)}. A file is given as path=.", name=name
    )


def _measured(medium: Medium, name: str, content: bytes | Path) -> tuple[int, bytes]:
    """Return the size of a file and its beginning; of a text all of it, which must be UTF-8."""
    whole = medium in (TEXT, HTML)
    if isinstance(content, bytes):
        return len(content), content if whole else content[:_START_BYTES]
    try:
        size = content.stat().st_size
        with content.open("rb") as file:
            return size, file.read(min(size, medium.max_bytes) if whole else _START_BYTES)
    except OSError as error:
        raise InvalidArgumentError(
            f"{medium.call}({name!r}) cannot read {content} ({error.strerror}). Give the path of a file.", path=str(content)
        ) from error


def _what(medium: Medium, name: str, content: bytes | Path) -> str:
    return f"{content} of {medium.call}({name!r})" if isinstance(content, Path) else f"The data of {medium.call}({name!r})"


def _is_image(start: bytes) -> bool:
    is_webp = start[:4] == b"RIFF" and start[8:12] == b"WEBP"
    return start.startswith(_IMAGE_STARTS) or is_webp or b"<svg" in start[:1024].lower()


def _is_audio(start: bytes) -> bool:
    is_wave = start[:4] == b"RIFF" and start[8:12] == b"WAVE"
    is_mpeg = start[:3] == b"ID3" or (len(start) > 1 and start[0] == 0xFF and start[1] & 0xE0 == 0xE0)
    return is_wave or is_mpeg or start.startswith((b"fLaC", b"OggS", _EBML)) or start[4:8] == b"ftyp"


def _is_video(start: bytes) -> bool:
    return start[4:8] == b"ftyp" or start.startswith((b"OggS", _EBML))


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in data


_EBML = b"\x1a\x45\xdf\xa3"
_KNOWN = {
    MetricType.IMAGE: _is_image,
    MetricType.AUDIO: _is_audio,
    MetricType.VIDEO: _is_video,
    MetricType.TEXT: _is_text,
    MetricType.HTML: _is_text,
}
