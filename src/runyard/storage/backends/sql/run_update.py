"""Changes what people may change about a run, and writes down in its events what changed, when and by whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.change import ChangeTopic
from runyard.domain.run import merge_properties, merge_tags, require_colour
from runyard.errors import ConflictError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.mapping import add_change, from_text, run_row, to_text, to_us
from runyard.storage.backends.sql.run_label import PROPERTY, TAG, refresh_search, store_labels
from runyard.wire.run import UpdateRunRequest

_Event = tuple[str, dict[str, Any]]


def update_run(
    connection: Connection, workspace: str, run_id: str, request: UpdateRunRequest, author: str | None, at: datetime
) -> int:
    """Apply a request to a run and return its key. What stays as it was is no change and makes no event."""
    row = run_row(connection, workspace, run_id)
    values, events = _changed_values(connection, row, request, at)
    if values:
        store_change(connection, row, values)
        rows = [
            {"run_pk": row.pk, "kind": kind, "status": row.status, "author": author, "detail": to_text(detail), "at": to_us(at)}
            for kind, detail in events
        ]
        connection.execute(t.run_event.insert(), rows)
    return int(row.pk)


_CHANGE_RUN = t.run.update().where(t.run.c.pk == sa.bindparam("own_pk")).values(version=t.run.c.version + 1)
"""Made once: to make a statement takes longer than to run it. The columns of its parameters are set too."""


def store_change(connection: Connection, row: Any, values: dict[str, Any]) -> None:
    """Store new values of a run's columns, and add an entry to the change feed."""
    connection.execute(_CHANGE_RUN, {"own_pk": row.pk, **values})
    add_change(connection, row.workspace_pk, ChangeTopic.RUN, run_id=row.id, root_id=row.root_id)


def _changed_values(
    connection: Connection, row: Any, request: UpdateRunRequest, at: datetime
) -> tuple[dict[str, Any], list[_Event]]:
    values: dict[str, Any] = {}
    events: list[_Event] = []
    if request.display_name is not None and (name := request.display_name.strip() or row.id) != row.display_name:
        values["display_name"] = name
        events.append(("name", {"to": name}))
    if request.description is not None and (request.description or None) != row.description:
        values["description"] = request.description or None
        events.append(("description", {"to": request.description}))
    if request.set_tags or request.remove_tags:
        _change_tags(connection, row, request, values, events)
    if request.add_properties:
        _add_properties(connection, row, request, values, events)
    if request.snapshot_id is not None and request.snapshot_id != row.snapshot_id:
        if row.snapshot_id is not None:
            raise ConflictError(f"Run {row.id} has a snapshot already; a run keeps the first one.", run_id=row.id)
        values["snapshot_id"] = request.snapshot_id
        events.append(("snapshot", {"to": request.snapshot_id}))
    if request.colour is not None:
        colour = require_colour(request.colour) if request.colour else None
        if colour != row.colour:
            values["colour"] = colour
            events.append(("colour", {"to": colour}))
    if request.archived is not None and request.archived is (row.archived_at is None):
        values["archived_at"] = to_us(at) if request.archived else None
        events.append(("archived" if request.archived else "reactivated", {}))
    if values.keys() & {"display_name", "description", "tags"}:
        refresh_search(connection, row, values, from_text(values.get("tags", row.tags)))
    return values, events


def _change_tags(
    connection: Connection, row: Any, request: UpdateRunRequest, values: dict[str, Any], events: list[_Event]
) -> None:
    before = from_text(row.tags)
    tags = merge_tags(row.id, before, request.set_tags, request.remove_tags)
    if tags == before:
        return
    values["tags"] = to_text(tags)
    store_labels(connection, row.pk, TAG, tags)
    changed = {key: value for key, value in tags.items() if key not in before or before[key] != value}
    events.append(("tags", {"set": changed, "removed": [key for key in before if key not in tags]}))


def _add_properties(
    connection: Connection, row: Any, request: UpdateRunRequest, values: dict[str, Any], events: list[_Event]
) -> None:
    before = from_text(row.properties)
    properties = merge_properties(row.id, before, request.add_properties)
    if properties == before:
        return
    values["properties"] = to_text(properties)
    store_labels(connection, row.pk, PROPERTY, properties)
    events.append(("properties", {"added": {key: value for key, value in properties.items() if key not in before}}))
