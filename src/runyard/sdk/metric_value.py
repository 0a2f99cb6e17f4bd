"""From what a user logs to what is recorded: plain numbers, texts and columns."""

from __future__ import annotations

import json
import math
import numbers
import operator
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from runyard.domain.metric import (
    METRIC_COLUMNS_MAX,
    METRIC_DESCRIPTION_MAX_CHARS,
    METRIC_LIST_MAX_VALUES,
    METRIC_TEXT_MAX_CHARS,
    MetricColumns,
    MetricValue,
    require_metric_name,
)
from runyard.errors import InvalidArgumentError, LimitExceededError
from runyard.sdk.wording import kind_of, warn_caller

CHUNK_VALUES = 50_000
CHUNK_CHARS = 4_000_000
"""Longer lists and tables travel as several records, which the server joins."""

_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1
_PLAIN = (bool, int, float, str)


def scalar(name: str, value: Any) -> MetricValue:
    """Return a single value as it is recorded. Numbers of numpy and torch become Python's; NaN and the infinities stay.

    Raises:
        InvalidArgumentError: the value is a list, an array, a dict or the like.
        LimitExceededError: the text is too long.
    """
    kind = type(value)
    if kind is float or kind is bool or value is None:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return value if _INT_MIN <= value <= _INT_MAX else _as_float(value)
    return _converted(name, value)


def values_of(name: str, value: Any) -> list[MetricValue]:
    """Return the values of a list, a tuple, a range, a generator, a one-dimensional array or another iterable.

    Raises:
        InvalidArgumentError: it is a text, a dict or no iterable, or one of its items is not a single value.
        LimitExceededError: it has too many values.
    """
    require_metric_name(name)
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise InvalidArgumentError(
            f"log_list({name!r}) takes a list of numbers or texts, not {kind_of(value)}. "
            f"Use log({name!r}, value) for one value and log_table({name!r}, columns) for a dict.",
            name=name,
        )
    try:
        found = [scalar(name, item) for item in value]
    except InvalidArgumentError as error:
        raise InvalidArgumentError(
            f"log_list({name!r}) takes a flat list, and an item of it holds several values. Log the inner lists one by one, or "
            f"columns with log_table({name!r}, {{'x': […], 'y': […]}}).",
            name=name,
        ) from error
    if len(found) > METRIC_LIST_MAX_VALUES:
        raise LimitExceededError(
            f"log_list({name!r}) was given {len(found)} values; the limit of one call is {METRIC_LIST_MAX_VALUES}. Log it in "
            "parts: values logged under one name are joined.",
            name=name,
        )
    return found


def in_parts(values: list[MetricValue]) -> Iterator[list[MetricValue]]:
    """Yield a list in parts that are small enough for one record each."""
    start = chars = 0
    for place, value in enumerate(values):
        chars += len(value) if isinstance(value, str) else 0
        if place - start >= CHUNK_VALUES or (chars > CHUNK_CHARS and place > start):
            yield values[start:place]
            start, chars = place, len(value) if isinstance(value, str) else 0
    if start < len(values):
        yield values[start:]


def described(name: str, description: str | None) -> str:
    """Return the description of a metric as it is recorded.

    Raises:
        LimitExceededError: it is too long.
    """
    text = str(description or "")
    if len(text) > METRIC_DESCRIPTION_MAX_CHARS:
        raise LimitExceededError(
            f"The description of metric {name!r} has {len(text)} characters; the limit is {METRIC_DESCRIPTION_MAX_CHARS}. "
            "Write it to a file in ./outputs.",
            name=name,
        )
    return _encodable(text)


def row(name: str, columns: Mapping[str, Any]) -> MetricColumns:
    """Return one row as columns of one value.

    Raises:
        InvalidArgumentError: there is no column, or one holds a list.
    """
    require_metric_name(name)
    if not columns:
        raise InvalidArgumentError(f"log_row({name!r}) was given no columns. Name them: log_row({name!r}, x=1, y=2).", name=name)
    _require_column_names(name, columns)
    return {column: [_cell(name, column, value)] for column, value in columns.items()}


