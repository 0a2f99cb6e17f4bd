"""Bringing runs in over HTTP: who may, what is refused, and that nothing is seen before the end."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx
import pytest
from tests.server.conftest import ROOT

from runyard.server.context import ServerContext
from runyard.server.security.token import new_token, token_hash
from runyard.storage.base import TokenRecord
from runyard.testing.clock import FakeClock
from runyard.wire.journal import CONTENT_TYPE, encode_records
from runyard.wire.metric import ScalarRecord

DIGEST = "d" * 64
AT = "2020-01-02T03:04:05.000006Z"
FACTS = {"id": "r1", "display_name": "one", "status": "Completed", "created_at": AT, "ended_at": AT}
EXPERIMENT = {"name": "old", "created_at": AT}


def started(api: Any, run_id: str = "r1", digest: str = DIGEST) -> str:
    return api.call("POST", "/imports", json={"run_id": run_id, "digest": digest})["import_id"]  # type: ignore[no-any-return]


def body(facts: dict[str, Any] | None = None, **change: Any) -> dict[str, Any]:
    return {"digest": DIGEST, "source": "test", "experiment": EXPERIMENT, "run": {**FACTS, **(facts or {})}, **change}


def test_a_run_comes_in_with_metrics_and_files_and_is_seen_at_the_end_only(api: Any) -> None:
    import_id = started(api)
    batch = encode_records([ScalarRecord("loss", 5, 0.5, 3)], writer="import", seq=0)
    api.call("POST", f"/imports/{import_id}/records", content=batch, headers={"content-type": CONTENT_TYPE})
    api.call("PUT", f"/imports/{import_id}/artifacts/outputs/a.txt", content=b"hello")
    assert api.search(include_children=True) == [] and api.refuse("GET", "/runs/r1")["status"] == 404
    assert started(api) == import_id
    (file,) = api.call("POST", "/imports", json={"run_id": "r1", "digest": DIGEST})["files"]
    assert file["path"] == "outputs/a.txt"
    sha256 = hashlib.sha256(b"hello").hexdigest()
    facts = {"path": "outputs/a.txt", "size_bytes": 5, "sha256": sha256, "created_at": AT, "updated_at": AT}
    run = api.call("POST", f"/imports/{import_id}/finish", json=body(files=[facts]))
    assert (run["experiment"], run["created_at"], run["number"]) == ("old", AT, 1)
    assert api.search() == ["r1"]
    assert api.call("POST", "/metrics/values", json={"run_id": "r1"})["runs"] == {"r1": {"loss": 0.5}}
    assert api.client.get(f"{ROOT}/runs/r1/artifacts/outputs/a.txt").content == b"hello"
    assert api.client.get(f"{ROOT}/runs/r1/metrics.parquet").content[:4] == b"PAR1"
    assert api.call("POST", "/imports", json={"run_id": "r1", "digest": DIGEST})["state"] == "there"
    assert api.call("POST", "/imports/find", json={"runs": {"r1": DIGEST, "x": DIGEST}}) == {"there": ["r1"], "taken": []}
    error = api.refuse("POST", "/imports", json={"run_id": "r1", "digest": "e" * 64})
    assert error["status"] == 409 and "as a copy" in error["message"]


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"status": "Running"}, "ended"),
        ({"ended_at": None}, "ended"),
        ({"created_at": "2020-01-02T03:04:05"}, "time zone"),
        ({"tags": {"": "x"}}, "empty name"),
        ({"colour": "red"}, "colour"),
        ({"number": 0}, "number"),
        ({"parent_id": "nobody"}, "parent"),
        ({"snapshot_id": "f" * 64}, "snapshot"),
        ({"id": "r2"}, "not begun for run"),
    ],
)
def test_facts_that_break_a_rule_are_refused_and_nothing_appears(api: Any, facts: dict[str, Any], told: str) -> None:
    import_id = started(api)
    assert told in api.refuse("POST", f"/imports/{import_id}/finish", json=body(facts))["message"]
    assert api.search(include_children=True) == []
    api.call("POST", f"/imports/{import_id}/finish", json=body())


def test_no_event_may_say_that_another_server_brought_the_run_in(api: Any) -> None:
    import_id = started(api)
    event = {"kind": "imported", "status": "Completed", "at": AT, "detail": {"digest": DIGEST}}
    assert "for this server to say" in api.refuse("POST", f"/imports/{import_id}/finish", json=body(events=[event]))["message"]


def test_bad_ids_digests_and_paths_are_refused(api: Any) -> None:
    assert api.refuse("POST", "/imports", json={"run_id": "../x", "digest": DIGEST})["status"] == 400
    assert api.refuse("POST", "/imports", json={"run_id": "x", "digest": "short"})["status"] == 400
    import_id = started(api)
    assert api.refuse("PUT", f"/imports/{import_id}/artifacts/..%2Fx", content=b"x")["status"] in (400, 404)
    assert api.refuse("PUT", "/imports/nothing/artifacts/x", content=b"x")["status"] == 404
    assert api.refuse("POST", "/imports/nothing/records", content=b"", headers={"content-type": CONTENT_TYPE})["status"] == 400


def test_a_run_token_brings_nothing_in(client: httpx.Client, context: ServerContext, clock: FakeClock, api: Any) -> None:
    import_id = started(api)
    token = new_token()
    record = TokenRecord(kind="run", user="me", workspace="default", scope="r1")
    context.storage.tokens.put(token_hash(token), record, at=clock())
    client.headers["authorization"] = f"Bearer {token}"
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/imports", {"json": {"run_id": "r9", "digest": DIGEST}}),
        ("POST", "/imports/find", {"json": {"runs": {}}}),
        ("POST", f"/imports/{import_id}/records", {"content": b""}),
        ("PUT", f"/imports/{import_id}/artifacts/x", {"content": b"x"}),
        ("POST", f"/imports/{import_id}/finish", {"json": body()}),
    ]
    for method, path, request in calls:
        assert api.refuse(method, path, **request)["status"] == 403
