"""No request of any shape makes the server fail: requests are drawn from its own OpenAPI document, and from outside of it."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.fresh_database import put_database

from runyard.server.app import build_context, create_app
from runyard.server.security.token import owner_token
from runyard.server.settings import Settings
from runyard.testing.clock import FakeClock
from runyard.testing.engine import FakeEngine
from runyard.wire.journal import CONTENT_TYPE, encode_batch, encode_records
from runyard.wire.metric import ScalarRecord

EXAMPLES = 200 if os.environ.get("RUNYARD_LONG") else 5
DOCUMENT = create_app().openapi()
ENDLESS = {"stream_changes"}
OPERATIONS = [
    (method, path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if operation["operationId"] not in ENDLESS
]
KNOWN = ["default", "mnist", "r", "kid", "local", "loss", "a.txt", "0" * 64, "1", "system/cpu"]
ODD = [
    "",
    "\0",
    "..",
    "../..",
    "%2e%2e",
    "'",
    '"',
    "x" * 5000,
    "名前🙂",
    "\u202e",
    "-1",
    "9" * 40,
    "NaN",
    "%",
    "[",
    "(?:a+)+$",
    "a b",
]
NUMBERS = [0, -1, 1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 1e308, -0.5]

TEXTS = st.one_of(st.sampled_from(KNOWN), st.sampled_from(ODD), st.text(max_size=12))
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.sampled_from(NUMBERS), st.floats(allow_nan=False, allow_infinity=False), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)


def of_schema(schema: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Return values that a schema allows, and now and then one that it does not."""
    return st.integers(0, 19).flatmap(lambda number: ANYTHING if number == 0 else _valid(schema, depth))


def _valid(schema: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return _valid(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]], depth + 1)
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    if "anyOf" in schema:
        shallow = [each for each in schema["anyOf"] if depth < 5 or "$ref" not in each]
        return st.one_of([_valid(each, depth + 1) for each in shallow or [{"type": "null"}]])
    kind = schema.get("type")
    if kind == "object":
        return _object(schema, depth)
    if kind == "array":
        return st.lists(of_schema(schema.get("items", {}), depth + 1), max_size=3 if depth < 5 else 0)
    simple: dict[Any, st.SearchStrategy[Any]] = {
        "string": TEXTS,
        "integer": st.one_of(st.integers(-3, 20), st.sampled_from([each for each in NUMBERS if isinstance(each, int)])),
        "number": st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(NUMBERS)),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    return simple.get(kind, ANYTHING)


