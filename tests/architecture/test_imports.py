"""ARCHITECTURE.md's picture of the layers, and what importing Runyard may cost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import tomllib

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

HEAVY = ["numpy", "httpx", "rich", "yaml", "psutil", "sqlalchemy", "fastapi", "pydantic", "matplotlib"]


CLIENT_SIDE = {"client", "sdk", "compat", "tensorboard", "runner", "widgets", "cli"}
SERVER_SIDE = {"server", "storage", "compute", "notify"}


def modules_after(code: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter has loaded after running ``code``."""
    script = f"{code}\nimport sys, json\nprint(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_imports_point_down_and_the_client_side_stands_alone() -> None:
    done = subprocess.run([LINT, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_contract_of_the_client_side_covers_every_package_that_exists() -> None:
    packages = {path.parent.name for path in (ROOT / "src" / "runyard").glob("*/__init__.py")}
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    contract = next(contract for contract in contracts if contract["id"] == "client-side")
    assert {f"runyard.{name}" for name in packages & CLIENT_SIDE} == set(contract["source_modules"])
    assert {f"runyard.{name}" for name in packages & SERVER_SIDE} == set(contract["forbidden_modules"])


def test_importing_runyard_loads_no_heavy_library() -> None:
    assert modules_after("import runyard").isdisjoint(HEAVY)


def test_using_the_public_names_loads_no_server_library() -> None:
    loaded = modules_after("from runyard import Experiment, Run, ScriptRunConfig, Workspace")
    assert loaded.isdisjoint(["sqlalchemy", "fastapi", "pydantic", "alembic", "uvicorn"])


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "--help"], ["run", "list", "--help"]])
def test_help_of_the_command_line_loads_no_heavy_library(arguments: list[str]) -> None:
    code = f"import sys; sys.argv = ['runyard', *{arguments!r}]\ntry:\n    import runyard.__main__\nexcept SystemExit:\n    pass"
    assert modules_after(code).isdisjoint(HEAVY)
