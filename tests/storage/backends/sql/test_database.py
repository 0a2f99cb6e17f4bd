"""One writer, group commit, and clear failures."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from runyard.errors import ConflictError, DiskFullError, StorageError
from runyard.storage.backends.sql import tables as t
from runyard.storage.backends.sql.database import Database
from runyard.storage.backends.sql.opened import HEAD, open_folder

INSERT = sa.text("INSERT INTO item (name) VALUES (:name)")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "test.db")
    made.write(lambda c: c.execute(sa.text("CREATE TABLE item (name TEXT UNIQUE)")))
    yield made
    made.close()


def names(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(sa.text("SELECT name FROM item ORDER BY rowid")).scalars())


def test_what_many_threads_write_is_all_there(database: Database) -> None:
    def write(thread: int) -> None:
        for n in range(20):
            database.write(lambda c: c.execute(INSERT, {"name": f"{thread}-{n}"}))  # noqa: B023

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(database)) == 160


def test_a_write_that_fails_alone_leaves_nothing_and_the_next_goes_on(database: Database) -> None:
    def failing(connection: Any) -> None:
        connection.execute(INSERT, {"name": "half"})
        raise ConflictError("no")

    with pytest.raises(ConflictError):
        database.write(failing)
    database.write(lambda c: c.execute(INSERT, {"name": "whole"}))
    assert names(database) == ["whole"]


def test_a_write_that_fails_leaves_the_others_of_its_group_alone(database: Database) -> None:
    started, go = threading.Event(), threading.Event()
    threading.Thread(target=lambda: database.write(lambda _: (started.set(), go.wait())), daemon=True).start()
    started.wait()
    results: list[Any] = []

    def failing(connection: Any) -> None:
        connection.execute(INSERT, {"name": "half"})
        raise ConflictError("no")

    def attempt(work: Any) -> None:
        try:
            results.append(database.write(work))
        except ConflictError as error:
            results.append(error)

    works = [
        lambda c: c.execute(INSERT, {"name": "before"}) and "ok",
        failing,
        lambda c: c.execute(INSERT, {"name": "after"}) and "ok",
    ]
    threads = [threading.Thread(target=attempt, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    go.set()
    for thread in threads:
        thread.join()
    assert sorted(names(database)) == ["after", "before"]
    assert sum(isinstance(result, ConflictError) for result in results) == 1


def test_a_full_disk_is_a_clear_error_and_nothing_is_half_written(database: Database) -> None:
    def fill(connection: Any) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    database.write(lambda c: c.execute(INSERT, {"name": "first"}))
    database.write(fill)
    with pytest.raises(DiskFullError, match="is full, so nothing was stored"):
        database.write(lambda c: c.execute(INSERT, {"name": "x" * 100_000}))
    assert names(database) == ["first"]
    database.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count=100000"))
    database.write(lambda c: c.execute(INSERT, {"name": "second"}))
    assert names(database) == ["first", "second"]


def test_a_reader_cannot_write_by_accident_and_sees_one_state(database: Database) -> None:
    with database.read() as connection:
        before = connection.execute(sa.text("SELECT count(*) FROM item")).scalar()
        database.write(lambda c: c.execute(INSERT, {"name": "new"}))
        assert connection.execute(sa.text("SELECT count(*) FROM item")).scalar() == before
    assert names(database) == ["new"]


def test_a_closed_database_says_so(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db")
    database.close()
    with pytest.raises(StorageError, match="the server is stopping"):
        database.write(lambda c: None)


def test_the_migrations_lead_to_the_tables(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    import runyard.storage.backends.sql as package

    open_folder(tmp_path).close()
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'runyard.db'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), t.metadata) == []
    engine.dispose()
    assert ScriptDirectory(str(Path(package.__file__).parent / "migrations")).get_current_head() == HEAD


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    open_folder(tmp_path).close()
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'runyard.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StorageError, match="newer Runyard"):
        open_folder(tmp_path)


def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "runyard.db").write_bytes(b"this is not a database" * 100)
    with pytest.raises(StorageError, match=r"runyard\.db"):
        open_folder(tmp_path)


WRITER = """
import sys
from pathlib import Path
import sqlalchemy as sa
from runyard.storage.backends.sql.database import Database
database = Database(Path(sys.argv[1]))
database.write(lambda c: c.execute(sa.text("CREATE TABLE IF NOT EXISTS item (name TEXT UNIQUE)")))
for n in range(int(sys.argv[2]), 10**9):
    database.write(lambda c: c.execute(sa.text("INSERT INTO item VALUES (:n)"), {"n": str(n)}))
    print(n, flush=True)
"""


def test_what_was_acknowledged_survives_sigkill(tmp_path: Path) -> None:
    path = tmp_path / "killed.db"
    acknowledged = -1
    for turn in range(4):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(path), str((turn + 1) * 1_000_000)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        for _ in range(5 + 13 * turn):
            acknowledged = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
        acknowledged = max([acknowledged, *map(int, process.stdout.read().split())])
        process.wait()
        process.stdout.close()
        database = Database(path)
        assert str(acknowledged) in names(database)
        database.close()
