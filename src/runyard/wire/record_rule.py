"""Which records a store takes, and why it refuses the others."""

from __future__ import annotations

from collections.abc import Iterable

from runyard.domain.histogram import histogram_problem
from runyard.domain.metric import (
    METRIC_COLUMNS_MAX,
    METRIC_DESCRIPTION_MAX_CHARS,
    METRIC_LIST_MAX_VALUES,
    METRIC_NAME_MAX_CHARS,
    METRIC_TEXT_MAX_CHARS,
    MetricValue,
    is_metric_name,
    metric_name_rule,
)
from runyard.wire.journal import INTEGER_MAX, INTEGER_MIN
from runyard.wire.metric import FileRecord, HistogramRecord, ListRecord, Record, ScalarRecord


def refusal_of(record: Record) -> str | None:
    """Return why a record cannot be stored, as a sentence; None when it can."""
    reason = refusal_of_series(record.name, record.description) or _refusal_of_number("time", record.at_us)
    if reason is not None:
        return reason
    if isinstance(record, ScalarRecord):
        return _refusal_of_number("step", record.step or 0) or _refusal_of_values([record.value])
    if isinstance(record, ListRecord):
        return _refusal_of_values(record.values)
    if isinstance(record, FileRecord):
        return _refusal_of_number("step", record.step or 0) or _refusal_of_values([record.uri])
    if isinstance(record, HistogramRecord):
        return _refusal_of_number("step", record.step or 0) or histogram_problem(record.histogram)
    return _refusal_of_table(record.columns)


def refusal_of_series(name: str, description: str) -> str | None:
    """Return why there can be no series of this name and description; None when there can."""
    if not is_metric_name(name):
        return metric_name_rule(name)
    if len(description) > METRIC_DESCRIPTION_MAX_CHARS:
        return f"Its description has {len(description)} characters; the limit is {METRIC_DESCRIPTION_MAX_CHARS}."
    return None


def are_plain_names(names: list[str]) -> bool:
    """Return whether all names are without doubt such as a series may have, looked at together: short, and of ASCII only."""
    text = "".join(names)
    return text.isascii() and "\0" not in text and all(names) and max(map(len, names), default=0) <= METRIC_NAME_MAX_CHARS


def _refusal_of_number(what: str, number: int) -> str | None:
    return None if INTEGER_MIN <= number <= INTEGER_MAX else f"Its {what} {number} needs more than 64 bits."


def _refusal_of_values(values: list[MetricValue]) -> str | None:
    if len(values) > METRIC_LIST_MAX_VALUES:
        return f"It has {len(values)} values; the limit is {METRIC_LIST_MAX_VALUES}. Log it in parts."
    longest = max((len(value) for value in values if isinstance(value, str)), default=0)
    if longest > METRIC_TEXT_MAX_CHARS:
        return f"A text in it has {longest} characters; the limit is {METRIC_TEXT_MAX_CHARS}. Write it to a file in ./outputs."
    return None


def _refusal_of_table(columns: dict[str, list[MetricValue]]) -> str | None:
    if len(columns) > METRIC_COLUMNS_MAX:
        return f"It has {len(columns)} columns; the limit is {METRIC_COLUMNS_MAX}. Write it to a file in ./outputs."
    bad = next((name for name in columns if not is_metric_name(name)), None)
    return metric_name_rule(bad) if bad is not None else _first(map(_refusal_of_values, columns.values()))


def _first(reasons: Iterable[str | None]) -> str | None:
    return next((reason for reason in reasons if reason is not None), None)
