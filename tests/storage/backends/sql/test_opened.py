"""A PostgreSQL database is opened by one server at a time, and what is wrong with its address is said."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

from runyard.errors import ConfigurationError, ConflictError, StorageError
from runyard.storage.backends.sql import database
from runyard.storage.backends.sql.opened import open_postgres


@pytest.fixture
def address(postgres_url: str) -> str:
    """An empty database."""
    name = f"opened_{uuid.uuid4().hex}"
    server = sa.create_engine(sa.make_url(postgres_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    server.dispose()
    return sa.make_url(postgres_url).set(database=name).render_as_string(hide_password=False)


def test_a_second_server_of_one_database_is_refused_until_the_first_has_closed_it(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "CLAIM_PATIENCE_S", 1)
    first = open_postgres(address, tmp_path)
    with pytest.raises(ConflictError, match="Another server uses the database postgresql://"):
        open_postgres(address, tmp_path)
    first.close()
    open_postgres(address, tmp_path).close()


def test_a_database_that_is_not_there_is_named_with_what_to_set(address: str, tmp_path: Path) -> None:
    missing = sa.make_url(address).set(database="nosuch", password="s@cret").render_as_string(hide_password=False)
    with pytest.raises(StorageError, match=r'database "nosuch" does not exist\. RUNYARD_DATABASE_URL names it') as refused:
        open_postgres(missing, tmp_path)
    assert "cret" not in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize("password", ["p@cret", "p@cr/et%", "cret@"])
def test_an_at_sign_in_the_password_is_told_without_the_password(password: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"RUNYARD_DATABASE_URL cannot be read\..* in the password, @ is %40") as refused:
        open_postgres(f"postgresql://me:{password}@127.0.0.1:1/runs", tmp_path)
    assert "cr" not in str(refused.value)


def test_without_psycopg_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "psycopg"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'runyard\[postgres\]'"):
        open_postgres("postgresql://me@127.0.0.1:1/runs", tmp_path)
