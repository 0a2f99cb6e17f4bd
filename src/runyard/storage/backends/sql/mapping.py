"""Between rows and records, and the look-ups that every store needs."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.change import ChangeTopic
from runyard.errors import InvalidArgumentError, NotFoundError
from runyard.storage.backends.sql import tables as t

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)


def to_us(instant: datetime) -> int:
    """Return an aware instant as microseconds since 1970."""
    return (instant - _EPOCH) // _MICROSECOND


def from_us(value: int | None) -> datetime | None:
    """Return the instant of a column that may be NULL."""
    return None if value is None else _EPOCH + value * _MICROSECOND


def instant(value: int) -> datetime:
    """Return the instant of a column that is never NULL."""
    return _EPOCH + value * _MICROSECOND


def to_text(value: Any) -> str:
    """Return a value as the JSON text of a column."""
    return msgspec.json.encode(value).decode()


def from_text(value: str | None) -> Any:
    """Return the value of a JSON column, None for NULL."""
    return None if value is None else msgspec.json.decode(value)


def columns_of(row: Any) -> dict[str, Any]:
    """Return a row as a dict: its attributes take ten times as long, each time."""
    return dict(zip(row._fields, row, strict=True))


_WORKSPACE_PK = sa.select(t.workspace.c.pk).where(t.workspace.c.name == sa.bindparam("workspace"))
_NEW_CHANGE = t.change.insert()


def workspace_pk(connection: Connection, name: str) -> int:
    """Return the key of a workspace, or raise :class:`NotFoundError`."""
    pk = connection.execute(_WORKSPACE_PK, {"workspace": name}).scalar()
    if pk is None:
        raise no_workspace(name)
    return int(pk)


def no_workspace(name: str) -> NotFoundError:
    """Return the error for a workspace that is not there."""
    return NotFoundError(f"There is no workspace {name!r} here. `runyard workspace list` shows all.", workspace=name)


def run_row(connection: Connection, workspace: str, run_id: str, *columns: Any) -> Any:
    """Return the columns of a run (all of them when none are named), or raise :class:`NotFoundError`."""
    row = connection.execute(_run_query(columns), {"workspace": workspace, "run_id": run_id}).first()
    if row is None:
        raise NotFoundError(
            f"There is no run {run_id!r} in workspace {workspace!r}. `runyard run list` shows the newest runs.", run_id=run_id
        )
    return row


@lru_cache(maxsize=64)
def _run_query(columns: tuple[Any, ...]) -> sa.Select[Any]:
    """Return a query made once: to make it takes longer than to run it."""
    return (
        sa.select(*(columns or (t.run,)))
        .join(t.workspace, t.workspace.c.pk == t.run.c.workspace_pk)
        .where(t.workspace.c.name == sa.bindparam("workspace"), t.run.c.id == sa.bindparam("run_id"))
    )


def add_change(
    connection: Connection,
    workspace: int,
    topic: ChangeTopic,
    *,
    experiment: str | None = None,
    run_id: str | None = None,
    root_id: str | None = None,
    path: str | None = None,
) -> None:
    """Add an entry to the change feed."""
    entry = {
        "workspace_pk": workspace,
        "topic": topic.value,
        "experiment": experiment,
        "run_id": run_id,
        "root_id": root_id,
        "path": path,
    }
    connection.execute(_NEW_CHANGE, entry)


def encode_cursor(*parts: Any) -> str:
    """Return the opaque text that names a place in an ordered list."""
    return base64.urlsafe_b64encode(msgspec.json.encode(parts)).decode().rstrip("=")


def decode_cursor(cursor: str, parts: int) -> list[Any]:
    """Return what :func:`encode_cursor` was given, or raise :class:`InvalidArgumentError`."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=list[Any])
    except (ValueError, msgspec.DecodeError):
        values = []
    if len(values) != parts:
        raise cursor_error(cursor)
    return values


def cursor_error(cursor: str) -> InvalidArgumentError:
    """Return the error for a cursor that a list cannot go on from; ``details["cursor"]`` says so to programs."""
    return InvalidArgumentError(
        f"{cursor[:80]!r} is no cursor of this list: another order or another version of Runyard made it. "
        "Ask for the first page again, without a cursor.",
        cursor=cursor[:80],
    )


def like_pattern(text: str) -> str:
    """Return the LIKE pattern (escape character ``\\``) that finds ``text`` anywhere, in lower case."""
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
