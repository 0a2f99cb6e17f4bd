"""What MkDocs is told beyond ``mkdocs.yml``: the navigation, and the pages of the site that lie outside ``docs/``.

The navigation is what ``docs/README.md`` lists: a ``##`` heading is a tab, a ``-`` line that begins with bold text a group, each
link a page, and a link to the index of a folder a group of all its pages. So a page is entered there and nowhere else.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
INDEX = "docs/README.md"
LINK = re.compile(r"(\]\()([^)\s#:]+)(#[^)\s]*)?(\))")
LEAVES_DOCS = re.compile(r"(\]\()((?:\.\./)+[^)\s#:]+)(#[^)\s]*)?(\))")


def outside_pages() -> dict[str, str]:
    """Return the site's address of each page outside ``docs/``, by its path in the repository."""
    examples = sorted(path.parent.name for path in ROOT.glob("examples/*/README.md"))
    named = {name: f"{name.removesuffix('.md').lower()}.md" for name in ("ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md")}
    return {**named, **{f"examples/{name}/README.md": f"examples/{name}.md" for name in examples}}


def address(source: str, link: str, outside: dict[str, str]) -> str | None:
    """Return where in the site a link of the repository's file ``source`` leads, or None when that is no page of the site."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), link))
    return path.removeprefix("docs/") if path.startswith("docs/") else outside.get(path)


def moved_links(text: str, source: str, target: str, pattern: re.Pattern[str] = LINK) -> str:
    """Return the text of the repository's file ``source`` as it is right at ``target`` in the site.

    Raises:
        ValueError: a link leads to what is no page of the site.
    """
    outside = outside_pages()

    def moved(match: re.Match[str]) -> str:
        found = address(source, match[2], outside)
        if found is None:
            raise ValueError(f"{source} links to {match[2]}, which is no page of the site: write the path as code instead")
        return f"{match[1]}{posixpath.relpath(found, posixpath.dirname(target) or '.')}{match[3] or ''}{match[4]}"

    return pattern.sub(moved, text)


def navigation(index: str) -> list[dict[str, Any]]:
    """Return the navigation that the text of ``docs/README.md`` describes."""
    outside = outside_pages()
    tabs: list[dict[str, Any]] = []
    for line in index.splitlines():
        if line.startswith("## "):
            tabs.append({line[3:].strip(): []})
        links = [address(INDEX, link, outside) for _, link, _, _ in LINK.findall(line)]
        if not tabs or not links:
            continue
        (pages,) = tabs[-1].values()
        group = re.match(r"- \*\*([^*]+)\*\*", line)
        pages.extend([{group[1]: links}] if group else map(with_folder, links))
    (first,) = tabs[0].values()
    first.insert(0, "README.md")
    return tabs


def with_folder(link: str | None) -> Any:
    """Return a page, or for the index of a folder the group of all its pages."""
    if link is None or not link.endswith("/README.md"):
        return link
    folder = posixpath.dirname(link)
    names = sorted(path.name for path in (ROOT / "docs" / folder).glob("*.md"))
    return {folder.capitalize(): [link, *(f"{folder}/{name}" for name in names if name != "README.md")]}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Set the navigation."""
    config.nav = navigation((ROOT / INDEX).read_text(encoding="utf-8"))
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie outside ``docs/``."""
    for source, target in outside_pages().items():
        text = moved_links((ROOT / source).read_text(encoding="utf-8"), source, target)
        files.append(File.generated(config, target, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links that leave ``docs/`` to the pages that the site has of them."""
    inside = page.file.generated_by is None
    return moved_links(markdown, f"docs/{page.file.src_uri}", page.file.src_uri, LEAVES_DOCS) if inside else markdown
