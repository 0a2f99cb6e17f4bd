"""Which texts of a run are searched."""

from __future__ import annotations

from runyard.domain.run import RunRecord, RunStatus


def searched_text(
    *, run_id: str, display_name: str, description: str | None, submitted_by: str | None, tags: dict[str, str | None]
) -> str:
    """Return the texts of a run that are searched, in lower case, a line each: what a store keeps beside the run.

    A run's experiment and status are searched too, but change or repeat, so they are looked at on their own.
    """
    parts = [run_id, display_name, description or "", submitted_by or ""]
    for key, value in tags.items():
        parts += [key, value or ""]
    return "\n".join(part for part in parts if part).lower()


def is_text_found(text: str, run: RunRecord) -> bool:
    """Return whether ``text``, in any case, is part of one of the run's searched texts."""
    wanted = text.lower()
    stored = searched_text(
        run_id=run.id,
        display_name=run.display_name,
        description=run.description,
        submitted_by=run.submitted_by,
        tags=run.tags,
    )
    return wanted in stored or wanted in run.experiment.lower() or run.status.value in statuses_with(text)


def statuses_with(text: str) -> list[str]:
    """Return the statuses whose name holds ``text``, in any case."""
    return [status.value for status in RunStatus if text.lower() in status.value.lower()]
