"""The text of an order."""

from __future__ import annotations

import pytest

from runyard.domain.run_filter import parse_field
from runyard.domain.run_order import ORDER_FIELDS_MAX, OrderBy, parse_columns, parse_order, unparse_order
from runyard.errors import InvalidArgumentError


def named(text: str, descending: bool = False) -> OrderBy:
    return OrderBy(parse_field(text), descending)


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("created", [named("created")]),
        ("-created_at", [named("created", True)]),
        ("status,-metric.loss.min", [named("status"), named("metric.loss.min", True)]),
        (' - tag."a, -b" , param.lr\n', [named('tag."a, -b"', True), named("param.lr")]),
        ("param.-lr, -param.lr, -metric.-x", [named("param.-lr"), named("param.lr", True), named("metric.-x", True)]),
        ("metric.loss.step(min), metric.loss", [named("metric.loss.min_step"), named("metric.loss.last")]),
    ],
)
def test_an_order_is_fields_with_commas_between_them(text: str, orders: list[OrderBy]) -> None:
    assert list(parse_order(text)) == orders
    assert parse_order(unparse_order(orders)) == tuple(orders)


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 0, "no field ''"),
        ("status, shoe", 8, "no field 'shoe'"),
        ("status,", 7, "no field ''"),
        ("--created", 1, "no field '-created'"),
        ("status -created", 7, "a comma between fields"),
        ("created, -status, -created_at", 18, "there already"),
        ("metric.loss, -metric.loss.last", 13, "there already"),
        (", ".join(f"tag.k{n}" for n in range(ORDER_FIELDS_MAX + 1)), 64, f"at most {ORDER_FIELDS_MAX} fields"),
    ],
)
def test_what_is_no_order_is_refused_where_it_goes_wrong(text: str, position: int, words: str) -> None:
    with pytest.raises(InvalidArgumentError, match=words) as caught:
        parse_order(text)
    assert caught.value.details["position"] == position
    assert str(caught.value).startswith(f"The order cannot be read at character {position + 1}")


def test_columns_are_named_as_they_were_written() -> None:
    assert parse_columns(' id, metric."a, b".min ,Param.lr') == {
        "id": parse_field("id"),
        'metric."a, b".min': parse_field('metric."a, b".min'),
        "Param.lr": parse_field("param.lr"),
    }


@pytest.mark.parametrize(("text", "position"), [("", 0), ("id,", 3), ("id,shoe", 3), ("id status", 3)])
def test_what_is_no_column_is_refused_where_it_goes_wrong(text: str, position: int) -> None:
    with pytest.raises(InvalidArgumentError, match="The list of columns cannot be read") as caught:
        parse_columns(text)
    assert caught.value.details["position"] == position
