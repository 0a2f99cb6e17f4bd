"""The documents: links that lead somewhere, and commands that exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from runyard.cli.main import root

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md", "studio/*.md")
    for path in ROOT.glob(pattern)
    if "node_modules" not in path.parts
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
BLOCK = re.compile(r"^```(?:bash|sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:make|runyard) [^`]+)`")


def name(path: Path) -> str:
    """Return a document's path, for the names of tests."""
    return str(path.relative_to(ROOT))


def commands(text: str) -> list[str]:
    """Return the ``make`` and ``runyard`` command lines in a document."""
    lines = [line.removeprefix("$ ").strip() for block in BLOCK.findall(text) for line in block.splitlines()]
    return [line for line in [*lines, *INLINE.findall(text)] if line.startswith(("make ", "runyard "))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_lead_to_files_that_exist(document: Path) -> None:
    targets = [target.split("#")[0] for target in LINK.findall(document.read_text()) if "://" not in target]
    assert [target for target in targets if target and not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_make_targets_exist(document: Path) -> None:
    made = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    lines = [shlex.split(line, comments=True) for line in commands(document.read_text())]
    words = [word for line in lines if line[0] == "make" for word in line[1:]]
    named = [word for word in words if re.fullmatch(r"[a-z][a-z0-9-]*", word)]
    assert [word for word in named if word not in made] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_commands_are_ones_that_runyard_understands(document: Path) -> None:
    for line in commands(document.read_text()):
        if line.startswith("runyard "):
            require_parses(line.split(" && ")[0])


def require_parses(line: str) -> None:
    """Parse a command line as far as its options, without running it."""
    words = shlex.split(line.replace("…", ""), comments=True)[1:]
    command: click.Command = root
    context = click.Context(root, info_name="runyard")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words.pop(0))
        assert found, line
        command = found
        context = click.Context(command, parent=context, info_name=command.name, **command.context_settings)
    if not isinstance(command, click.Group):
        command.make_parser(context).parse_args(list(words))


def test_every_page_of_the_documentation_is_reached_from_its_index() -> None:
    reached = {
        (document.parent / target.split("#")[0]).resolve()
        for document in DOCUMENTS
        for target in LINK.findall(document.read_text())
        if "://" not in target
    }
    pages = set((ROOT / "docs").rglob("*.md")) - {ROOT / "docs" / "README.md"}
    assert [name(page) for page in sorted(pages) if page not in reached] == []


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_api_names_no_file_of_the_source_in_what_it_says_of_itself() -> None:
    assert re.findall(r"\bdocs/[\w/-]+\.md", (ROOT / "studio" / "openapi.json").read_text()) == []
