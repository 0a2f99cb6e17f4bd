"""Where a home folder's records are: in its SQLite file, or in a PostgreSQL database. The folder remembers which."""

from __future__ import annotations

from pathlib import Path

from runyard.errors import ConfigurationError
from runyard.server.settings import Settings
from runyard.storage.backends.sql.opened import SQLITE_FILE, address_without_password

NOTE = "database"
"""The file that names the database, without its password."""


def refuse_another_place(settings: Settings) -> None:
    """Do nothing when the records of the home are where the settings say, or when it has none yet.

    A server that looked for them elsewhere would come up empty, as if all runs were gone.

    Raises:
        ConfigurationError: they are elsewhere, or the database's address cannot be read; the message says what to set.
    """
    note = settings.home / NOTE
    if settings.database_url is None:
        if note.exists():
            raise ConfigurationError(
                f"The records of {settings.home} are in {note.read_text().strip()}, and RUNYARD_DATABASE_URL is not set. Set it "
                "to that address, with its password, and try again."
            )
        return
    address_without_password(settings.database_url)
    if not note.exists() and (settings.home / SQLITE_FILE).exists():
        raise ConfigurationError(
            f"The records of {settings.home} are in its file {SQLITE_FILE}, and nothing moves them to the database that "
            "RUNYARD_DATABASE_URL names. Set RUNYARD_HOME to a new folder for that database, or unset RUNYARD_DATABASE_URL."
        )


def remember_place(settings: Settings) -> None:
    """Note the database once it was opened. It is written anew, since an administrator may have moved it."""
    if settings.database_url is not None:
        _write(settings.home / NOTE, address_without_password(settings.database_url))


def _write(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text + "\n")
    fresh.replace(path)
