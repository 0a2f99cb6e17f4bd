"""A server in this process, with a clock that stands still and an engine that starts nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.fresh_database import put_database

from runyard.server.app import build_context, create_app, give_context
from runyard.server.context import ServerContext
from runyard.server.security.token import owner_token
from runyard.server.settings import Settings
from runyard.testing.clock import FakeClock
from runyard.testing.engine import FakeEngine

ROOT = "/api/v1/workspaces/default"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def context(tmp_path: Path, clock: FakeClock, engine: FakeEngine) -> Iterator[ServerContext]:
    settings = Settings(home=tmp_path / "home", local_slots=2)
    put_database(settings.home)
    made = build_context(
        settings, server_id="0" * 32, base_url=lambda: "http://127.0.0.1:9", clock=clock, engines={"local": engine}
    )
    yield made
    made.storage.close()


@pytest.fixture(scope="session")
def made_apps() -> list[FastAPI]:
    """The application, once the first test has made it: to put its routes together takes longer than most tests."""
    return []


@pytest.fixture
def app(made_apps: list[FastAPI], context: ServerContext) -> FastAPI:
    """The application of this test's server."""
    if not made_apps:
        made_apps.append(create_app(context))
    give_context(made_apps[0], context)
    return made_apps[0]


@pytest.fixture
def anonymous(app: FastAPI) -> TestClient:
    """A client that says nothing about itself."""
    return TestClient(app, base_url="http://127.0.0.1:9", raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture
def client(anonymous: httpx.Client, context: ServerContext) -> httpx.Client:
    """The owner's client. Paths are relative to the default workspace."""
    anonymous.headers["authorization"] = f"Bearer {owner_token(context.settings.home)}"
    return anonymous


@pytest.fixture
def api(client: httpx.Client) -> Api:
    return Api(client)


class Api:
    """Short forms of the calls that most tests make."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def call(self, method: str, path: str, **kwargs: Any) -> Any:
        response = self.client.request(method, ROOT + path, **kwargs)
        assert response.status_code < 400, response.text
        return response.json() if response.content else None

    def refuse(self, method: str, path: str, **kwargs: Any) -> dict[str, Any]:
        """Make a call that must fail, and return its error."""
        response = self.client.request(method, ROOT + path, **kwargs)
        assert response.status_code >= 400, response.text
        error: dict[str, Any] = response.json()["error"]
        error["status"] = response.status_code
        assert error["request_id"] == response.headers["x-request-id"]
        return error

    def experiment(self, name: str = "mnist") -> dict[str, Any]:
        return self.call("PUT", f"/experiments/{name}")  # type: ignore[no-any-return]

    def start(self, *runs: dict[str, Any], experiment: str = "mnist", **request: Any) -> list[dict[str, Any]]:
        self.experiment(experiment)
        body = {"runs": list(runs) or [{}], **request}
        return self.call("POST", f"/experiments/{experiment}/runs", json=body)["runs"]  # type: ignore[no-any-return]

    def snapshot(self, **files: bytes) -> str:
        import hashlib

        listed = []
        for name, content in files.items():
            digest = hashlib.sha256(content).hexdigest()
            self.call("PUT", f"/blobs/{digest}", content=content)
            listed.append({"path": name.replace("__", "."), "sha256": digest, "size_bytes": len(content)})
        return self.call("POST", "/snapshots", json={"files": listed})["id"]  # type: ignore[no-any-return]

    def submit(self, run_id: str = "job_1", **request: Any) -> dict[str, Any]:
        self.experiment()
        body = {"id": run_id, "spec": {"script": "train.py"}, "snapshot_id": self.snapshot(train__py=b"print(1)"), **request}
        return self.call("POST", "/experiments/mnist/submissions", json=body)  # type: ignore[no-any-return]

    def search(self, **query: Any) -> list[str]:
        return [run["id"] for run in self.call("POST", "/runs/search", json=query)["runs"]]
