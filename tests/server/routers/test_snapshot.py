"""Many small contents of snapshots in one request."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message
from tests.server.conftest import ROOT

from runyard.server.background.dispatcher import Dispatcher
from runyard.server.context import ServerContext
from runyard.testing.engine import FakeEngine
from runyard.wire.blob_pack import PACK_MAX_BYTES, PACK_MAX_CONTENTS, packed, unpacked

CONTENTS = {hashlib.sha256(content).hexdigest(): content for content in (b"", b"one", b"x" * 70_000, bytes(range(256)))}


def pack(contents: dict[str, bytes]) -> bytes:
    return b"".join(packed(contents.items()))


def missing(api: Any) -> set[str]:
    return set(api.call("POST", "/snapshots/missing", json={"sha256": list(CONTENTS)})["sha256"])


def run_with(api: Any, contents: dict[str, bytes], run_id: str = "r") -> None:
    api.call("POST", "/blobs", content=pack(contents))
    files = [{"path": f"f{n}", "sha256": name, "size_bytes": len(contents[name])} for n, name in enumerate(contents)]
    api.start({"id": run_id}, snapshot_id=api.call("POST", "/snapshots", json={"files": files})["id"])


def leftovers(context: ServerContext) -> list[str]:
    return [path.name for path in context.settings.home.rglob(".incoming-*")]


def test_contents_that_were_sent_together_are_read_together(api: Any, client: httpx.Client, context: ServerContext) -> None:
    run_with(api, CONTENTS)
    assert missing(api) == set() and leftovers(context) == []
    answer = client.post(f"{ROOT}/runs/r/snapshot/contents", json={"sha256": [*CONTENTS, *CONTENTS]})
    assert dict(unpacked([answer.content])) == CONTENTS
    assert client.get(f"{ROOT}/runs/r/snapshot/files/f2").content == b"x" * 70_000


def test_contents_may_be_sent_again_and_one_by_one(api: Any) -> None:
    for _ in range(2):
        api.call("POST", "/blobs", content=pack(CONTENTS))
        for name, content in CONTENTS.items():
            api.call("PUT", f"/blobs/{name}", content=content)
    assert missing(api) == set()


def test_one_false_hash_refuses_all_contents_of_its_request(api: Any, context: ServerContext) -> None:
    error = api.refuse("POST", "/blobs", content=pack({**CONTENTS, "0" * 64: b"other"}))
    assert (error["code"], error["status"]) == ("invalid_argument", 400) and f"sent as {'0' * 64}" in error["message"]
    assert missing(api) == set(CONTENTS) and leftovers(context) == []


def test_a_pack_that_is_cut_off_stores_nothing(api: Any, context: ServerContext) -> None:
    assert api.refuse("POST", "/blobs", content=pack(CONTENTS)[:-1])["code"] == "invalid_argument"
    assert missing(api) == set(CONTENTS) and leftovers(context) == []


def test_a_connection_that_breaks_half_way_stores_nothing(
    api: Any, app: FastAPI, client: httpx.Client, context: ServerContext
) -> None:
    body = pack(CONTENTS)
    messages: list[Message] = [
        {"type": "http.request", "body": body[: len(body) // 2], "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0) if len(messages) > 1 else messages[0]

    async def send(message: Message) -> None:
        sent.append(message)

    path = f"{ROOT}/blobs"
    headers = [(b"host", b"127.0.0.1:9"), (b"authorization", client.headers["authorization"].encode())]
    scope = {"type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": path, "raw_path": path.encode()}
    asyncio.run(app({**scope, "query_string": b"", "headers": headers, "asgi": {"version": "3.0"}}, receive, send))
    assert [each["status"] for each in sent if each["type"] == "http.response.start"] == [503]
    assert missing(api) == set(CONTENTS) and leftovers(context) == []
    api.call("POST", "/blobs", content=body)
    assert missing(api) == set()


@pytest.mark.parametrize(
    "contents", [[b"%d" % n for n in range(PACK_MAX_CONTENTS + 1)], [b"x" * PACK_MAX_BYTES, b"y"]], ids=["count", "bytes"]
)
def test_more_than_a_request_may_carry_is_refused_both_ways(api: Any, contents: list[bytes], context: ServerContext) -> None:
    named = {hashlib.sha256(content).hexdigest(): content for content in contents}
    assert api.refuse("POST", "/blobs", content=pack(named))["code"] == "limit_exceeded"
    assert leftovers(context) == []
    files = []
    for n, (name, content) in enumerate(named.items()):
        if len(named) == 2:
            api.call("PUT", f"/blobs/{name}", content=content)
            files.append({"path": f"f{n}", "sha256": name, "size_bytes": 0})
    api.start({"id": "r"}, snapshot_id=api.call("POST", "/snapshots", json={"files": files})["id"])
    error = api.refuse("POST", "/runs/r/snapshot/contents", json={"sha256": list(named)})
    assert (error["code"], error["status"]) == ("limit_exceeded", 413)


def test_only_contents_of_the_runs_own_snapshot_are_read(api: Any) -> None:
    secret = hashlib.sha256(b"of another run").hexdigest()
    run_with(api, {secret: b"of another run"}, "other")
    run_with(api, CONTENTS)
    error = api.refuse("POST", "/runs/r/snapshot/contents", json={"sha256": [*CONTENTS, secret]})
    assert (error["code"], error["status"]) == ("file_not_in_run", 404)
    assert api.refuse("POST", "/runs/r/snapshot/contents", json={"sha256": ["../x"]})["status"] == 404


def test_a_run_token_reads_the_contents_of_its_tree_only(
    api: Any, anonymous: httpx.Client, context: ServerContext, engine: FakeEngine
) -> None:
    run_with(api, CONTENTS, "stranger")
    api.submit()
    Dispatcher(context).tick()
    anonymous.headers["authorization"] = f"Bearer {engine.started[0].environment['RUNYARD_RUN_TOKEN']}"
    own = hashlib.sha256(b"print(1)").hexdigest()
    assert anonymous.post(f"{ROOT}/runs/job_1/snapshot/contents", json={"sha256": [own]}).status_code == 200
    assert api.refuse("POST", "/runs/stranger/snapshot/contents", json={"sha256": list(CONTENTS)})["status"] == 404
    assert anonymous.post("/api/v1/workspaces/elsewhere/blobs", content=pack(CONTENTS)).status_code == 403
    del anonymous.headers["authorization"]
    assert api.refuse("POST", "/blobs", content=pack(CONTENTS))["status"] == 401
    assert api.refuse("POST", "/runs/job_1/snapshot/contents", json={"sha256": [own]})["status"] == 401
