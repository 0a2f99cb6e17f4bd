"""The widget in a real JupyterLab."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from runyard import Experiment, Run, Workspace
from tests.e2e.conftest import violations
from tests.server_process import RunningServer

START_S = 120
END_S = 60


@pytest.fixture(scope="module")
def lab(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a JupyterLab, and the folder that it shows."""
    folder = tmp_path_factory.mktemp("lab")
    settings = tmp_path_factory.mktemp("lab-settings")
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"]
    command.append(f"--notebook-dir={folder}")
    # No news, no look for updates: the test talks to this machine only.
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url="]
    variables = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(settings),
        "JUPYTER_RUNTIME_DIR": str(settings / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(settings / "lab"),
        "JUPYTERLAB_WORKSPACES_DIR": str(settings / "workspaces"),
        "IPYTHONDIR": str(settings / "ipython"),
    }
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=variables)
    found: list[str] = []
    ready = threading.Event()

    def read() -> None:
        assert process.stderr
        for line in process.stderr:
            address = re.search(r"(http://127\.0\.0\.1:\d+)/lab\?token=(\w+)", line)
            if address and not found:
                found.extend(address.groups())
                ready.set()

    threading.Thread(target=read, daemon=True).start()
    assert ready.wait(START_S), "JupyterLab did not start"
    yield f"{found[0]}/lab/tree/{{name}}?token={found[1]}", folder
    process.terminate()  # it ends its kernels first
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def write_notebook(path: Path, *cells: str) -> None:
    notebook = {
        "cells": [
            {"cell_type": "code", "id": f"c{index}", "metadata": {}, "outputs": [], "execution_count": None, "source": cell}
            for index, cell in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(notebook))


def run_all(page: Page, url: str) -> None:
    page.goto(url)
    # The menu knows the notebook's commands once its kernel is up.
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=START_S * 1000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Run All( Cells)?$")).click()


@pytest.mark.timeout(600)
def test_the_widget_follows_a_living_run_and_shows_a_past_one(
    lab: tuple[str, Path], browser: Browser, workspace: Workspace, experiment: Experiment
) -> None:
    url, folder = lab
    run = experiment.start_logging(snapshot_directory=None, display_name="living")
    for step in range(5):
        run.log("loss", 1 / (step + 1), step=step)
    run.log("epochs", 5)
    with run.child_run("child") as child:
        child.log("loss", 1)
    run._client.artifacts.append(run.id, "azureml-logs/70_driver_log.txt", 0, b"\x1b[32mfirst line\x1b[0m\n")
    run.flush()
    past = finished_run(experiment)
    write_notebook(
        folder / "run.ipynb",
        "from runyard import Run, Workspace\nfrom runyard.widgets import RunDetails",
        f"ws = Workspace(workspace_name={workspace.name!r})\nRunDetails(Run.get(ws, {run.id!r})).show()",
        f"RunDetails(Run.get(ws, {past.id!r})).show()",
    )
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    run_all(page, url.format(name="run.ipynb"))
    widget = page.get_by_role("region", name=re.compile("^Run living"))
    expect(widget.get_by_text("Running", exact=True)).to_be_visible(timeout=START_S * 1000)
    expect(widget.get_by_role("img", name="Line chart of loss: 5 points", exact=False)).to_be_visible()
    expect(widget.get_by_text("first line")).to_be_visible()
    expect(widget.get_by_role("cell", name="living>child", exact=True)).to_be_visible()

    run.log("loss", 0.1, step=5)
    run._client.artifacts.append(run.id, "azureml-logs/70_driver_log.txt", 20, b"second line\n")
    run.flush()
    expect(widget.get_by_role("img", name="Line chart of loss: 6 points", exact=False)).to_be_visible()
    expect(widget.get_by_text("second line")).to_be_visible()
    run.complete()
    expect(widget.get_by_text("Completed", exact=True).first).to_be_visible()

    ended = page.get_by_role("region", name=re.compile("^Run past"))
    expect(ended.get_by_text("ValueError")).to_be_visible()
    ended.get_by_role("combobox", name="Log file").select_option("azureml-logs/20_image_build_log.txt")
    expect(ended.get_by_text("built in no time")).to_be_visible()
    assert violations(page, ".runyard-widget") == []
    pictures = os.environ.get("PICTURES_FOLDER")
    if pictures:
        page.screenshot(path=f"{pictures}/notebook-light.png")
        page.evaluate("document.body.dataset.jpThemeLight = 'false'")
        page.wait_for_timeout(500)
        page.screenshot(path=f"{pictures}/notebook-dark.png")
    page.close()


def finished_run(experiment: Experiment) -> Run:
    past = experiment.start_logging(snapshot_directory=None, display_name="past")
    for name in ("train/acc", "val/acc"):
        for step in range(20):
            past.log(name, step / 20)
    past._client.artifacts.put(past.id, "azureml-logs/20_image_build_log.txt", b"built in no time\n")
    past._client.artifacts.put(past.id, "azureml-logs/70_driver_log.txt", b"Traceback\n")
    past.fail(ValueError("the data are empty"))
    return past
