from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from runyard import Experiment, Workspace
from runyard.cli.main import root

Call = Callable[..., Result]
Found = Callable[..., Any]


@pytest.fixture
def pair(workspace: Workspace, project: Path) -> tuple[str, str]:
    """Two runs: another script, another loss, the same accuracy."""
    experiment = Experiment(workspace, "compared")
    ids = []
    for rate, loss in ((1, 0.5), (2, 0.25)):
        (project / "model.py").write_text(f"# the model\nrate = {rate}\n")
        with experiment.start_logging() as run:
            run.log("loss", loss)
            run.log("accuracy", 0.9)
        ids.append(run.id)
    return ids[0], ids[1]


def test_what_differs_is_shown_by_sections(pair: tuple[str, str], call: Call) -> None:
    text = call("run", "diff", *pair).stdout
    assert "\x1b[" not in text
    metrics = text[text.index("Metrics: ") :].splitlines()
    assert metrics[1].split() == ["loss", "0.5", "0.25", "-0.25", "(-50.0%)"]
    assert "Code: 1 file differs" in text and "~ model.py" in text
    assert not any(line.split()[:1] == ["accuracy"] for line in metrics)
    assert any(line.split()[:1] == ["accuracy"] for line in call("run", "diff", *pair, "--all").stdout.splitlines())


def test_colours_come_on_a_terminal_only(pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def shown() -> str:
        return CliRunner().invoke(root, ["run", "diff", *pair, "--only", "metrics"], color=True).stdout

    assert "\x1b[31m0.5" in shown() and "\x1b[32m0.25" in shown()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in shown()


def test_the_changed_lines_are_shown(pair: tuple[str, str], call: Call) -> None:
    lines = call("run", "diff", *pair, "--patch").stdout.splitlines()
    assert [line for line in lines if line[1:].startswith("rate")] == ["-rate = 1", "+rate = 2"]
    assert "--- A/model.py" in lines and "+++ B/model.py" in lines


def test_it_is_data_for_scripts(pair: tuple[str, str], found: Found, call: Call) -> None:
    assert found("run", "diff", *pair, "-o", "json", "--query", "metrics[?name=='loss'].delta") == [-0.25]
    assert found("run", "diff", *pair, "-o", "json", "--only", "code")["files"][0]["path"] == "model.py"
    assert call("run", "diff", *pair, "--exit-code").exit_code == 5
    assert call("run", "diff", pair[0], pair[0], "--exit-code").exit_code == 0
    assert call("run", "diff", pair[0], "nothing-here").exit_code == 6
    assert "no section" in call("run", "diff", *pair, "--only", "colour").stderr
