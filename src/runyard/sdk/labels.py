"""Tags and properties as users give them, and as the API takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runyard.errors import InvalidArgumentError
from runyard.sdk.wording import kind_of, warn_caller


def tag_text(key: str, value: Any) -> str | None:
    """Return the value of a tag. None stays; another type becomes its text, with a warning."""
    return _text(f"The value of tag {key!r}", value)


def tag_texts(tags: Any) -> dict[str, str | None]:
    """Return a dict of tags with values as the server takes them.

    Raises:
        InvalidArgumentError: it is not a dict, or a key is not a text.
    """
    if tags is None:
        return {}
    _require_dict("tags", tags, "{'quality': 'good'}")
    return {_key("tag", key): tag_text(key, value) for key, value in tags.items()}


def property_texts(properties: Any) -> dict[str, str]:
    """Return a dict of properties with values as the server takes them.

    Raises:
        InvalidArgumentError: it is not a dict, or a key or value is not usable.
    """
    _require_dict("properties", properties, "{'author': 'me'}")
    found: dict[str, str] = {}
    for key, value in properties.items():
        if value is None:
            raise InvalidArgumentError(f"Property {key!r} has no value. Give it a text, or use run.tag({key!r}).", key=str(key))
        found[_key("property", key)] = _text(f"The value of property {key!r}", value) or ""
    return found


def label_filter(what: str, wanted: Any) -> dict[str, str | None]:
    """Return a filter on tags or properties: a text asks for the key, a dict for every pair, None in it for the key alone.

    Raises:
        InvalidArgumentError: it is something else.
    """
    if wanted is None:
        return {}
    if isinstance(wanted, str):
        return {wanted: None}
    if isinstance(wanted, Mapping):
        return {_key(what, key): None if value is None else str(value) for key, value in wanted.items()}
    if isinstance(wanted, Iterable):
        return {_key(what, key): None for key in wanted}
    raise InvalidArgumentError(f"{what}={wanted!r} is neither a text nor a dict. Use {what}={{'key': 'value'}}.")


def _require_dict(what: str, value: Any, example: str) -> None:
    if not isinstance(value, Mapping):
        raise InvalidArgumentError(f"{what} must be a dict such as {example}, not {kind_of(value)}.")


def _key(what: str, key: Any) -> str:
    if not isinstance(key, str) or not key:
        raise InvalidArgumentError(f"The name of a {what} must be a text, not {key!r}.")
    return key


def _text(what: str, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    warn_caller(f"{what} is {kind_of(value)}; its text {str(value)!r} is stored.")
    return str(value)