def _object(schema: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    properties = {name: of_schema(each, depth + 1) for name, each in schema.get("properties", {}).items()}
    required = {name: properties[name] for name in schema.get("required", []) if name in properties}
    optional = {name: each for name, each in properties.items() if name not in required and depth < 6}
    fixed = st.fixed_dictionaries(required, optional=optional)
    extra = schema.get("additionalProperties")
    if not properties and isinstance(extra, dict):
        return st.dictionaries(TEXTS, of_schema(extra, depth + 1), max_size=3)
    return fixed


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The owner's client of a server with a run in it, whose engine starts nothing."""
    home = tmp_path_factory.mktemp("fuzz")
    put_database(home)
    context = build_context(
        Settings(home=home),
        server_id="0" * 32,
        base_url=lambda: "http://127.0.0.1:9",
        clock=FakeClock(),
        engines={"local": FakeEngine()},
    )
    made = TestClient(create_app(context), base_url="http://127.0.0.1:9", raise_server_exceptions=False, follow_redirects=False)
    made.headers["authorization"] = f"Bearer {owner_token(home)}"
    fill(made)
    yield made
    context.storage.close()


def fill(client: TestClient) -> None:
    """Make what some of the drawn names mean."""
    root = "/api/v1/workspaces/default"
    client.put(f"{root}/experiments/mnist")
    client.post(f"{root}/experiments/mnist/runs", json={"runs": [{"id": "r"}]})
    client.post(f"{root}/experiments/mnist/runs", json={"runs": [{"id": "kid"}], "parent_id": "r"})
    records = encode_records([ScalarRecord("loss", n, n / 2, n) for n in range(20)], writer="w", seq=0)
    client.post(f"{root}/runs/r/records", content=records, headers={"content-type": CONTENT_TYPE})
    client.put(f"{root}/runs/r/artifacts/a.txt", content=b"a")


def require_no_failure(response: httpx.Response, asked: str) -> None:
    assert response.status_code < 500 or _is_not_supported(response), f"{asked}\n{response.status_code} {response.text[:2000]}"
    if response.status_code >= 400 and response.headers.get("content-type", "").startswith("application/json"):
        assert response.json()["error"]["code"], asked


def _is_not_supported(response: httpx.Response) -> bool:
    return response.status_code == 501 and response.json()["error"]["code"] == "not_supported"


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=[each["operationId"] for _, _, each in OPERATIONS])
def test_no_request_makes_a_route_fail(client: httpx.Client, method: str, path: str, operation: dict[str, Any]) -> None:
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=EXAMPLES < 50
    )
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        url, query, headers = path, {}, {}
        for parameter in operation.get("parameters", []):
            value = data.draw(of_schema(parameter.get("schema", {})))
            text = value if isinstance(value, str) else json.dumps(value)
            if parameter["in"] == "path":
                name = data.draw(st.sampled_from(KNOWN)) if data.draw(st.integers(0, 3)) else text
                name = "default" if parameter["name"] == "workspace" and data.draw(st.integers(0, 9)) else name
                url = url.replace(f"{{{parameter['name']}}}", quoted(name))
            elif parameter["in"] == "query" and (parameter.get("required") or data.draw(st.booleans())):
                query[parameter["name"]] = text
            elif parameter["in"] == "header" and text.isascii() and text.isprintable():
                headers[parameter["name"]] = text
        content, kind = body_of(data, operation)
        if kind:
            headers["content-type"] = kind
        try:
            response = client.request(method, url, params=query or None, content=content, headers=headers)
        except (httpx.InvalidURL, httpx.LocalProtocolError):
            return
        require_no_failure(response, f"{method} {url} {query} {headers} {content!r}")

    ask()


def quoted(text: str) -> str:
    """Return a text as a part of a path."""
    return quote(text.encode("utf-8", "replace"), safe="/" if "/" in text and ".." not in text else "")


def body_of(data: st.DataObject, operation: dict[str, Any]) -> tuple[bytes | None, str]:
    """Draw a body and its type."""
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return None, ""
    kind = data.draw(st.sampled_from(sorted(content)))
    schema = content[kind].get("schema", {})
    if schema.get("format") == "binary":
        return data.draw(st.binary(max_size=200)), kind
    return json.dumps(data.draw(of_schema(schema))).encode(), kind


@pytest.mark.parametrize("seed", range(20 if EXAMPLES < 50 else 1000))
def test_no_batch_makes_the_ingest_fail_or_spoils_what_is_stored(client: httpx.Client, seed: int) -> None:
    chance = random.Random(seed)
    root = "/api/v1/workspaces/default/runs/r"
    before = client.post("/api/v1/workspaces/default/metrics/values", json={"run_id": "r", "name": "loss"}).json()
    whole = bytearray(encode_records([ScalarRecord("x", 1, chance.random(), n) for n in range(9)], writer=f"f{seed}", seq=0))
    if chance.random() < 0.5:
        whole[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        body = bytes(whole)
    else:  # a right checksum around frames of rubbish
        frames = [chance.randbytes(chance.randrange(0, 12) * 8) for _ in range(3)]
        body = encode_batch(frames, writer=f"f{seed}", seq=chance.randrange(3), first=0, record_count=chance.randrange(3))
    kind = chance.choice([CONTENT_TYPE, "application/msgpack", "application/json", ""])
    require_no_failure(
        client.post(f"{root}/records", content=body, headers={"content-type": kind} if kind else {}), f"seed {seed}"
    )
    after = client.post("/api/v1/workspaces/default/metrics/values", json={"run_id": "r", "name": "loss"}).json()
    assert after == before
