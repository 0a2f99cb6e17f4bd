"""The live widget: a view of :class:`RunData` in the browser, on anywidget."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from runyard.errors import RunyardError
from runyard.widgets.run_data import RunData
from runyard.widgets.static_view import as_html, as_text

REFRESH_S = 0.5
"""A new point is on the screen within a second of its arrival at the server."""

STATIC = Path(__file__).with_name("static")
_LOG = logging.getLogger("runyard")


class RunWidget(anywidget.AnyWidget):
    """Shows a run and follows it in a thread of its own until the run ends or the widget is closed.

    ``data`` goes to the browser; ``log_name`` comes from it.
    """

    _esm = STATIC / "run-widget.js"
    _css = STATIC / "run-widget.css"
    data = traitlets.Dict().tag(sync=True)
    url = traitlets.Unicode().tag(sync=True)
    log_name = traitlets.Unicode("").tag(sync=True)
    problem = traitlets.Unicode("").tag(sync=True)

    def __init__(self, source: RunData, url: str) -> None:
        super().__init__(data=source.as_json(), url=url, log_name=source.log_name or "")
        self._source = source
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self.observe(self._choose_log, names="log_name")
        self._thread = threading.Thread(target=self._follow, name="runyard-widget", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop following, and take the widget off the page."""
        self._closing.set()
        super().close()

    def wait(self, timeout_s: float | None = None) -> None:
        """Return when the run has ended and its end is shown."""
        self._thread.join(timeout_s)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle: Any = super()._repr_mimebundle_(**kwargs)
        static = {"text/plain": as_text(self._source, self.url), "text/html": as_html(self._source, self.url)}
        # None: no notebook front end is there that could show the live view.
        return static if bundle is None else ({**bundle[0], **static}, *bundle[1:])

    def _choose_log(self, change: Any) -> None:
        if change["new"] and change["new"] in self._source.logs:
            with self._lock:
                self._source.choose_log(change["new"])
                self.data = self._source.as_json()

    def _follow(self) -> None:
        # Once more after the end: the last points and lines may arrive with it.
        rounds_left = 4
        while rounds_left and not self._closing.wait(REFRESH_S):
            self._refresh()
            if not self._source.is_live:
                rounds_left -= 1

    def _refresh(self) -> None:
        try:
            with self._lock:
                changed = self._source.refresh()
                if changed:
                    self.data = self._source.as_json()
        except RunyardError as error:
            # Shown where the reader looks; the next round tries again.
            self.problem = error.message
            return
        if self.problem:
            self.problem = ""
