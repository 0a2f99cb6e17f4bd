"""Rows of a run list: a few columns of each run, and those of its labels that are asked for."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.run import RunStatus
from runyard.domain.run_filter_ast import Field
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.mapping import columns_of, from_text, from_us, instant
from runyard.storage.backends.sql.run_filter import LABEL_KINDS
from runyard.wire.run_row import RunRow

TEXT_MAX_CHARS = 300
"""How much of a description or an error a row holds."""

_DOUBTED = {RunStatus.RUNNING.value, RunStatus.NOT_RESPONDING.value}
_RUN = t.run.c


@cache
def select_rows() -> sa.Select[Any]:
    """Return the query that gives rows for :func:`to_row`. It leaves the long columns alone."""
    parent = t.run.alias("parent")
    columns = (
        _RUN.pk,
        _RUN.id,
        _RUN.number,
        _RUN.display_name,
        _RUN.target,
        _RUN.status,
        _RUN.status_reason,
        _RUN.created_at,
        _RUN.started_at,
        _RUN.ended_at,
        _RUN.submitted_by,
        sa.func.substr(_RUN.description, 1, TEXT_MAX_CHARS + 1).label("description"),
        _RUN.tags,
        _RUN.script_name,
        _RUN.error,
        _RUN.child_count,
        _RUN.colour,
        _RUN.archived_at,
        t.experiment.c.name.label("experiment"),
        parent.c.id.label("parent_id"),
    )
    joined = sa.select(*columns).join(t.experiment, t.experiment.c.pk == _RUN.experiment_pk)
    return joined.outerjoin(parent, parent.c.pk == _RUN.parent_pk)


def to_row(row: Any) -> RunRow:
    """Return the row, still without values."""
    own = columns_of(row)
    text = own["description"]
    return RunRow(
        id=own["id"],
        experiment=own["experiment"],
        number=own["number"],
        parent_id=own["parent_id"],
        display_name=own["display_name"],
        target=own["target"],
        status=RunStatus(own["status"]),
        status_reason=own["status_reason"] if own["status"] in _DOUBTED else None,
        created_at=instant(own["created_at"]),
        started_at=from_us(own["started_at"]),
        ended_at=from_us(own["ended_at"]),
        submitted_by=own["submitted_by"],
        description=None if text is None else text[:TEXT_MAX_CHARS],
        is_cut=text is not None and len(text) > TEXT_MAX_CHARS,
        tags=from_text(own["tags"]),
        script_name=own["script_name"],
        error=_error_line(from_text(own["error"])),
        child_count=own["child_count"],
        colour=own["colour"],
        archived_at=from_us(own["archived_at"]),
    )


def read_labels(connection: Connection, run_pks: list[int], fields: list[Field]) -> dict[int, dict[tuple[str, str], str]]:
    """Return, by run and by name and key of the field, the labels that runs have; one without a value is an empty text."""
    if not fields:
        return {}
    label = t.run_label.c
    names = {kind: name for name, kind in LABEL_KINDS.items()}
    wanted = sa.or_(*(sa.and_(label.kind == LABEL_KINDS[field.name], label.key == (field.key or "")) for field in fields))
    query = sa.select(label.run_pk, label.kind, label.key, label.value).where(label.run_pk.in_(run_pks), wanted)
    found: dict[int, dict[tuple[str, str], str]] = {}
    for pk, kind, key, value in connection.execute(query):
        found.setdefault(pk, {})[names[kind], key] = value or ""
    return found


def _error_line(error: dict[str, Any] | None) -> str | None:
    if error is None:
        return None
    text = f"{error['type']}: {error['message']}" if error.get("type") else error["message"]
    return str(text)[:TEXT_MAX_CHARS]
