"""What is in the wheel that users install."""

from __future__ import annotations

import email
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runyard.version import VERSION

ROOT = Path(__file__).resolve().parents[2]
WHEEL_MAX_BYTES = 5_000_000


@pytest.fixture(scope="module")
def archive(wheel: Path) -> Iterator[zipfile.ZipFile]:
    assert wheel.stat().st_size < WHEEL_MAX_BYTES
    with zipfile.ZipFile(wheel) as opened:
        yield opened


def test_the_wheel_holds_the_package_and_nothing_else(archive: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in archive.namelist()}
    assert tops == {"runyard", f"runyard-{VERSION}.dist-info"}
    assert "runyard/py.typed" in archive.namelist()
    assert not [name for name in archive.namelist() if name.endswith(".pyc") or "node_modules" in name]


def test_every_module_of_the_source_is_in_the_wheel(archive: zipfile.ZipFile) -> None:
    source = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src").rglob("*.py")}
    assert source - set(archive.namelist()) == set()


def test_the_built_studio_is_in_the_wheel(archive: zipfile.ZipFile) -> None:
    if not (ROOT / "src/runyard/server/static/index.html").exists():
        pytest.skip("the Studio is not built; make studio")
    page = archive.read("runyard/server/static/index.html").decode()
    scripts = [part.split('"')[0].lstrip("/") for part in page.split('src="')[1:]]
    assert scripts and all(f"runyard/server/static/{name}" in archive.namelist() for name in scripts)


def test_its_metadata_names_licence_command_and_extras(archive: zipfile.ZipFile) -> None:
    info = f"runyard-{VERSION}.dist-info"
    metadata = email.message_from_bytes(archive.read(f"{info}/METADATA"))
    assert metadata["License-Expression"] == "Apache-2.0"
    assert "Apache License" in archive.read(f"{info}/licenses/LICENSE").decode()
    assert "runyard = runyard.__main__:main" in archive.read(f"{info}/entry_points.txt").decode()
    assert {"server", "all"} <= set(metadata.get_all("Provides-Extra") or [])


def test_the_base_needs_no_server_library(archive: zipfile.ZipFile) -> None:
    metadata = email.message_from_bytes(archive.read(f"runyard-{VERSION}.dist-info/METADATA"))
    base = [line for line in metadata.get_all("Requires-Dist") or [] if "extra ==" not in line]
    assert not [line for line in base if line.startswith(("fastapi", "sqlalchemy", "alembic", "uvicorn", "numpy", "pydantic"))]
