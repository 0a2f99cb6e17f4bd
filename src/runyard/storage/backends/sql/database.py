"""A database with one writer and many readers.

All writes go through one thread. Writes that wait at the same time share one commit (group commit), each inside a savepoint
of its own, so one that fails leaves the others alone. SQLite then never answers "database is locked" and no writer starves.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool

from runyard.errors import ConflictError, DiskFullError, StorageError

T = TypeVar("T")

GROUP_MAX = 64
"""Writes that share a commit. More would only make the first of them wait longer."""

READERS_MAX = 16

CLAIM_KEY = 0x52554E59
"""The advisory lock of the server that uses a PostgreSQL database: "RUNY"."""
CLAIM_PATIENCE_S = 5
"""How long a claim waits: PostgreSQL needs a moment to see that a killed server is gone."""
LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's code for a lock that was waited for in vain."""


@dataclass
class _Write:
    work: Callable[[Connection], Any]
    done: Future[Any] = field(default_factory=Future)


class Database:
    """A SQLite file, or a database of a PostgreSQL server. Every method may be called from any thread."""

    def __init__(self, place: Path | str) -> None:
        """Open the SQLite file at a path, or the PostgreSQL database at a URL ``postgresql://user:password@host:port/name``."""
        if isinstance(place, Path):
            place.parent.mkdir(parents=True, exist_ok=True)
            self._place = str(place)
            self._writer_engine = _sqlite_engine(place, "BEGIN IMMEDIATE", pool_size=1)
            self._reader_engine = _sqlite_engine(place, "BEGIN", pool_size=READERS_MAX)
        else:
            url = sa.make_url(place).set(drivername="postgresql+psycopg")
            self._place = url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)
            self._writer_engine = _postgres_engine(url, pool_size=1)
            self._reader_engine = _postgres_engine(url, pool_size=READERS_MAX, read_only=True)
        self._writes: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._listeners: list[Callable[[], None]] = []
        self._closed = False
        self._claim: Connection | None = None
        self._thread = threading.Thread(target=self._run_writer, name="runyard-db-writer", daemon=True)
        self._thread.start()

    @property
    def engine(self) -> Engine:
        """The engine that writes, for migrations before the first request."""
        return self._writer_engine

    def claim(self) -> None:
        """Keep the PostgreSQL database for this process until it is closed, or until the database server is restarted.

        Raises:
            ConflictError: another process has it, for longer than five seconds.
            StorageError: the database cannot be reached.
        """
        try:
            connection = self._writer_engine.connect()
            connection.detach()  # a connection of its own, which no write borrows
            self._claim = connection
            connection.exec_driver_sql(f"SET lock_timeout = '{CLAIM_PATIENCE_S}s'")
            connection.exec_driver_sql("SET idle_session_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({CLAIM_KEY})")
            connection.commit()  # the lock belongs to the session
        except sa.exc.DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
                raise ConflictError(
                    f"Another server uses the database {self._place}, and one server uses a database at a time. Stop that one "
                    "(runyard down, with its RUNYARD_HOME), or name another database."
                ) from error
            text = _one_line(error)
            raise StorageError(
                f"The database {self._place} cannot be opened: {text}. RUNYARD_DATABASE_URL names it; in its password, @ is "
                "written %40, / is %2F and % is %25.",
                path=self._place,
            ) from error

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a transaction and return its result once that is durable."""
        if self._closed:
            raise StorageError("The database is closed: the server is stopping. Try again when it is up.")
        write = _Write(work)
        self._writes.put(write)
        result: T = write.done.result()
        return result

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one consistent state and cannot write."""
        try:
            with self._reader_engine.connect() as connection, connection.begin():
                yield connection
        except sa.exc.DBAPIError as error:
            raise storage_error(error, self._place) from error

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` after each commit, from the writer's thread. It must not block. Return what ends that."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return unsubscribe

    def close(self) -> None:
        """Finish the writes that wait, then close all connections."""
        if not self._closed:
            self._closed = True
            self._writes.put(None)
            self._thread.join()
            if self._claim is not None:
                self._claim.close()
            self._reader_engine.dispose()
            self._writer_engine.dispose()

    def _run_writer(self) -> None:
        stopping = False
        while not stopping:
            group: list[_Write] = []
            item = self._writes.get()
            while item is not None:
                group.append(item)
                if len(group) >= GROUP_MAX:
                    break
                try:
                    item = self._writes.get_nowait()
                except queue.Empty:
                    break
            stopping = item is None
            if group:
                self._commit_group(group)

    def _commit_group(self, group: list[_Write]) -> None:
        results: list[tuple[_Write, Any]] = []
        is_alone = len(group) == 1  # its failure undoes the transaction, and a savepoint would cost two statements
        try:
            with self._writer_engine.connect() as connection, connection.begin() as transaction:
                for write in group:
                    savepoint = transaction if is_alone else connection.begin_nested()
                    try:
                        result = write.work(connection)
                    except sa.exc.OperationalError:
                        raise  # the disk or the file failed, and SQLite has rolled the whole group back
                    except Exception as error:  # noqa: BLE001 - it belongs to the caller who waits
                        savepoint.rollback()
                        write.done.set_exception(error)
                    else:
                        if not is_alone:
                            savepoint.commit()
                        results.append((write, result))
        except Exception as error:  # noqa: BLE001 - every caller who waits must hear of it, and the thread must live on
            failure = storage_error(error, self._place) if isinstance(error, (sa.exc.DBAPIError, OSError)) else error
            for write in group:
                if not write.done.done():
                    write.done.set_exception(failure)
            return
        for listener in list(self._listeners):
            listener()
        for write, result in results:
            write.done.set_result(result)


def storage_error(error: Exception, place: str) -> StorageError:
    """Return the error of the tree that fits a failure of the database or disk."""
    text = _one_line(error)
    if "disk is full" in text or "No space left" in text:
        return DiskFullError(
            f"The disk that holds {place} is full, so nothing was stored. Free some space and try again.",
            path=place,
        )
    return StorageError(f"The database {place} failed: {text}. The server's log has the details.", path=place)


def _one_line(error: Exception) -> str:
    return " ".join(str(getattr(error, "orig", error)).split()).rstrip(".")


def _sqlite_engine(path: Path, begin: str, pool_size: int) -> Engine:
    engine = sa.create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        connect_args={"check_same_thread": False, "timeout": 30},
    )

    @sa.event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: sqlite3's own handling breaks savepoints
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # an acknowledged write survives a power cut
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.execute("PRAGMA secure_delete=FAST")  # on, as Debian has it, it writes a tail that became a block a second time
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgres_engine(url: sa.URL, pool_size: int, *, read_only: bool = False) -> Engine:
    engine = sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=True,  # the server may have been restarted since the connection was last used
        isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED",
    )

    from psycopg.types.string import StrDumperUnknown  # late: SQLite needs no psycopg

    class StoredText(StrDumperUnknown):
        """Writes U+FFFD for NUL, which PostgreSQL's texts cannot hold: a message with one must not keep a run from its end."""

        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\ufffd"))

    @sa.event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.adapters.register_dumper(str, StoredText)

    if read_only:

        @sa.event.listens_for(engine, "begin")
        def start(connection: Connection) -> None:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    return engine
