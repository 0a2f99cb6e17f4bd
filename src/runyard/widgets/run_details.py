"""``RunDetails``: a run, live, in a notebook."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

from runyard.errors import ConfigurationError, InvalidArgumentError
from runyard.sdk.run import Run
from runyard.widgets.run_data import RunData
from runyard.widgets.static_view import as_html, as_text


class RunDetails:
    """Shows a run and follows it until it ends: status, charts, children, log, and a link to the Studio.

    Any run will do: living or past, interactive, submitted, a parent. In a terminal, and where the packages of the extra
    ``notebook`` are missing, it prints what there is to tell.
    """

    def __init__(self, run_instance: Run) -> None:
        if not isinstance(run_instance, Run):
            raise InvalidArgumentError(f"RunDetails shows a run, not {run_instance!r}. Give a Run, such as exp.submit() returns.")
        self._run = run_instance
        self._widget: Any = None

    def show(self, render_lib: Any = None, widget_settings: Any = None) -> None:
        """Show the run here. Both arguments are taken for Azure ML's sake, and without effect.

        Returns at once; the display goes on by itself.
        """
        if self._widget is not None:
            self._widget.close()
            self._widget = None
        data, url = RunData(self._run._client, self._run.id), self._run.get_portal_url()
        if not _in_notebook():
            print(as_text(data, url))
            return
        import IPython.display

        display: Any = IPython.display.display

        if importlib.util.find_spec("anywidget") is None:
            display({"text/html": as_html(data, url), "text/plain": as_text(data, url)}, raw=True)
            print("To watch the run live here: pip install 'runyard[notebook]', then restart the kernel.")
            return
        self._widget = _make_widget(data, url)
        display(self._widget)

    def _ipython_display_(self) -> None:
        """Show the run where a cell ends with ``RunDetails(run)``, too."""
        self.show()

    def get_widget_data(self, widget_settings: Any = None) -> dict[str, Any]:
        """Return what the widget shows, as plain data."""
        data = RunData(self._run._client, self._run.id)
        told = data.as_json()
        details = self._run.get_details()
        return {
            "status": data.record.status.value,
            "workbench_run_details_uri": self._run.get_portal_url(),
            "run_id": self._run.id,
            "run_properties": {
                "run_id": self._run.id,
                "created_utc": told["run"]["created_at"],
                "properties": details["properties"],
                "tags": details["tags"],
                "script_name": data.record.script_name,
                "arguments": " ".join(details.get("runDefinition", {}).get("arguments") or []),
                "end_time_utc": details.get("endTimeUtc"),
                "status": data.record.status.value,
                "log_files": details["logFiles"],
                "run_number": data.record.number,
            },
            "child_runs": told["children"],
            "children_metrics": {},
            "run_metrics": told["series"],
            "run_logs": data.log_text,
            "graph": {},
            "widget_settings": widget_settings or {},
        }


def _make_widget(data: RunData, url: str) -> Any:
    from runyard.widgets.run_widget import STATIC, RunWidget

    if not (STATIC / "run-widget.js").is_file():
        raise ConfigurationError("This copy of Runyard has no widget: `make studio` was not run. Install the released package.")
    return RunWidget(data, url)


def _in_notebook() -> bool:
    """True under a Jupyter kernel; a terminal's IPython shows no widgets."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")
