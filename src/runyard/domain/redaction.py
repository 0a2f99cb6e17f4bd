"""Secrets in text: where they show, and how they are covered.

A secret is the value of a variable whose name says so, a token whose shape is known, or the password in an address. A word that
merely looks strange is none: covering too much makes logs useless.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

COVER = "***"
VALUE_MIN_CHARS = 6
"""A shorter value of a sensitive variable is not searched for: it would be found inside ordinary words."""

_SENSITIVE_NAME = re.compile(
    r"password|passwd|passphrase|secret|credential|api_?key|access_?key|account_?key|private_?key|connection_?string|conn_?str"
    r"|(?:^|[_-])(?:token|pass|pwd|sas|jwt)(?:$|[_-])",
    re.IGNORECASE,
)
_ORDINARY = frozenset({"disabled", "enabled", "default", "changeme", "example", "password", "secret", "required", "optional"})

_SHAPES = (
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\bgh[pousr]_[A-Za-z0-9]{36,255}",
    r"\bgithub_pat_[A-Za-z0-9_]{40,255}",
    r"\bglpat-[A-Za-z0-9_-]{20,255}",
    r"\bxox[abeoprs]-[A-Za-z0-9-]{10,255}",
    r"\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,255}",
    r"\bsk_(?:live|test)_[A-Za-z0-9]{20,255}",
    r"\bhf_[A-Za-z0-9]{30,255}",
    r"\bAIza[0-9A-Za-z_-]{35}",
    r"\bpypi-AgE[A-Za-z0-9_-]{50,255}",
    r"\bnpm_[A-Za-z0-9]{36}",
    r"\bdop_v1_[a-f0-9]{64}",
    r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    r"(?<=AccountKey=)[A-Za-z0-9+/=]{40,}",
    r"(?<=SharedAccessKey=)[A-Za-z0-9+/=]{40,}",
    r"(?<=[?&]sig=)[A-Za-z0-9%+/=]{20,}",
    r"(?<=Bearer )[A-Za-z0-9._~+/=-]{20,}",
    r"(?<=-----BEGIN PRIVATE KEY-----)[^-]+(?=-----END)",
    r"(?<=-----BEGIN RSA PRIVATE KEY-----)[^-]+(?=-----END)",
    r"(?<=-----BEGIN EC PRIVATE KEY-----)[^-]+(?=-----END)",
    r"(?<=-----BEGIN OPENSSH PRIVATE KEY-----)[^-]+(?=-----END)",
    r"(?<=://)[^/\s:@'\"]*:[^/\s@'\"]+(?=@)",
)
_SHAPE_BYTES = re.compile("|".join(_SHAPES).encode())


def is_sensitive_name(name: str) -> bool:
    """True for a variable whose name says that its value is a secret: DB_PASSWORD, but not TOKENIZERS_PARALLELISM."""
    return _SENSITIVE_NAME.search(name) is not None


def secret_values(variables: Mapping[str, str]) -> list[str]:
    """Return the values of the variables whose names say that they are secrets, without switches, numbers and paths."""
    return [value for name, value in variables.items() if is_sensitive_name(name) and _can_be_secret(value)]


class Redactor:
    """Covers secrets: the given ``values``, and everything of a known shape. Thread safe."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        found = sorted({value for value in values if _can_be_secret(value)}, key=len, reverse=True)
        patterns = [re.escape(value).encode() for value in found]
        self._all = re.compile(b"|".join([*patterns, _SHAPE_BYTES.pattern]))

    def text(self, text: str) -> str:
        """Return ``text`` with every secret replaced by three stars."""
        return self.replaced(text, lambda _: COVER)

    def replaced(self, text: str, replacement: Callable[[str], str]) -> str:
        """Return ``text`` with every secret replaced by what ``replacement`` returns for it."""
        data = text.encode("utf-8", "surrogateescape")

        def replace(found: re.Match[bytes]) -> bytes:
            return replacement(found[0].decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

        return self._all.sub(replace, data).decode("utf-8", "surrogateescape")

    def masked(self, data: bytes) -> bytes:
        """Return ``data`` with every byte of a secret replaced by a star: as long as before, so that places stay the same."""
        return self._all.sub(lambda found: b"*" * len(found[0]), data)

    def finds(self, text: str) -> bool:
        """True when there is a secret in ``text``."""
        return self._all.search(text.encode("utf-8", "surrogateescape")) is not None

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


def _can_be_secret(value: str) -> bool:
    if len(value) < VALUE_MIN_CHARS or value.lower() in _ORDINARY:
        return False
    return not (value.isdecimal() and len(value) < 8) and not value.startswith(("/", "./", "~")) and COVER not in value
