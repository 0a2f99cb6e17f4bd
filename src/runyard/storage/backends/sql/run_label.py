"""What filters look at beside a run's own row: its tags, properties, parameters, and its searched text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.parameter import run_parameters
from runyard.domain.run_filter_value import number_of
from runyard.domain.run_text import searched_text
from runyard.storage.backends.sql import tables as t

TAG, PROPERTY, PARAMETER = "t", "p", "a"


def label_rows(run_pk: int, kind: str, labels: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """Return the rows of a run's labels of one kind."""
    return [
        {
            "run_pk": run_pk,
            "kind": kind,
            "key": key,
            "value": value,
            "head": None if value is None else value[: t.LABEL_HEAD_CHARS],
            "number": None if value is None else number_of(value),
        }
        for key, value in labels.items()
    ]


def first_label_rows(
    run_pk: int, tags: Mapping[str, str | None], properties: Mapping[str, str], definition: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """Return the rows of all labels of a new run."""
    rows = label_rows(run_pk, TAG, tags) + label_rows(run_pk, PROPERTY, dict(properties))
    return rows + label_rows(run_pk, PARAMETER, run_parameters(definition))


def store_labels(connection: Connection, run_pk: int, kind: str, labels: Mapping[str, Any]) -> None:
    """Make ``labels`` all the labels of one kind that a run has."""
    table = t.run_label.c
    connection.execute(t.run_label.delete().where(table.run_pk == run_pk, table.kind == kind))
    rows = label_rows(run_pk, kind, labels)
    if rows:
        connection.execute(t.run_label.insert(), rows)


def search_row(
    run_pk: int, run_id: str, display_name: str, submitted_by: str | None, tags: dict[str, str | None]
) -> dict[str, Any]:
    """Return the row of a new run's searched text."""
    text = searched_text(run_id=run_id, display_name=display_name, description=None, submitted_by=submitted_by, tags=tags)
    return {"run_pk": run_pk, "text": text}


def refresh_search(connection: Connection, row: Any, values: Mapping[str, Any], tags: dict[str, str | None]) -> None:
    """Write the searched text of a run anew. ``values`` are the columns that are about to change."""
    text = searched_text(
        run_id=row.id,
        display_name=values.get("display_name", row.display_name),
        description=values.get("description", row.description),
        submitted_by=row.submitted_by,
        tags=tags,
    )
    connection.execute(sa.update(t.run_search).where(t.run_search.c.run_pk == row.pk).values(text=text))
