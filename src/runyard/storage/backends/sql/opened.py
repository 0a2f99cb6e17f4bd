"""Open all stores of a workspace folder."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from runyard.errors import ConfigurationError, StorageError
from runyard.storage.backends.filesystem.folder import FileFolder
from runyard.storage.backends.sql.artifact import SqlArtifactStore
from runyard.storage.backends.sql.catalog import SqlRunCatalog
from runyard.storage.backends.sql.change import SqlChangeStore
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.environment import SqlEnvironmentStore
from runyard.storage.backends.sql.experiment import SqlExperimentStore
from runyard.storage.backends.sql.metric import SqlMetricStore
from runyard.storage.backends.sql.metric_rank import MetricRanking
from runyard.storage.backends.sql.node import SqlNodeStore
from runyard.storage.backends.sql.run import SqlRunStore
from runyard.storage.backends.sql.run_import import SqlImportStore
from runyard.storage.backends.sql.snapshot import SqlSnapshotStore
from runyard.storage.backends.sql.state import SqlStateStore
from runyard.storage.backends.sql.token import SqlTokenStore
from runyard.storage.backends.sql.view import SqlViewStore
from runyard.storage.backends.sql.workspace import SqlWorkspaceStore
from runyard.storage.base import Storage

HEAD = "0013"
"""The newest migration. A database at this revision is opened without loading Alembic, which costs a third of a second."""

SQLITE_FILE = "runyard.db"
"""The database in a home folder."""


def open_folder(home: Path) -> Storage:
    """Return the stores kept in ``home``, brought up to date.

    Raises:
        StorageError: the database is damaged, or was written by a newer Runyard.
    """
    return open_database(Database(home / SQLITE_FILE), home)[0]


def open_postgres(url: str, home: Path) -> Storage:
    """Return the stores whose records are in a PostgreSQL database, version 15 or later, and whose files are in ``home``.

    One server uses a database at a time.

    Raises:
        ConfigurationError: the address cannot be read, or psycopg is not installed.
        ConflictError: another server uses the database.
        StorageError: the database cannot be reached, or was written by a newer Runyard.
    """
    try:
        database = Database(_read_address(url).render_as_string(hide_password=False))
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        raise ConfigurationError("PostgreSQL needs psycopg beside the server: pip install 'runyard[postgres]'") from error
    try:
        database.claim()
    except BaseException:
        database.close()
        raise
    return open_database(database, home)[0]


def address_without_password(url: str) -> str:
    """Return a database's address with `***` for its password.

    Raises:
        ConfigurationError: it is not the address of a PostgreSQL database.
    """
    return _read_address(url).set(drivername="postgresql", query={}).render_as_string()


def _read_address(url: str) -> sa.URL:
    wanted = "postgresql://user:password@host:port/name"
    try:
        address = sa.make_url(url)
        if "@" in f"{address.host}{address.database}":
            raise ValueError("an @ that is not written %40: what follows it belongs to the password")
    except (sa.exc.ArgumentError, ValueError) as error:
        raise ConfigurationError(  # without the text: it has a password somewhere
            f"RUNYARD_DATABASE_URL cannot be read. It is written {wanted}; in the password, @ is %40, / is %2F and % is %25."
        ) from error
    if address.get_backend_name() not in ("postgresql", "postgres"):
        raise ConfigurationError(f"RUNYARD_DATABASE_URL begins with {address.drivername}://. It is written {wanted}.")
    return address


def open_database(database: Database, home: Path) -> tuple[Storage, MetricRanking]:
    """Return the stores of a database, and what ranks its runs by their metrics. It is closed when that fails."""
    try:
        _migrate(database)
        changes = SqlChangeStore(database)
        changes.prune()
        metrics = SqlMetricStore(database)
    except BaseException:
        database.close()
        raise
    ranking = MetricRanking(metrics.book, metrics.reader)
    storage = Storage(
        workspaces=SqlWorkspaceStore(database),
        experiments=SqlExperimentStore(database),
        runs=SqlRunStore(database, ranking=ranking),
        catalog=SqlRunCatalog(database, metrics.book, metrics.reader, ranking),
        metrics=metrics,
        artifacts=SqlArtifactStore(database, FileFolder(home / "artifacts")),
        snapshots=SqlSnapshotStore(database, FileFolder(home / "blobs")),
        tokens=SqlTokenStore(database),
        nodes=SqlNodeStore(database),
        environments=SqlEnvironmentStore(database),
        views=SqlViewStore(database),
        states=SqlStateStore(database),
        imports=SqlImportStore(database),
        changes=changes,
        close=database.close,
    )
    return storage, ranking


def _migrate(database: Database) -> None:
    if _revision(database) == HEAD:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = database.engine
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StorageError(
            f"The database was written by a newer Runyard ({error}). Upgrade Runyard, then start it again."
        ) from error


def _revision(database: Database) -> str | None:
    with database.read() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
