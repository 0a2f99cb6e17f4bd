"""The order of a run list, and its columns, as text: fields of the query language with commas between them.

``status, -metric.loss.min, param."my, key"``: by status, within a status by the least loss downwards, and so on. In an order
``-`` before a field means downwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runyard.domain.run_filter import unparse_field
from runyard.domain.run_filter_ast import Field
from runyard.domain.run_filter_parse import read_field
from runyard.domain.run_filter_scan import Scanner

ORDER_FIELDS_MAX = 8


@dataclass(frozen=True, slots=True)
class OrderBy:
    """A field to order by."""

    field: Field
    descending: bool = False


def parse_order(text: str) -> tuple[OrderBy, ...]:
    """Return the fields that a text orders by, the one that counts most first; there is at least one.

    Raises:
        InvalidArgumentError: there is no such field, a field comes twice, or there are more than :data:`ORDER_FIELDS_MAX`;
            ``details["position"]`` is the index of the character at fault.
    """
    scanner = Scanner(text, "order")
    found: dict[Field, OrderBy] = {}
    while True:
        scanner.skip_blanks()
        place = scanner.place
        descending = scanner.char("-")
        field = read_field(scanner)
        if field in found:
            raise scanner.error("this field is there already.", place)
        if len(found) == ORDER_FIELDS_MAX:
            raise scanner.error(f"an order has at most {ORDER_FIELDS_MAX} fields.", place)
        found[field] = OrderBy(field, descending)
        if scanner.at_end():
            return tuple(found.values())
        if not scanner.char(","):
            raise scanner.error(
                "a field's name ends before this. Put a key with such characters in quotes, and a comma between fields."
            )


def parse_columns(text: str) -> dict[str, Field]:
    """Return the fields that a list shows, by their names as they stand in the text: ``id, metric."a,b".min``.

    Raises:
        InvalidArgumentError: there is no such field, or none at all; ``details["position"]`` is the index of the character
            at fault.
    """
    scanner = Scanner(text, "list of columns")
    found: dict[str, Field] = {}
    while True:
        scanner.skip_blanks()
        start = scanner.place
        field = read_field(scanner)
        found[text[start : scanner.place].strip()] = field
        if scanner.at_end():
            return found
        if not scanner.char(","):
            raise scanner.error(
                "a field's name ends before this. Put a key with such characters in quotes, and a comma between fields."
            )


def unparse_order(orders: Iterable[OrderBy]) -> str:
    """Return the text of an order, which :func:`parse_order` reads."""
    return ", ".join(("-" if each.descending else "") + unparse_field(each.field) for each in orders)
