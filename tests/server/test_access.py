"""Every route refuses by default, and a browser gets in by one link once."""

from __future__ import annotations

import re

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from runyard.server.app import create_app
from runyard.server.context import ServerContext
from runyard.testing.clock import FakeClock

OPEN = {"/health", "/login", "/{path:path}"}


def all_routes(app: FastAPI) -> list[tuple[str, str]]:
    document = create_app().openapi()
    return [(method.upper(), path) for path, methods in document["paths"].items() for method in methods]


def test_no_route_but_the_open_ones_answers_without_a_token(anonymous: httpx.Client) -> None:
    routes = [route for route in all_routes(anonymous.app) if route[1] not in OPEN]  # type: ignore[attr-defined]
    assert len(routes) > 30
    for method, path in routes:
        concrete = re.sub(r"\{[^}]*\}", "x", path)
        response = anonymous.request(method, concrete)
        assert response.status_code == 401, f"{method} {path} answered {response.status_code}"
        assert response.json()["error"]["code"] == "unauthenticated"


def test_what_the_document_leaves_out_is_known(anonymous: httpx.Client) -> None:
    app: FastAPI = anonymous.app  # type: ignore[attr-defined]

    def hidden(routes: list[BaseRoute]) -> set[str]:
        return {route.path for route in routes if isinstance(route, APIRoute) and not route.include_in_schema}

    assert hidden(app.routes) <= OPEN


@pytest.mark.parametrize("header", ["Bearer nonsense", "Basic eDp5", "Bearer", "Bearer "])
def test_a_wrong_token_is_refused(anonymous: httpx.Client, header: str) -> None:
    assert anonymous.get("/api/v1/session", headers={"authorization": header}).status_code == 401


def test_a_login_link_works_once_and_then_only_for_the_browser_that_used_it(client: httpx.Client, app: FastAPI) -> None:
    url = client.post("/api/v1/session/login-links", json={"path": "/runs/x?tab=1"}).json()["url"]
    assert url.startswith("http://127.0.0.1:9/login?")
    browser = _browser(app)
    first = browser.get(url)
    assert first.status_code == 303 and first.headers["location"] == "/runs/x?tab=1"
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie and "samesite=strict" in cookie.lower()
    assert browser.get("/api/v1/session").json()["kind"] == "session"
    assert browser.get(url).headers["location"] == "/runs/x?tab=1"
    assert _browser(app).get(url).headers["location"].startswith("/sign-in")


def test_a_link_is_void_after_its_time(client: httpx.Client, app: FastAPI, clock: FakeClock) -> None:
    url = client.post("/api/v1/session/login-links", json={}).json()["url"]
    clock.advance(13 * 3600)
    assert _browser(app).get(url).headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example", "x"])
def test_a_link_never_leads_to_another_site(client: httpx.Client, app: FastAPI, path: str) -> None:
    assert client.post("/api/v1/session/login-links", json={"path": path}).status_code == 400
    assert _browser(app).get("/login", params={"code": "x", "next": path}).status_code == 400


def test_a_browser_changes_nothing_without_the_studios_header(client: httpx.Client, app: FastAPI) -> None:
    url = client.post("/api/v1/session/login-links", json={}).json()["url"]
    browser = _browser(app)
    browser.get(url)
    path = "/api/v1/workspaces/default/experiments/x"
    assert browser.put(path).status_code == 403
    assert browser.put(path, headers={"x-runyard-client": "studio"}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "evil.example:9"])
def test_a_request_under_a_foreign_host_name_is_refused(client: httpx.Client, host: str) -> None:
    assert client.get("/health", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:80", "localhost", "[::1]:8000"])
def test_the_loopback_names_are_served(client: httpx.Client, host: str) -> None:
    assert client.get("/health", headers={"host": host}).json()["status"] == "ok"


def test_an_unknown_api_path_is_an_error_and_any_other_path_is_the_studio(client: httpx.Client) -> None:
    assert client.get("/api/v1/nothing").json()["error"]["code"] == "not_found"
    assert client.post("/runs/x").status_code == 405
    assert client.get("/runs/x").headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/../../app.py"])
def test_no_path_leads_out_of_the_studios_folder(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert "root:" not in response.text and "create_app" not in response.text


def test_an_unforeseen_failure_is_an_envelope_without_inner_details(
    client: httpx.Client, context: ServerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(type(context.storage.workspaces), "list", broken)
    response = client.get("/api/v1/workspaces")
    assert response.status_code == 500 and "secret detail" not in response.text
    assert response.json()["error"]["code"] == "internal"


def _browser(app: FastAPI) -> TestClient:
    return TestClient(app, base_url="http://127.0.0.1:9", raise_server_exceptions=False, follow_redirects=False)
