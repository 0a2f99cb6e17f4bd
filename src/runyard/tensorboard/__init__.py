"""TensorBoard beside Runyard: watch the event files of runs, and write a run's history as event files.

Needs the extra ``tensorboard``: ``pip install runyard[tensorboard]``.
"""

from __future__ import annotations

from runyard.tensorboard.export import export_to_tensorboard
from runyard.tensorboard.live import Tensorboard

__all__ = ["Tensorboard", "export_to_tensorboard"]
