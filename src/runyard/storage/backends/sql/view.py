"""Saved views in SQL."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.change import ChangeTopic
from runyard.domain.view import ViewRecord, ViewSharing
from runyard.errors import ConflictError, NotFoundError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.mapping import add_change, from_text, instant, to_text, to_us, workspace_pk

_CONTENT = ("filter", "columns", "order_by", "run_ids", "charts", "layout")


class SqlViewStore:
    """See :class:`runyard.storage.base.ViewStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, view: ViewRecord) -> ViewRecord:
        """Store a new view."""

        def work(connection: Connection) -> None:
            pk = workspace_pk(connection, view.workspace)
            own = {"id": view.id, "workspace_pk": pk, "created_at": to_us(view.created_at)}
            connection.execute(t.saved_view.insert().values(**own, **_columns(view)))
            add_change(connection, pk, ChangeTopic.VIEW)

        self._database.write(work)
        return view

    def get(self, workspace: str, view_id: str) -> ViewRecord:
        """Return a view."""
        with self._database.read() as connection:
            return _record(workspace, _row(connection, workspace, view_id))

    def list(self, workspace: str, user: str) -> list[ViewRecord]:
        """Return a user's own views and those shared with everybody, by name."""
        view = t.saved_view.c
        with self._database.read() as connection:
            seen = sa.or_(view.owner == user, view.sharing != ViewSharing.PRIVATE.value)
            query = sa.select(t.saved_view).where(view.workspace_pk == workspace_pk(connection, workspace), seen)
            return [_record(workspace, row) for row in connection.execute(query.order_by(view.name, view.pk))]

    def replace(self, view: ViewRecord, *, version: int) -> ViewRecord:
        """Store a changed view, one version further, unless it has changed since ``version``."""

        def work(connection: Connection) -> ViewRecord:
            row = _row(connection, view.workspace, view.id)
            _require_version(view.workspace, row, version)
            connection.execute(
                t.saved_view.update().where(t.saved_view.c.pk == row.pk).values(version=row.version + 1, **_columns(view))
            )
            add_change(connection, row.workspace_pk, ChangeTopic.VIEW)
            return _record(view.workspace, _row(connection, view.workspace, view.id))

        return self._database.write(work)

    def delete(self, workspace: str, view_id: str, *, version: int) -> None:
        """Remove a view unless it has changed since ``version``."""

        def work(connection: Connection) -> None:
            row = _row(connection, workspace, view_id)
            _require_version(workspace, row, version)
            shown = t.experiment.c
            opening = t.experiment.update().where(shown.workspace_pk == row.workspace_pk, shown.default_view_id == row.id)
            connection.execute(opening.values(default_view_id=None))
            connection.execute(t.saved_view.delete().where(t.saved_view.c.pk == row.pk))
            add_change(connection, row.workspace_pk, ChangeTopic.VIEW)

        self._database.write(work)


def _require_version(workspace: str, row: Any, version: int) -> None:
    if row.version != version:
        raise ConflictError(
            f"View {row.name!r} was changed by {row.updated_by} meanwhile: it is at version {row.version}, and you read version "
            f"{version}. Look at it again, or save yours under another name.",
            version=row.version,
            view=msgspec.to_builtins(_record(workspace, row)),
        )


def _row(connection: Connection, workspace: str, view_id: str) -> Any:
    pk = workspace_pk(connection, workspace)
    query = sa.select(t.saved_view).where(t.saved_view.c.workspace_pk == pk, t.saved_view.c.id == view_id)
    row = connection.execute(query).first()
    if row is None:
        raise missing_view(view_id)
    return row


def missing_view(view_id: str) -> NotFoundError:
    """Return the error for a view that is not there."""
    return NotFoundError(f"There is no view {view_id!r} that you may see. It may have been deleted.", view_id=view_id)


def _columns(view: ViewRecord) -> dict[str, Any]:
    return {
        "name": view.name,
        "owner": view.owner,
        "sharing": view.sharing.value,
        "content": to_text({name: getattr(view, name) for name in _CONTENT}),
        "updated_at": to_us(view.updated_at),
        "updated_by": view.updated_by,
    }


def _record(workspace: str, row: Any) -> ViewRecord:
    return ViewRecord(
        id=row.id,
        workspace=workspace,
        name=row.name,
        owner=row.owner,
        sharing=ViewSharing(row.sharing),
        created_at=instant(row.created_at),
        updated_at=instant(row.updated_at),
        updated_by=row.updated_by,
        version=row.version,
        **from_text(row.content),
    )
