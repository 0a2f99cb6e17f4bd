"""Planted secrets: whatever way they take, none of them is stored."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from runyard import Environment, Experiment, ScriptRunConfig, Workspace
from tests.server_process import RunningServer, start_server, stop_server

COUNT = 50
SCRIPT = """
import os, sys, time
for name in sorted(os.environ):
    if name.startswith("PLANTED_"):
        print(name, os.environ[name], flush=True)
print("arguments", sys.argv[1:])
open("logs/copy.txt", "w").write("\\n".join(sys.argv[1:]) + os.environ["PLANTED_TOKEN_0"])
assert sys.argv[1] == "--url" and sys.argv[2].startswith("https://user:") and "tokenizer" in sys.argv
raise ValueError("refused: " + os.environ["PLANTED_SECRET_4"] + " " + sys.argv[2])
"""


def planted() -> dict[str, str]:
    """Return secrets by the variable that holds them; the names say what they are."""
    kinds = ["TOKEN", "PASSWORD", "API_KEY", "ACCESS_KEY", "SECRET"]
    return {f"PLANTED_{kinds[n % len(kinds)]}_{n}": f"pl4nted-{n:03d}-{'xyz' * (n % 5 + 1)}" for n in range(COUNT)}


@pytest.mark.slow
def test_fifty_planted_secrets_are_stored_nowhere(home: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server: RunningServer = start_server(home)
    secrets = planted()
    monkeypatch.setenv("LOCAL_PASSWORD", "pl4nted-local-one")
    _make_work_tree(project)
    environment = Environment("secretive")
    environment.environment_variables = {**secrets, "PLAIN": "tokenizer"}
    url = "https://user:pl4nted-in-an-address@example.org/data"
    try:
        workspace = Workspace.from_config()
        config = ScriptRunConfig(".", "train.py", arguments=["--url", url, "tokenizer"], environment=environment)
        run = Experiment(workspace, "secrets").submit(config)
        details = run.wait_for_completion(raise_on_error=False)
    finally:
        stop_server(server)
    error = details["error"]["error"]
    assert error["type"] == "ValueError", error
    assert "refused: *** https://***@example.org/data" in error["message"]
    assert details["runDefinition"]["arguments"] == ["--url", "https://***@example.org/data", "tokenizer"]
    assert details["runDefinition"]["environment"]["environmentVariables"]["PLAIN"] == "tokenizer"
    assert "system/git.diff" in run_files(home)
    assert places_of(home, b"pl4nted") == []


def _make_work_tree(project: Path) -> None:
    (project / "train.py").write_text(SCRIPT)
    (project / ".gitignore").write_text("config.py\n")
    commands = ["init -q", "add .", "-c user.name=a -c user.email=a@b commit -qm one"]
    for command in commands:
        subprocess.run(["git", *command.split()], cwd=project, check=True)
    with (project / "train.py").open("a") as script:
        script.write("# changed\n")
    (project / "notes.md").write_text("kept\n")
    subprocess.run(["git", "add", "notes.md"], cwd=project, check=True)
    # A diff with a secret: the line is in no file that the snapshot takes, since it is removed again.
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "two"], cwd=project, check=True)
    with (project / "train.py").open("a") as script:
        script.write("# changed again\n")


def run_files(home: Path) -> str:
    """Return the names of all stored files, in one text."""
    import sqlite3

    with sqlite3.connect(home / "runyard.db") as database:
        return " ".join(path for (path,) in database.execute("SELECT path FROM artifact"))


def places_of(home: Path, needle: bytes) -> list[str]:
    """Return the files below ``home`` that hold ``needle``."""
    found = []
    for path in home.rglob("*"):
        if path.is_file() and needle in path.read_bytes():
            found.append(str(path.relative_to(home)))
    return found
