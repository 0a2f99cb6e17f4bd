"""The site that `make docs` builds: what its navigation is made of, and what its checks find."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from runyard.server.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
OWN_VARIABLE = re.compile(r"[\"'`$ (]((?:RUNYARD)_[A-Z][A-Z_]*[A-Z])\b")
NOT_OF_PEOPLE = {"RUNYARD_COMPLETE", "RUNYARD_RUN", "RUNYARD_SECRET"}
"""The shell's own variable and the first parts of names, which a search finds too."""


@pytest.fixture(scope="module")
def load() -> Iterator[Any]:
    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
        assert spec and spec.loader
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    before = set(sys.modules)
    yield load
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and Path(str(sys.modules[name].__file__)).parent == SCRIPTS:
            del sys.modules[name]


def pages_in(navigation: Any) -> Iterator[str]:
    for entry in navigation:
        if isinstance(entry, str):
            yield entry
        else:
            for inside in entry.values():
                yield from pages_in(inside)


def test_every_page_is_in_the_navigation_once(load: Any) -> None:
    hooks = load("docs_hooks")
    listed = list(pages_in(hooks.navigation((ROOT / "docs" / "README.md").read_text())))
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert sorted(listed) == sorted(pages | set(hooks.outside_pages().values())), "enter the page in docs/README.md"


def test_a_heading_is_a_tab_and_bold_text_a_group(load: Any) -> None:
    index = (
        "# Title\n## Start\n- [first](tutorials/first-run.md)\n## How to\n- **Look**: [one](how-to/a.md), [two](how-to/b.md)\n"
    )
    assert load("docs_hooks").navigation(index) == [
        {"Start": ["README.md", "tutorials/first-run.md"]},
        {"How to": [{"Look": ["how-to/a.md", "how-to/b.md"]}]},
    ]


def test_links_of_a_page_outside_docs_lead_to_the_same_places_in_the_site(load: Any) -> None:
    hooks = load("docs_hooks")
    text = "[why](docs/decisions/README.md#x) [out](https://example.org/a) [rules](CONTRIBUTING.md)"
    assert hooks.moved_links(text, "ARCHITECTURE.md", "architecture.md") == (
        "[why](decisions/README.md#x) [out](https://example.org/a) [rules](contributing.md)"
    )
    with pytest.raises(ValueError, match=r"setup\.cfg, which is no page"):
        hooks.moved_links("[x](setup.cfg)", "ARCHITECTURE.md", "architecture.md")


def test_dead_links_anchors_and_foreign_hosts_are_found(load: Any, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<h1 id="top"></h1><a href="b.html#there"></a><a href="#top"></a><img src="x.png#only-dark">'
    )
    (tmp_path / "b.html").write_text(
        '<script src="https://cdn.example/x.js"></script><a href="gone.html"></a><a href="https://x.y"></a>'
    )
    assert load("check_site").problems(tmp_path) == [
        "a.html: b.html#there leads nowhere",
        "a.html: x.png#only-dark leads nowhere",
        "b.html loads https://cdn.example/x.js from another host",
        "b.html: gone.html leads nowhere",
    ]


def test_every_variable_that_runyard_reads_is_on_the_page_of_settings(load: Any) -> None:
    page = load("settings_reference")
    told = {name for rows in (page.EVERYWHERE, page.SERVER, page.RUNNER, page.GIVEN) for name, _, _ in rows} | page.INTERNAL
    sources = (ROOT / "src" / "runyard").rglob("*.py")
    read = {name for path in sources for name in OWN_VARIABLE.findall(path.read_text())} - NOT_OF_PEOPLE
    assert sorted(read - told) == [], "enter it in scripts/settings_reference.py"
    assert sorted(told - read) == []
    assert set(page.FIELD_MEANINGS) <= set(Settings.__dataclass_fields__)


def test_the_sdk_page_shows_a_call_its_errors_and_no_private_parameter(load: Any) -> None:
    text = load("sdk_reference").sdk_reference("")
    assert "### Run.wait_for_completion" in text and "## RunDetails" in text and "## Tensorboard" in text
    assert "**Raises**" in text and "- `NotFoundError`: " in text
    assert not re.search(r"^ +_\w+[:=]", text, re.MULTILINE) and ":meth:" not in text and "``" not in text.replace("```", "")
