"""The help of every command: what a manual has."""

from __future__ import annotations

import ast
import itertools
import re
import shlex
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import click
import pytest

import runyard
from runyard.cli.main import root
from runyard.cli.query_help import QUERY_HELP
from runyard.domain.run_filter_parse import parse


def commands(context: click.Context) -> Iterator[click.Context]:
    """Yield the contexts of all commands that do something."""
    command = context.command
    if not isinstance(command, click.Group):
        yield context
        return
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None, name
        yield from commands(click.Context(below, info_name=name, parent=context))


ALL = list(commands(click.Context(root, info_name="runyard")))


def examples(context: click.Context) -> list[str]:
    text = context.get_help()
    return re.findall(r"^    ((?:\w+=\S+ |eval \"\$\()?runyard .*)$", text.partition("Examples:")[2], re.MULTILINE)


def words_of(line: str) -> list[str]:
    """Return the words of a line's first command, as a shell takes them."""
    scanner = shlex.shlex(line, posix=True, punctuation_chars=True)
    scanner.whitespace_split = True
    return list(itertools.takewhile(lambda word: word not in ("&&", "<", ">", "|"), scanner))


@pytest.mark.parametrize("context", ALL, ids=lambda context: context.command_path)
def test_every_command_says_what_it_does_and_shows_examples(context: click.Context) -> None:
    assert context.command.help and context.command.help.strip().splitlines()[0].endswith("."), "no first sentence"
    assert any(context.command_path in line for line in examples(context))


@pytest.mark.parametrize("context", ALL, ids=lambda context: context.command_path)
def test_the_examples_are_command_lines_that_parse(context: click.Context) -> None:
    for line in examples(context):
        words = words_of(re.sub(r'^(?:\w+=\S+ |eval "\$\()', "", line).partition(')"')[0])[1:]
        command: click.Command = root
        while isinstance(command, click.Group):
            found = command.get_command(click.Context(command), words.pop(0))
            assert found is not None, line
            command = found
        command.make_context("runyard", words, resilient_parsing=False)


@pytest.mark.parametrize("context", ALL, ids=lambda context: context.command_path)
def test_every_option_says_what_it_is_for(context: click.Context) -> None:
    options = [each for each in context.command.params if isinstance(each, click.Option) and not each.hidden]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("name", [name for name in root.list_commands(click.Context(root)) if name != "top"])
def test_no_line_of_a_list_of_commands_is_cut_off(name: str) -> None:
    command = root.get_command(click.Context(root), name)
    assert command is not None
    text = command.get_help(click.Context(command, info_name=f"runyard {name}", terminal_width=80))
    assert not [line for line in text.splitlines() if line.endswith("...") and not line.startswith("Usage:")]


def test_no_message_names_a_page_that_an_installation_lacks() -> None:
    source = Path(runyard.__file__).parent
    assert {(str(path), text) for path in source.rglob("*.py") for text in texts_of(path) if "docs/" in text} == set()


@pytest.mark.parametrize("context", [click.Context(root, info_name="runyard"), *ALL], ids=lambda context: context.command_path)
def test_no_help_names_a_page_that_an_installation_lacks(context: click.Context) -> None:
    assert re.findall(r"docs/\S*", context.get_help()) == []


def test_the_conditions_that_the_help_shows_can_be_read() -> None:
    long, short, shorter = (line.strip() for line in QUERY_HELP.splitlines() if re.match("  status[ :].*[=:>]", line))
    for text in (long, short.partition("  ")[0], shorter):
        parse(text, datetime(2026, 1, 31, tzinfo=timezone.utc))


def texts_of(path: Path) -> Iterator[str]:
    """Yield the texts of a module that are no docstrings: those of commands are in their help."""
    tree = ast.parse(path.read_text())
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value
