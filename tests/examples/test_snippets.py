"""The Python and the shell in the documents run as they are written.

A block that cannot run has a comment before it, ``<!-- not run here: why -->``. The shell blocks of a page run one after the
other in one shell, in a folder with a ``train.py`` and a ``project/train.py``, in a workspace with two runs and one more in every
experiment that the page names. The words RUN_ID and OTHER_ID, or RUN_A and RUN_B, stand for the two.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.server_process import RunningServer

from runyard import Experiment, Workspace

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
BLOCK = re.compile(
    r"^(?:<!-- not run here: (?P<reason>.+?) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL
)
PYTHON = "python"
SHELLS = ("bash", "sh", "console")
OTHERS = ("text", "ini", "nginx", "json", "sql")
TRAIN = """\
import sys
from runyard import Run
run = Run.get_context()
run.log("loss", 0.05)
run.log("accuracy", 0.95)
print(sys.argv)
"""


def blocks(document: Path, *languages: str) -> list[re.Match[str]]:
    """Return the blocks of a document that are in one of the languages and can run."""
    found = BLOCK.finditer(document.read_text())
    return [block for block in found if block["language"] in languages and not block["reason"]]


def name(document: Path) -> str:
    """Return a document's path, for the names of tests."""
    return str(document.relative_to(ROOT))


SNIPPETS = [
    pytest.param(block["text"], id=f"{name(document)}:{number}")
    for document in DOCUMENTS
    for number, block in enumerate(blocks(document, PYTHON), 1)
]
PAGES = [pytest.param(document, id=name(document)) for document in DOCUMENTS if blocks(document, *SHELLS)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folder that a page takes for granted."""
    (tmp_path / "project").mkdir()
    for script in (tmp_path / "train.py", tmp_path / "project" / "train.py"):
        script.write_text(TRAIN)
    return tmp_path


def words_for_runs(workspace_name: str, text: str) -> dict[str, str]:
    """Record the runs that a page takes for granted, and return the words in it that stand for the two first."""
    workspace = Workspace.create(workspace_name)
    named = re.findall(r"(?:-e|exp:) ?([a-z]\w+)", text)
    ids = [finished_run(workspace, experiment) for experiment in ("first", "first", *named)]
    return {"RUN_ID": ids[0], "OTHER_ID": ids[1], "RUN_A": ids[0], "RUN_B": ids[1]}


def finished_run(workspace: Workspace, experiment: str) -> str:
    """Record a run and return its id."""
    with Experiment(workspace, experiment).start_logging(snapshot_directory=None) as run:
        run.log("loss", 0.25)
    return run.id


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_snippet_runs(server: RunningServer, project: Path, snippet: str) -> None:
    done = subprocess.run([sys.executable, "-c", snippet], cwd=project, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("document", PAGES)
def test_the_commands_of_a_page_run_one_after_the_other(
    document: Path, request: pytest.FixtureRequest, project: Path, workspace_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "\n".join(block["text"] for block in blocks(document, *SHELLS))
    # A page that stops the server has one of its own.
    request.getfixturevalue("home" if "runyard down" in text else "server")
    monkeypatch.setenv("RUNYARD_WORKSPACE", workspace_name)
    monkeypatch.chdir(project)
    words = words_for_runs(workspace_name, text)
    run_in_shell(re.sub(r"\b[A-Z]+_[A-Z]+\b", lambda word: words.get(word[0], word[0]), text), project)


def run_in_shell(commands: str, folder: Path) -> None:
    """Run commands in one shell that ends at the first that fails; none may ask, open a browser or write outside ``folder``."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    variables = {**os.environ, "PATH": path, "HOME": str(folder), "BROWSER": "true"}
    shell = ["bash", "-euxo", "pipefail", "-c", commands]
    done = subprocess.run(shell, cwd=folder, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-3000:]


def test_every_block_says_what_it_is_and_why_it_does_not_run() -> None:
    for document in DOCUMENTS:
        text = document.read_text()
        if text.startswith("<!-- Written by `make generate`"):
            continue
        languages = [block["language"] for block in BLOCK.finditer(text)]
        assert set(languages) <= {PYTHON, *SHELLS, *OTHERS}, name(document)
        opened = re.findall(r"^```(\w*)$", text, re.MULTILINE)[::2]
        assert opened == languages, f"{name(document)}: a block without a language is ```text"
        assert text.count("<!-- not run") == sum(1 for block in BLOCK.finditer(text) if block["reason"]), name(document)


def test_a_command_that_fails_is_found(project: Path) -> None:
    with pytest.raises(AssertionError, match="no-such-command"):
        run_in_shell("echo fine\nno-such-command\necho unreached", project)
