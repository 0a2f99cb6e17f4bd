"""A home folder remembers where its records are, so that no server comes up empty beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from runyard.errors import ConfigurationError
from runyard.server.record_place import NOTE, refuse_another_place, remember_place
from runyard.server.settings import Settings

ADDRESS = "postgresql://me:s%40cret@db.example.com:5432/runs?application_name=x"


def test_a_home_without_records_takes_any_place(tmp_path: Path) -> None:
    refuse_another_place(Settings(home=tmp_path))
    refuse_another_place(Settings(home=tmp_path, database_url=ADDRESS))


def test_a_home_whose_records_are_in_postgresql_refuses_to_begin_a_file_and_names_the_database_without_password(
    tmp_path: Path,
) -> None:
    remember_place(Settings(home=tmp_path, database_url=ADDRESS))
    assert (tmp_path / NOTE).read_text() == "postgresql://me:***@db.example.com:5432/runs\n"
    with pytest.raises(
        ConfigurationError, match=r"are in postgresql://me:\*\*\*@db\.example.* and RUNYARD_DATABASE_URL is not set"
    ):
        refuse_another_place(Settings(home=tmp_path))
    refuse_another_place(Settings(home=tmp_path, database_url=ADDRESS.replace("5432", "5433")))  # an administrator moved it


def test_a_home_whose_records_are_in_its_file_refuses_a_database(tmp_path: Path) -> None:
    remember_place(Settings(home=tmp_path))
    assert not (tmp_path / NOTE).exists()
    (tmp_path / "runyard.db").touch()
    refuse_another_place(Settings(home=tmp_path))
    with pytest.raises(ConfigurationError, match=r"runyard\.db, and nothing moves them .* Set RUNYARD_HOME to a new folder"):
        refuse_another_place(Settings(home=tmp_path, database_url=ADDRESS))


@pytest.mark.parametrize(
    "address", ["secret", "postgresql://me:secret@host:word/name", "mysql://me:secret@host/name", "sqlite:///secret.db"]
)
def test_an_address_that_is_none_of_postgresql_is_refused_without_showing_its_password(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigurationError, match="It is written postgresql://user:password@host:port/name") as refused:
        refuse_another_place(Settings(home=tmp_path, database_url=address))
    assert "secret" not in str(refused.value)
