"""A database at the newest revision for homes of tests: to migrate an empty one each time would cost more than most tests do."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

NAME = "runyard.db"


def put_database(home: Path) -> None:
    """Put a database as a new server makes it, without a row, into a home folder that has none."""
    home.mkdir(parents=True, exist_ok=True)
    if not (home / NAME).exists():
        shutil.copy2(_migrated(), home / NAME)


@functools.cache
def _migrated() -> Path:
    """Migrate an empty database, once for this process."""
    from runyard.storage.backends.sql.opened import open_folder  # not above: see pytest_configure

    folder = Path(tempfile.mkdtemp(prefix="runyard-fresh-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    open_folder(folder).close()
    left = [each.name for each in folder.iterdir() if each.name.startswith(NAME)]
    if left != [NAME]:
        raise RuntimeError(f"a closed database consists of {left}")
    return folder / NAME
