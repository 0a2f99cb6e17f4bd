"""Tables for notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape


def table(cells: Mapping[str, object]) -> str:
    """Return a table with a row of names above a row of values, as HTML. Every text is escaped; a :class:`Link` is a link."""
    heads = "".join(f"<th>{escape(name)}</th>" for name in cells)
    values = "".join(f"<td>{_cell(value)}</td>" for value in cells.values())
    return f'<table style="width:100%"><tr>{heads}</tr><tr>{values}</tr></table>'


class Link:
    """A link that opens in a new tab."""

    def __init__(self, url: str, text: str) -> None:
        self.url = url
        self.text = text


def _cell(value: object) -> str:
    if isinstance(value, Link):
        return f'<a href="{escape(value.url, quote=True)}" target="_blank" rel="noopener">{escape(value.text)}</a>'
    return escape(str(value))