def table(name: str, columns: Any) -> MetricColumns:
    """Return a table as columns of equal length; empty when there is nothing in it.

    Raises:
        InvalidArgumentError: it is not a dict, or its columns differ in length.
    """
    require_metric_name(name)
    if not isinstance(columns, Mapping):
        raise InvalidArgumentError(
            f"log_table({name!r}) takes a dict of columns, such as {{'x': [1, 2], 'y': [3, 4]}}, not {kind_of(columns)}.",
            name=name,
        )
    _require_column_names(name, columns)
    found = {str(column): _column(f"{name}.{column}", value) for column, value in columns.items()}
    lengths = {column: len(values) for column, values in found.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{column}: {length}" for column, length in list(lengths.items())[:8])
        raise InvalidArgumentError(
            f"The columns of log_table({name!r}) differ in length ({shown}). Give each the same number of values.", name=name
        )
    return found if any(lengths.values()) else {}


def step_number(name: str, step: Any) -> int | None:
    """Return ``step`` as an integer.

    Raises:
        InvalidArgumentError: it is no integer, or beyond 64 bits.
    """
    if step is None or type(step) is int:
        number: int | None = step
    else:
        try:
            number = operator.index(step)
        except TypeError:
            number = int(step) if isinstance(step, float) and step.is_integer() else None
            if number is None:
                raise InvalidArgumentError(
                    f"step={step!r} of log({name!r}) is not an integer. Count steps, such as step=epoch.", name=name
                ) from None
    if number is not None and not _INT_MIN <= number <= _INT_MAX:
        raise InvalidArgumentError(f"step={step!r} of log({name!r}) needs more than 64 bits. Use a smaller number.", name=name)
    return number


def chart_data(name: str, value: Any, schema: str) -> dict[str, Any]:
    """Return the data of a confusion matrix, accuracy table and so on as plain JSON data.

    Raises:
        InvalidArgumentError: it is no dict or JSON text with ``schema_type``, ``schema_version`` and ``data``.
    """
    require_metric_name(name)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise InvalidArgumentError(
                f"log_{schema}({name!r}) was given a text that is not JSON: {error}.", name=name
            ) from error
    lacking = [key for key in ("schema_type", "schema_version", "data") if not isinstance(value, Mapping) or key not in value]
    if lacking or value["schema_type"] != schema:
        what = f"lacks {', '.join(lacking)}" if lacking else f"has the schema_type {value['schema_type']!r}"
        raise InvalidArgumentError(
            f"The value of log_{schema}({name!r}) {what}. Give a dict such as "
            f"{{'schema_type': '{schema}', 'schema_version': '1.0.0', 'data': {{…}}}}.",
            name=name,
        )
    return {str(key): plain(item) for key, item in value.items()}


def plain(value: Any) -> Any:
    """Return nested data with arrays as lists and other scalars as Python's own."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return value if value is None or isinstance(value, _PLAIN) else str(value)


def _cell(name: str, column: str, value: Any) -> MetricValue:
    try:
        return scalar(f"{name}.{column}", value)
    except InvalidArgumentError as error:
        raise InvalidArgumentError(
            f"log_row({name!r}) takes one value a column, and {column} is {kind_of(value)}. Log several rows at once with "
            f"log_table({name!r}, {{{column!r}: […]}}).",
            name=name,
        ) from error


def _column(name: str, value: Any) -> list[MetricValue]:
    if isinstance(value, (str, bytes)) or value is None or not (isinstance(value, Iterable) or hasattr(value, "tolist")):
        return [scalar(name, value)]
    if hasattr(value, "tolist") and not isinstance(value.tolist(), list):
        return [scalar(name, value)]
    return values_of(name, value)


def _require_column_names(name: str, columns: Mapping[str, Any]) -> None:
    if len(columns) > METRIC_COLUMNS_MAX:
        raise LimitExceededError(
            f"The table {name!r} has {len(columns)} columns; the limit is {METRIC_COLUMNS_MAX}. Log it as a file in ./outputs.",
            name=name,
        )
    for column in columns:
        require_metric_name(str(column))


def _converted(name: str, value: Any) -> MetricValue:
    if isinstance(value, str):
        return _text(name, str(value))
    if isinstance(value, bool):
        return bool(value)
    own = _own_scalar(value)
    if own is not value:
        return scalar(name, own)
    if isinstance(value, numbers.Integral):
        return scalar(name, int(value))
    if isinstance(value, (numbers.Real, Decimal)):
        return _as_float(value)
    if isinstance(value, (Mapping, Iterable)) and not isinstance(value, (bytes, bytearray)):
        raise InvalidArgumentError(
            f"log({name!r}) takes one value, not {kind_of(value)}. Use log_list({name!r}, values) for a list, "
            f"log_row({name!r}, x=…, y=…) for a row and log_table({name!r}, columns) for a table.",
            name=name,
        )
    text = repr(value)
    warn_caller(f"log({name!r}) was given {kind_of(value)}; its text {text[:60]} is recorded.")
    return _text(name, text)


def _own_scalar(value: Any) -> Any:
    """Return the Python scalar in a numpy or torch scalar or array without dimensions, else the value itself."""
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        return value.item()
    return value


def _text(name: str, text: str) -> str:
    if len(text) > METRIC_TEXT_MAX_CHARS:
        raise LimitExceededError(
            f"The text of log({name!r}) has {len(text)} characters; the limit is {METRIC_TEXT_MAX_CHARS}. Write it to a file in "
            "./outputs.",
            name=name,
        )
    return _encodable(text)


def _encodable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
