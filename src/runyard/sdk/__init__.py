"""What users hold: workspaces, experiments, runs and their configurations.

``run_context`` is imported here so that :meth:`Run.get_context` knows how to open the run of a submitted script; the modules
below it know nothing of it.
"""

from runyard.sdk import run_context

__all__ = ["run_context"]
