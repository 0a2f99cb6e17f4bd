from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

Call = Callable[..., Result]
Found = Callable[..., Any]


def test_a_view_is_saved_changed_shared_shown_and_deleted(two_runs: tuple[str, str], found: Found, call: Call) -> None:
    saved = found("view", "save", "best", "--filter", "tag.quality = 'fantastic run'", "--columns", "id,tag.quality")
    assert (saved["name"], saved["sharing"], saved["order_by"]) == ("best", "private", "-created")
    assert found("view", "show", "best", "--runs") == [{"id": two_runs[0], "tag.quality": "fantastic run"}]
    changed = found("view", "save", "best", "--filter", "", "--order-by", "tag.quality")
    assert (changed["id"], changed["columns"]) == (saved["id"], ["id", "tag.quality"])
    assert [run["id"] for run in found("view", "show", "best", "--runs")] == [two_runs[0], two_runs[1]]
    assert found("view", "save", "best", "-r", two_runs[1])["run_ids"] == [two_runs[1]]
    assert [run["id"] for run in found("view", "show", saved["id"], "--runs")] == [two_runs[1]]
    assert found("view", "share", "best", "--as", "edit")["sharing"] == "edit"
    assert [each["name"] for each in found("view", "list")] == ["best"]
    assert "best" in call("view", "list", "-o", "table").stdout
    assert call("view", "delete", "best").exit_code == 0 and found("view", "list") == []
    assert call("view", "show", "best").exit_code == 6


def test_a_view_that_cannot_be_read_is_not_saved(project: Path, call: Call, found: Found) -> None:
    told = call("view", "save", "wrong", "--filter", "status = Faild")
    assert told.exit_code == 2 and "at character 10" in told.stderr and found("view", "list") == []
    told = call("view", "save", "wrong", "--columns", "id,nothing")
    assert told.exit_code == 2 and "at character 4" in told.stderr and found("view", "list") == []
