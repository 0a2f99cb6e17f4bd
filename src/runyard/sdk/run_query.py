"""From the filters of ``get_runs`` and its relatives to a query."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from runyard.domain.run import RunStatus
from runyard.errors import InvalidArgumentError
from runyard.sdk.labels import label_filter
from runyard.wire.run import RunQuery


def run_query(
    *, type: str | None = None, tags: Any = None, properties: Any = None, status: Any = None, **fields: Any
) -> RunQuery:
    """Return the query for these filters.

    Raises:
        InvalidArgumentError: a filter is of a wrong kind, or a status does not exist.
    """
    return RunQuery(
        type=type,
        tags=label_filter("tags", tags),
        properties=label_filter("properties", properties),
        status=_statuses(status),
        **fields,
    )


def _statuses(wanted: Any) -> list[RunStatus]:
    if wanted is None:
        return []
    names = [wanted] if isinstance(wanted, str) or not isinstance(wanted, Iterable) else list(wanted)
    try:
        return [RunStatus(name) for name in names]
    except ValueError:
        known = ", ".join(status.value for status in RunStatus)
        raise InvalidArgumentError(f"status={wanted!r} is no status of a run. Use one of {known}.", status=str(wanted)) from None
