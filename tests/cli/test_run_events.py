from __future__ import annotations

from collections.abc import Callable
from typing import Any

from click.testing import Result


def test_every_change_of_a_run_is_listed_with_author_and_time(
    two_runs: tuple[str, str], call: Callable[..., Result], found: Callable[..., Any]
) -> None:
    call("run", "update", "-r", two_runs[0], "--add-tag", "a=1", "--description", "short")
    call("run", "delete", "-r", two_runs[0])
    listed = found("run", "events", "-r", two_runs[0])
    assert [each["kind"] for each in listed][-3:] in (["tags", "description", "deleted"], ["description", "tags", "deleted"])
    assert all(each["author"] and each["at"] for each in listed) and listed[0]["status"] == "Running"
    assert found("run", "show", "-r", two_runs[0], "--query", "deleted_utc") == listed[-1]["at"]
    assert "deleted" in call("run", "events", "-r", two_runs[0], "-o", "table").stdout
    assert call("run", "events", "-r", "nothing-here").exit_code == 6
