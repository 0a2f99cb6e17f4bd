"""From the filters of ``get_runs`` and its relatives to a query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from runyard.domain.run import RunStatus, RunView
from runyard.errors import InvalidArgumentError
from runyard.sdk.labels import label_filter
from runyard.wire.run import RunQuery


def run_query(
    *,
    type: str | None = None,
    tags: Any = None,
    properties: Any = None,
    status: Any = None,
    order_by: str | Sequence[str] | None = None,
    view: str = RunView.ACTIVE_ONLY.value,
    **fields: Any,
) -> RunQuery:
    """Return the query for these filters. ``order_by`` is a field or several; newest first where none is given.

    Raises:
        InvalidArgumentError: a filter or order is of a wrong kind, or a status or view does not exist.
    """
    if order_by is not None:
        fields["order_by"] = _order(order_by)
    return RunQuery(
        type=type,
        tags=label_filter("tags", tags),
        properties=label_filter("properties", properties),
        status=_statuses(status),
        view=_view(view),
        **fields,
    )


def _order(wanted: Any) -> str:
    names = [wanted] if isinstance(wanted, str) else list(wanted) if isinstance(wanted, Iterable) else [wanted]
    if not names or not all(isinstance(name, str) for name in names):
        raise InvalidArgumentError(f"order_by={wanted!r} names no field. Give one such as '-created', or a list of them.")
    return ", ".join(names)


def _statuses(wanted: Any) -> list[RunStatus]:
    if wanted is None:
        return []
    names = [wanted] if isinstance(wanted, str) or not isinstance(wanted, Iterable) else list(wanted)
    try:
        return [RunStatus(name) for name in names]
    except ValueError:
        known = ", ".join(status.value for status in RunStatus)
        raise InvalidArgumentError(f"status={wanted!r} is no status of a run. Use one of {known}.", status=str(wanted)) from None


def _view(name: str) -> RunView:
    try:
        return RunView(name)
    except ValueError:
        known = ", ".join(view.value for view in RunView)
        raise InvalidArgumentError(f"view={name!r} is unknown. Use one of {known}.") from None
