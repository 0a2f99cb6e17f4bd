"""Batches as a journal sends them, made from columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from runyard.wire.journal import (
    COMMIT,
    FLOAT,
    HAS_STEP,
    SCALAR_DTYPE,
    SeriesDefinition,
    define_frame,
    encode_batch,
    scalars_frame,
)

BATCH_POINTS = 20_000
START_US = 1_700_000_000_000_000


def packed(
    names: list[str],
    values: npt.NDArray[Any],
    *,
    batch_points: int = BATCH_POINTS,
    jitter: bool = True,
    start_us: int = START_US,
    writer: str = "w",
) -> list[bytes]:
    """Return batches of ``values`` (steps × names): at each step all names in one call, or (``jitter``) by calls 1 µs apart."""
    steps, width = values.shape
    scalars = np.zeros(steps * width, np.dtype(SCALAR_DTYPE))
    scalars["step"] = np.repeat(np.arange(steps), width)
    at = start_us + np.cumsum(np.random.default_rng(7).integers(900, 1_100, steps))
    scalars["time_us"] = np.repeat(at, width) + np.tile(np.arange(width) * jitter, steps)
    scalars["value"] = values.reshape(-1)
    scalars["series"] = np.tile(np.arange(1, width + 1), steps)
    scalars["flags"], scalars["commit"] = FLOAT | HAS_STEP, COMMIT
    defines = [define_frame(SeriesDefinition(n, name)) for n, name in enumerate(names, 1)]
    rows = max(1, batch_points // width) * width
    return [
        encode_batch(
            [*defines, scalars_frame(scalars[start : start + rows].tobytes())],
            writer=writer,
            seq=start // rows,
            first=start,
            record_count=len(scalars[start : start + rows]),
        )
        for start in range(0, len(scalars), rows)
    ]


def loss(points: int, width: int = 1, seed: int = 7) -> npt.NDArray[np.float64]:
    """Return curves as training gives them: float32 numbers that fall, with noise; ``(points, width)``."""
    curve = 2.0 / np.sqrt(1 + np.arange(points))[:, None] + np.random.default_rng(seed).normal(0, 0.02, (points, width))
    return curve.astype(np.float32).astype(np.float64)
