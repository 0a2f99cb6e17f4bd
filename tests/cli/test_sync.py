"""``runyard sync`` against a server that takes batches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.client.fake_ingest import FakeIngest, journal_files

from runyard.cli.sync import sync
from runyard.client.journal import Journal, JournalPlace
from runyard.wire.metric import ScalarRecord


def leave_journal(home: Path, server: str, workspace: str, run_id: str, count: int) -> None:
    """Write a journal as a process that was killed left it."""
    journal = Journal(JournalPlace(root=home / "journal", workspace=workspace, run_id=run_id, server=server), lambda: None)
    for value in range(count):
        journal.record(ScalarRecord("x", 1, value))
    journal.forget()


@pytest.fixture
def ingest(home: Path, monkeypatch: pytest.MonkeyPatch) -> FakeIngest:
    server = FakeIngest().start()
    monkeypatch.delenv("RUNYARD_HOME")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("RUNYARD_URL", server.url)
    monkeypatch.setenv("RUNYARD_TOKEN", "token")
    return server


def test_it_sends_the_journals_of_all_workspaces(ingest: FakeIngest, home: Path) -> None:
    for workspace, run_id, count in (("w1", "a", 10), ("w1", "b", 20), ("w2", "c", 30)):
        leave_journal(home / ".runyard", ingest.url, workspace, run_id, count)
    done = CliRunner().invoke(sync, ["-o", "json"])
    assert done.exit_code == 0, done.output
    shown = json.loads(done.stdout)
    assert [(row["workspace"], row["sent_values"], row["journals"]) for row in shown] == [("w1", 30, 2), ("w2", 30, 1)]
    assert [ingest.values(run_id) for run_id in "abc"] == [list(range(10)), list(range(20)), list(range(30))]
    assert journal_files() == []
    ingest.stop()


def test_nothing_to_send_is_no_failure(ingest: FakeIngest) -> None:
    done = CliRunner().invoke(sync, ["-o", "json"])
    assert (done.exit_code, json.loads(done.stdout)) == (0, [])
    ingest.stop()


def test_what_cannot_be_sent_stays_and_is_named(ingest: FakeIngest, home: Path) -> None:
    leave_journal(home / ".runyard", ingest.url, "w", "a", 10)
    ingest.stop()
    done = CliRunner().invoke(sync, ["-o", "json"])
    assert done.exit_code == 1
    assert "No Runyard server answers" in done.stderr
    assert len(journal_files()) == 1
