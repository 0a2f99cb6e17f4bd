"""Planted secrets: whatever way they take, none of them is stored, and the words that look like them stay."""

from __future__ import annotations

import io
import json
import sqlite3
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from runyard import Environment, Experiment, Run, ScriptRunConfig, Workspace
from tests.server_process import start_server, stop_server

COUNT = 50
WORDS = [
    "tokenizer",
    "sk-learn",
    "the password: ask me",
    "hf_model",
    "secretary",
    "12:30 user@host:~/x",
    "https://example.org:80/a@b",
]
KINDS = ["TOKEN", "PASSWORD", "API_KEY", "ACCESS_KEY", "SECRET"]

SCRIPT = """
import os, sys, json, settings
from runyard import Run
planted = {name: text for name, text in os.environ.items() if name.startswith("PLANTED_")}
assert len(planted) == 50 and settings.PLANTED == planted, "the script sees the secrets in its source and its variables"
assert sys.argv[1] == "--url" and sys.argv[2].startswith("https://user:") and sys.argv[3:] == settings.WORDS
words = settings.WORDS
run = Run.get_context()
for name in sorted(planted):
    print(name, planted[name], flush=True)
    print("so it goes:", planted[name], file=sys.stderr)
    run.log("text", f"{name} is {planted[name]}")
    run.tag(name.lower(), planted[name])
    run.add_properties({f"p-{name.lower()}": f"<{planted[name]}>"})
    run.log_list("texts", [planted[name], 1.5])
run.log_row("rows", a=planted["PLANTED_TOKEN_0"], b=2)
run.log_table("table", {"a": list(planted.values()), "b": list(range(50))}, description=planted["PLANTED_SECRET_4"])
run.description = "made with " + " ".join(planted.values())
run.display_name = "named " + planted["PLANTED_API_KEY_2"]
child = run.child_run("for " + planted["PLANTED_TOKEN_0"])
child.log("text", sys.argv[2])
child.fail(error_details="failed with " + planted["PLANTED_PASSWORD_1"], error_code="x" )
print("arguments", sys.argv[1:])
for folder in ("logs", "outputs"):
    with open(folder + "/copy.txt", "w") as out:
        out.write("\\n".join([*planted.values(), sys.argv[2], *words]))
with open("by_hand.json", "w") as out:
    json.dump(planted, out)
run.upload_file("mine/by_hand.json", "by_hand.json")
run.log("words", " | ".join(words))
run.tag("words", " | ".join(words))
raise ValueError("refused: " + planted["PLANTED_SECRET_4"] + " " + sys.argv[2] + " " + words[0])
"""


def planted() -> dict[str, str]:
    """Return secrets by the variable that holds them; the names say what they are."""
    return {f"PLANTED_{KINDS[n % len(KINDS)]}_{n}": f"pl4nted-{n:03d}-{'xyz' * (n % 5 + 1)}" for n in range(COUNT)}


@pytest.mark.slow
def test_fifty_planted_secrets_are_stored_nowhere(home: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = start_server(home)
    monkeypatch.setenv("LOCAL_PASSWORD", "pl4nted-local-one")
    make_work_tree(project)
    environment = Environment("secretive")
    environment.environment_variables = {**planted(), "PLAIN": "tokenizer"}
    url = "https://user:pl4nted-in-an-address@example.org/data"
    try:
        workspace = Workspace.from_config()
        environment.register(workspace)
        config = ScriptRunConfig(".", "train.py", arguments=["--url", url, *WORDS], environment=environment)
        run = Experiment(workspace, "secrets").submit(config, tags={"why": "pl4nted-local-one", "who": "a secretary"})
        details = run.wait_for_completion(raise_on_error=False)
        run.cancel()
        assert_the_words_are_there(run, details)
        metrics = run.get_metrics()
        diff = run._client.artifacts.read(run.id, "system/git.diff").data.decode()
        source = run._client.artifacts._transport.read(f"/api/v1/workspaces/{workspace.name}/runs/{run.id}/snapshot/zip").content
    finally:
        stop_server(server)
    error = details["error"]["error"]
    assert error["type"] == "ValueError", error
    assert "refused: *** https://***@example.org/data tokenizer" in error["message"]
    assert len(metrics["text"]) == COUNT and metrics["text"][0] == "PLANTED_ACCESS_KEY_13 is ***"
    assert "+# the key was ***" in diff
    with zipfile.ZipFile(io.BytesIO(source)) as files:
        settings = files.read("settings.py").decode()
    assert settings.count("${RUNYARD_SECRET_") == COUNT and json.dumps(WORDS) in settings
    back_up(home)
    assert places_of(home, b"pl4nted") == []


def assert_the_words_are_there(run: Run, details: dict[str, Any]) -> None:
    """Check that ordinary words have come through every channel unchanged."""
    assert details["runDefinition"]["arguments"] == ["--url", "https://***@example.org/data", *WORDS]
    assert details["runDefinition"]["environment"]["environmentVariables"]["PLAIN"] == "tokenizer"
    assert run.get_metrics()["words"] == " | ".join(WORDS)
    assert run.get_tags()["words"] == " | ".join(WORDS) and run.get_tags()["who"] == "a secretary"
    for name in ("outputs/copy.txt", "logs/copy.txt"):
        lines = run._client.artifacts.read(run.id, name).data.decode().splitlines()
        assert lines[-len(WORDS) :] == WORDS and set(lines[0]) == {"*"}, name


def make_work_tree(project: Path) -> None:
    """Fill the folder with a script, secrets in its source, and an uncommitted change that takes one of them out."""
    (project / "train.py").write_text(SCRIPT + "# the key was pl4nted-local-one\n")
    (project / "settings.py").write_text(f"PLANTED = {json.dumps(planted())}\nWORDS = {json.dumps(WORDS)}\n")
    remote = "https://me:pl4nted-in-the-remote@example.org/repo.git"
    for command in ("init -q", f"remote add origin {remote}", "add .", "-c user.name=a -c user.email=a@b commit -qm one"):
        subprocess.run(["git", *command.split()], cwd=project, check=True)
    with (project / "train.py").open("a") as script:
        script.write("# the key was pl4nted-local-one and is again\n")


def back_up(home: Path) -> None:
    """Copy the database as a backup does: page by page, with what was deleted and not overwritten yet."""
    with sqlite3.connect(home / "runyard.db") as database, sqlite3.connect(home / "backup.db") as copy:
        database.backup(copy)


def places_of(home: Path, needle: bytes) -> list[str]:
    """Return the files below ``home`` that hold ``needle``."""
    found = []
    for path in home.rglob("*"):
        if path.is_file() and needle in path.read_bytes():
            found.append(str(path.relative_to(home)))
    return found
