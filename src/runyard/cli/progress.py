"""A sign on the terminal that long work goes on. It is on stderr, and only where somebody sees it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def working(text: str) -> Iterator[None]:
    """Show a text and a moving sign during the block; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield


@contextmanager
def counting(verb: str) -> Iterator[Callable[[int, int, str], None]]:
    """Give what shows how many things are done, of how many, and the name of the next; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total, name: None
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{verb} …") as status:
        yield lambda done, total, name: status.update(f"{verb} {done + bool(name)} of {total}  {name}")
