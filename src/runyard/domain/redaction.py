"""Secrets in text: where they show, and how they are covered.

A secret is the value of a variable whose name says so, a token whose shape is known, or the password in an address. A word that
merely looks strange is none: covering too much makes logs useless.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")

COVER = "***"
VALUE_MIN_CHARS = 6
"""A shorter value of a sensitive variable is not searched for: it would be found inside ordinary words."""

_SENSITIVE_NAME = re.compile(
    r"password|passwd|passphrase|secret|credential|api_?key|access_?key|account_?key|private_?key|connection_?string|conn_?str"
    r"|(?:^|[_-])(?:token|pass|pwd|sas|jwt)(?:$|[_-])",
    re.IGNORECASE,
)
_OPTION = re.compile(r"--?[A-Za-z_][^=\s]*", re.ASCII)
_ORDINARY = frozenset({"disabled", "enabled", "default", "changeme", "example", "password", "secret", "required", "optional"})

_SHAPES = (
    ((b"AKIA", b"ASIA"), r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ((b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"), r"\bgh[pousr]_[A-Za-z0-9]{36,255}"),
    ((b"github_pat_",), r"\bgithub_pat_[A-Za-z0-9_]{40,255}"),
    ((b"glpat-",), r"\bglpat-[A-Za-z0-9_-]{20,255}"),
    ((b"xox",), r"\bxox[abeoprs]-[A-Za-z0-9-]{10,255}"),
    ((b"sk-",), r"\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,255}"),
    ((b"sk_",), r"\bsk_(?:live|test)_[A-Za-z0-9]{20,255}"),
    ((b"hf_",), r"\bhf_[A-Za-z0-9]{30,255}"),
    ((b"AIza",), r"\bAIza[0-9A-Za-z_-]{35}"),
    ((b"pypi-AgE",), r"\bpypi-AgE[A-Za-z0-9_-]{50,255}"),
    ((b"npm_",), r"\bnpm_[A-Za-z0-9]{36}"),
    ((b"dop_v1_",), r"\bdop_v1_[a-f0-9]{64}"),
    ((b"eyJ",), r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    ((b"AccountKey=",), r"(?<=AccountKey=)[A-Za-z0-9+/=]{40,}"),
    ((b"SharedAccessKey=",), r"(?<=SharedAccessKey=)[A-Za-z0-9+/=]{40,}"),
    ((b"sig=",), r"(?<=[?&]sig=)[A-Za-z0-9%+/=]{20,}"),
    ((b"Bearer ",), r"(?<=Bearer )[A-Za-z0-9._~+/=-]{20,}"),
    ((b"BEGIN PRIVATE KEY",), r"(?<=-----BEGIN PRIVATE KEY-----)[^-]+(?=-----END)"),
    ((b"BEGIN RSA PRIVATE KEY",), r"(?<=-----BEGIN RSA PRIVATE KEY-----)[^-]+(?=-----END)"),
    ((b"BEGIN EC PRIVATE KEY",), r"(?<=-----BEGIN EC PRIVATE KEY-----)[^-]+(?=-----END)"),
    ((b"BEGIN OPENSSH PRIVATE KEY",), r"(?<=-----BEGIN OPENSSH PRIVATE KEY-----)[^-]+(?=-----END)"),
    ((b"://",), r"(?<=://)[^/\s:@'\"]*:[^/\s@'\"]+(?=@)"),
)
"""Each shape with what every text must hold that has one: looking for that first is ten times as fast."""


@lru_cache(maxsize=4096)
def is_sensitive_name(name: str) -> bool:
    """True for a variable whose name says that its value is a secret: DB_PASSWORD, but not TOKENIZERS_PARALLELISM."""
    return _SENSITIVE_NAME.search(name) is not None


def secret_values(variables: Mapping[str, str]) -> list[str]:
    """Return the values of the variables whose names say that they are secrets, without switches, numbers and paths."""
    return [value for name, value in variables.items() if is_sensitive_name(name) and _can_be_secret(value)]


def argument_secrets(arguments: Sequence[str]) -> list[str]:
    """Return the values of the options whose names say that they are secrets: ``--db-password x`` and ``--db-password=x``."""
    found: list[str] = []
    for place, argument in enumerate(arguments):
        option, equals, value = argument.partition("=")
        if _OPTION.fullmatch(option) and is_sensitive_name(option.lstrip("-")):
            following = arguments[place + 1] if place + 1 < len(arguments) else ""
            found.append(value if equals else "" if _OPTION.match(following) else following)
    return [value for value in found if _can_be_secret(value)]


class Redactor:
    """Covers secrets: the given ``values``, and everything of a known shape. Thread safe."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        found = sorted({value for value in values if _can_be_secret(value)}, key=len, reverse=True)
        self._values = [value.encode("utf-8", "surrogateescape") for value in found]

    def _pattern(self, data: bytes) -> re.Pattern[bytes] | None:
        """Return what finds the secrets in ``data``; None when there can be none."""
        values = [value for value in self._values if value in data]
        shapes = [number for number, (anchors, _) in enumerate(_SHAPES) if any(anchor in data for anchor in anchors)]
        return _compiled(tuple(values), tuple(shapes)) if values or shapes else None

    def text(self, text: str) -> str:
        """Return ``text`` with every secret replaced by three stars."""
        return self.replaced(text, lambda _: COVER)

    def texts(self, values: Iterable[T]) -> list[T]:
        """Return ``values`` with the texts among them covered."""
        return [self.text(value) if isinstance(value, str) else value for value in values]  # type: ignore[misc]

    def replaced(self, text: str, replacement: Callable[[str], str]) -> str:
        """Return ``text`` with every secret replaced by what ``replacement`` returns for it."""
        return self.replaced_bytes(text.encode("utf-8", "surrogateescape"), replacement).decode("utf-8", "surrogateescape")

    def replaced_bytes(self, data: bytes, replacement: Callable[[str], str]) -> bytes:
        """Return ``data`` with every secret replaced by what ``replacement`` returns for it."""
        pattern = self._pattern(data)

        def replace(found: re.Match[bytes]) -> bytes:
            return replacement(found[0].decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

        return data if pattern is None else pattern.sub(replace, data)

    def masked(self, data: bytes) -> bytes:
        """Return ``data`` with every byte of a secret replaced by a star: as long as before, so that places stay the same."""
        pattern = self._pattern(data)
        return data if pattern is None else pattern.sub(lambda found: b"*" * len(found[0]), data)

    def finds(self, text: str) -> bool:
        """True when there is a secret in ``text``."""
        data = text.encode("utf-8", "surrogateescape")
        pattern = self._pattern(data)
        return pattern is not None and pattern.search(data) is not None

    def plain(self, value: object) -> object:
        """Return plain data (dicts, lists, texts) with every secret in its texts replaced."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self._entry(str(key), item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.plain(item) for item in value]
        return value

    def _entry(self, name: str, value: object) -> object:
        if isinstance(value, str) and is_sensitive_name(name) and _can_be_secret(value):
            return COVER
        return self.plain(value)


@lru_cache(maxsize=256)
def _compiled(values: tuple[bytes, ...], shapes: tuple[int, ...]) -> re.Pattern[bytes]:
    parts = [*map(re.escape, values), *(_SHAPES[number][1].encode() for number in shapes)]
    return re.compile(b"|".join(parts))


def _can_be_secret(value: str) -> bool:
    if len(value) < VALUE_MIN_CHARS or value.lower() in _ORDINARY:
        return False
    return not (value.isdecimal() and len(value) < 8) and not value.startswith(("/", "./", "~")) and COVER not in value
