"""Secrets: 32 random bytes, kept as their hash only."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path


def new_token() -> str:
    """Return a fresh secret."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what is stored of a secret. The secret has 256 random bits, so a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def owner_token(home: Path) -> str:
    """Return the lasting secret of the home folder's owner, made on first use with mode 0600."""
    path = home / "owner-token"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    token = new_token()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(token + "\n")
    return token
