"""The names and values that runs have: keys of labels, names of metrics, values of fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runyard.domain.run_filter import parse_field
from runyard.domain.run_filter_ast import Field, Shape
from runyard.domain.run_filter_field import FIELDS
from runyard.errors import InvalidArgumentError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.metric_key import KeyBook
from runyard.storage.backends.sql.metric_read import MetricReader
from runyard.storage.backends.sql.run_filter import LABEL_KINDS, PLAIN_COLUMNS

NEWEST_RUNS = 5000
"""An experiment's names are those of so many of its newest runs."""

_UNTIDIED_RUNS = 200
_RUN = t.run.c
_LABEL = t.run_label.c


def field_names() -> list[str]:
    """Return the plain fields of the query language."""
    return list(FIELDS)


def label_keys(connection: Connection, kind: str, workspace_pk: int, experiment_pk: int | None) -> list[str]:
    """Return the keys of tags, properties or parameters (a value of ``LABEL_KINDS``)."""
    if experiment_pk is not None:
        query = sa.select(_LABEL.key).where(_LABEL.run_pk.in_(_newest(experiment_pk)), _LABEL.kind == kind).distinct()
        return list(connection.execute(query).scalars())
    found = []
    key = connection.execute(sa.select(sa.func.min(_LABEL.key)).where(_LABEL.kind == kind)).scalar()
    while key is not None:  # from key to key by the index: a read of all labels would take a second
        own = sa.select(_LABEL.run_pk).join(t.run, _RUN.pk == _LABEL.run_pk)
        own = own.where(_LABEL.kind == kind, _LABEL.key == key, _RUN.workspace_pk == workspace_pk)
        if connection.execute(own.limit(1)).first() is not None:
            found.append(key)
        later = sa.select(sa.func.min(_LABEL.key)).where(_LABEL.kind == kind, _LABEL.key > key)
        key = connection.execute(later).scalar()
    return found


def metric_names(
    connection: Connection, book: KeyBook, reader: MetricReader, workspace_pk: int, experiment_pk: int | None
) -> list[str]:
    """Return the names of all metrics that runs have logged."""
    keys: set[int] = set()
    for keyset in _keysets(connection, workspace_pk, experiment_pk):
        keys.update(book.keyset(connection, keyset).tolist())
    place = _RUN.workspace_pk == workspace_pk if experiment_pk is None else _RUN.experiment_pk == experiment_pk
    tails = sa.select(t.metric_tail.c.run_pk).join(t.run, _RUN.pk == t.metric_tail.c.run_pk).where(place).distinct()
    newest = tails.order_by(t.metric_tail.c.run_pk.desc()).limit(_UNTIDIED_RUNS)
    late = list(connection.execute(newest).scalars())
    for view in reader.views(connection, late).values():
        keys.update(view.summary.keys.tolist())
    return list({name for name, _ in book.names(connection, sorted(keys))})


def _keysets(connection: Connection, workspace_pk: int, experiment_pk: int | None) -> Iterable[int]:
    summary = t.run_summary.c
    if experiment_pk is not None:
        return connection.execute(
            sa.select(summary.keyset_id).where(summary.run_pk.in_(_newest(experiment_pk))).distinct()
        ).scalars()
    found = []
    keyset = connection.execute(sa.select(sa.func.min(summary.keyset_id))).scalar()
    while keyset is not None:
        own = sa.select(summary.run_pk).join(t.run, _RUN.pk == summary.run_pk)
        own = own.where(summary.keyset_id == keyset, _RUN.workspace_pk == workspace_pk)
        if connection.execute(own.limit(1)).first() is not None:
            found.append(keyset)
        keyset = connection.execute(sa.select(sa.func.min(summary.keyset_id)).where(summary.keyset_id > keyset)).scalar()
    return found


def field_values(connection: Connection, text: str, workspace_pk: int, experiment_pk: int | None) -> list[str]:
    """Return the values that a field has in the runs of a workspace or experiment.

    Raises:
        InvalidArgumentError: there is no such field, or its values are not worth listing.
    """
    field = parse_field(text)
    if field.name == "experiment":
        own = t.experiment.c.workspace_pk == workspace_pk
        active = sa.and_(own, t.experiment.c.archived_at.is_(None), t.experiment.c.deleted_at.is_(None))
        return list(connection.execute(sa.select(t.experiment.c.name).where(active)).scalars())
    if field.shape is Shape.LABEL:
        query = sa.select(_LABEL.head).where(_LABEL.kind == LABEL_KINDS[field.name], _LABEL.key == field.key)
        if experiment_pk is not None:
            query = query.where(_LABEL.run_pk.in_(_newest(experiment_pk)))
        else:
            query = query.join(t.run, _RUN.pk == _LABEL.run_pk).where(_RUN.workspace_pk == workspace_pk)
        return _present(connection, query)
    if not has_few_values(field):
        raise InvalidArgumentError(f"The values of {text!r} are not listed: nearly every run has one of its own.")
    place = _RUN.workspace_pk == workspace_pk if experiment_pk is None else _RUN.experiment_pk == experiment_pk
    return _present(connection, sa.select(PLAIN_COLUMNS[field.name]).where(place, _RUN.deleted_at.is_(None)))


def has_few_values(field: Field) -> bool:
    """Return whether runs share the values of a plain field."""
    return field.name in ("status", "type", "target", "submitter", "script", "depth", "children", "snapshot")


def _present(connection: Connection, query: sa.Select[Any]) -> list[str]:
    return [str(value) for value in connection.execute(query.distinct()).scalars() if value is not None]


def _newest(experiment_pk: int) -> sa.Select[Any]:
    newest = sa.select(_RUN.pk).where(_RUN.experiment_pk == experiment_pk).order_by(_RUN.created_at.desc(), _RUN.pk.desc())
    return sa.select(newest.limit(NEWEST_RUNS).subquery().c.pk)


def chosen(names: Iterable[str], text: str, offset: int, limit: int) -> tuple[list[str], int]:
    """Return the part of the names that have ``text`` in them, in any case, and how many do; those that begin with it first."""
    wanted = text.casefold()
    fitting = [name for name in names if wanted in name.casefold()]
    fitting.sort(key=lambda name: (not name.casefold().startswith(wanted), name.casefold(), name))
    return fitting[offset : offset + limit], len(fitting)
