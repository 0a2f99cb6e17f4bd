"""Recorders: one a run, where their journals lie, and what happens to files of metrics."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runyard.client.client import Client
from runyard.client.endpoint import EmbeddedEndpoint, RemoteEndpoint
from runyard.client.recorder import (
    RecorderPool,
    ServerSink,
    artifact_uri,
    journal_place,
    journal_root,
    may_send_for_others,
    server_name,
)
from runyard.client.sending import journals_in
from runyard.domain.metric import MetricFamily
from runyard.errors import ConflictError
from runyard.wire.metric import ScalarRecord

pytestmark = pytest.mark.usefixtures("home")
NOWHERE = RemoteEndpoint("http://127.0.0.1:9", "token")


@pytest.fixture
def client() -> Client:
    return Client(NOWHERE, "ws", retry_s=0)


def test_a_run_has_one_recorder_however_often_it_is_asked_for(client: Client) -> None:
    pool = client.recorders
    assert pool.for_run("a") is pool.for_run("a")
    assert pool.for_run("a") is not pool.for_run("b")


def test_threads_that_ask_at_once_get_one_pool(client: Client) -> None:
    start = threading.Barrier(8)

    def asked(_: int) -> RecorderPool:
        start.wait(30)
        return client.recorders

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(asked, range(8)))) == 1


def test_a_run_without_records_has_no_journal_and_nothing_to_wait_for(client: Client, home: Path) -> None:
    pool: RecorderPool = client.recorders
    pool.for_run("a")
    assert pool.flush("a", 0)
    assert pool.close("a", 0)
    assert pool.flush("unknown", 0)
    assert not (home / "journal").exists()


def test_a_journal_lies_in_the_home_folder_under_workspace_and_run(client: Client, home: Path) -> None:
    client.recorders.for_run("run/1").record(ScalarRecord("x", 1, 1.0))
    (path,) = journals_in(home)
    assert path.parent == home / "journal" / "ws" / "run%2f1"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_size == 16 << 10
    assert b"token" not in path.read_bytes()


def test_the_journals_of_an_embedded_server_lie_in_its_home(tmp_path: Path) -> None:
    endpoint = EmbeddedEndpoint(tmp_path)
    assert journal_root(endpoint) == tmp_path / "journal"
    assert server_name(endpoint) == f"home:{tmp_path}"
    assert journal_place(Client(endpoint, "ws"), "r").folder == tmp_path / "journal" / "ws" / "r"


def test_a_submitted_run_sends_its_own_records_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert may_send_for_others(EmbeddedEndpoint(tmp_path))
    assert may_send_for_others(NOWHERE)
    assert not may_send_for_others(EmbeddedEndpoint(tmp_path, "run token", "http://127.0.0.1:9"))
    monkeypatch.setenv("RUNYARD_RUN_TOKEN", "run token")
    assert not may_send_for_others(NOWHERE)


def test_handles_of_one_run_share_what_is_known_of_its_metrics(client: Client) -> None:
    client.recorders.families("a")["x"] = MetricFamily.TABLE
    assert client.recorders.families("a") == {"x": MetricFamily.TABLE}
    assert client.recorders.families("b") == {}


def test_a_file_gets_the_next_free_name(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = {"plots/a.png", "plots/a_1.png"}

    def put(run_id: str, name: str, content: bytes, retry_s: float) -> None:
        if name in taken:
            raise ConflictError("taken")

    monkeypatch.setattr(client.artifacts, "put", put)
    assert ServerSink(client).store_file("r", "plots/a.png", b"") == artifact_uri("r", "plots/a_2.png")
