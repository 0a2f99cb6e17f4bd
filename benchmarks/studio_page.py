"""A real Chromium for the rows of the Studio."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from benchmarks.row import WrongResultError

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of its own, closed at the end.

    Raises:
        WrongResultError: there is none on this machine.
    """
    path = os.environ.get("RUNYARD_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        raise WrongResultError("there is no Chromium: install Debian's package chromium, or set RUNYARD_CHROMIUM to one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
