"""Check the built site: every link and anchor leads somewhere, and nothing is loaded from another host.

MkDocs checks links in Markdown; this looks at what came out, with the links of the theme and of headings in it.
"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADING = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}

NO_ANCHORS = ("__skip", "only-light", "only-dark")
"""What the theme does by itself: a link past the navigation, and pictures for one of its two looks."""


class PageParser(HTMLParser):
    """What a page refers to: ``links`` that a reader follows, ``loads`` that the browser fetches, and its own ``anchors``."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag refers to."""
        named = {name: value or "" for name, value in attrs}
        self.anchors.update(value for name, value in named.items() if name in ("id", "name"))
        if tag == "a" and "href" in named:
            self.links.append(named["href"])
        if tag in LOADING and LOADING[tag] in named and named.get("rel") != "canonical":
            self.loads.append(named[LOADING[tag]])


def read_page(path: Path) -> PageParser:
    """Return what a page of the site refers to."""
    parser = PageParser()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


def problems(site: Path) -> list[str]:
    """Return a line for each link that leads nowhere and each thing from another host."""
    pages = {path: read_page(path) for path in sorted(site.rglob("*.html"))}
    found: list[str] = []
    for path, page in pages.items():
        name = path.relative_to(site)
        found += [f"{name} loads {load} from another host" for load in page.loads if urlsplit(load).netloc]
        inside = [link for link in [*page.links, *page.loads] if not urlsplit(link).scheme and not urlsplit(link).netloc]
        found += [f"{name}: {link} leads nowhere" for link in inside if not leads_somewhere(link, path, pages)]
    return found


def leads_somewhere(link: str, path: Path, pages: dict[Path, PageParser]) -> bool:
    """True when the page or file that a link of the page ``path`` names is there, and the anchor in it."""
    parts = urlsplit(link)
    if path.name == "404.html":
        return True  # its links are those of the site's root, wherever it is shown
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    target = target / "index.html" if target.is_dir() else target
    if not parts.fragment or parts.fragment in NO_ANCHORS:
        return target.exists()
    return target in pages and unquote(parts.fragment) in pages[target].anchors


def main() -> int:
    """Print the problems of the site in the folder that is named; return 1 when there are any."""
    site = Path(sys.argv[1]).resolve()
    found = problems(site)
    print("\n".join(found) if found else f"{sum(1 for _ in site.rglob('*.html'))} pages, every link leads somewhere")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
