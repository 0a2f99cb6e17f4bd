from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from runyard.client.transport import Transport, segment, tail
from runyard.domain.experiment import ExperimentRecord
from runyard.errors import (
    DiskFullError,
    ImmutablePropertyError,
    InvalidArgumentError,
    NotFoundError,
    RunyardError,
    TransportError,
)
from runyard.wire.codec import MSGPACK, to_json, to_msgpack
from runyard.wire.error import ErrorBody, ErrorEnvelope
from runyard.wire.metric_query import MetricValuesBody
from runyard.wire.session import SessionBody
from runyard.wire.workspace import EnsureWorkspaceRequest
from tests.client.fakes import FakeEndpoint, fake_transport

SESSION = SessionBody(user="ann", kind="owner", default_workspace="default", server_version="1")


class Server:
    """Gives one answer after the other, the last one again and again; keeps the requests."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def ok(body: object = SESSION) -> httpx.Response:
    return httpx.Response(200, content=to_json(body), headers={"content-type": "application/json"})


def refused(status: int, code: str, message: str = "no", **details: object) -> httpx.Response:
    envelope = ErrorEnvelope(error=ErrorBody(code=code, message=message, request_id="r1", details=details))
    return httpx.Response(status, content=to_json(envelope))


def test_a_request_carries_token_body_and_what_it_accepts(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(ok())
    body = EnsureWorkspaceRequest(location="here")
    fake_transport(monkeypatch, server).call("PUT", "/api/v1/x", SessionBody, body=body, params={"a": 1, "b": None, "c": True})
    request = server.requests[0]
    assert request.headers["authorization"] == "Bearer secret"
    assert request.headers["accept"] == "application/json"
    assert request.url.query == b"a=1&c=true"
    assert b'"location":"here"' in request.content


def test_an_answer_in_messagepack_keeps_nan_and_the_type_of_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    body = MetricValuesBody(runs={"r": {"x": [1, 2.0, float("inf")], "t": "NaN"}})
    server = Server(httpx.Response(200, content=to_msgpack(body), headers={"content-type": MSGPACK}))
    found = fake_transport(monkeypatch, server).call("POST", "/v", MetricValuesBody, msgpack=True)
    assert found.runs == {"r": {"x": [1, 2.0, float("inf")], "t": "NaN"}}
    assert type(found.runs["r"]["x"][0]) is int  # type: ignore[index]


def test_an_error_comes_back_as_the_class_that_the_server_named(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(refused(409, "immutable_property", "set once", key="author"))
    with pytest.raises(ImmutablePropertyError, match="set once") as caught:
        fake_transport(monkeypatch, server).call("PATCH", "/r", SessionBody)
    assert caught.value.details == {"key": "author", "request_id": "r1"}


def test_a_server_that_is_older_than_the_program_is_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(refused(400, "invalid_argument", "The request cannot be used: spec.gpu_count: Unexpected keyword argument."))
    with pytest.raises(InvalidArgumentError, match="older than this program: restart it with `runyard down`"):
        fake_transport(monkeypatch, server).call("POST", "/r", SessionBody)


def test_a_server_without_a_route_that_the_program_knows_is_named_as_older(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(refused(404, "not_found", "GET /api/v1/news is no route of this server."))
    with pytest.raises(NotFoundError, match=r"no route of this server\. The server is older than this program"):
        fake_transport(monkeypatch, server).call("GET", "/api/v1/news", SessionBody)


def test_an_unknown_code_is_a_plain_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RunyardError, match="from the future") as caught:
        fake_transport(monkeypatch, Server(refused(418, "teapot", "from the future"))).call("GET", "/r", SessionBody)
    assert type(caught.value) is RunyardError


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>a router's login page</html>"),
        httpx.Response(404, text="<html>not found</html>"),
        httpx.Response(302, headers={"location": "http://elsewhere"}),
        httpx.Response(200, json={"user": 1}),
        httpx.Response(200, html="<!doctype html>" + "<p>" * 99),
    ],
)
def test_an_answer_that_is_not_runyards_is_named_as_such(monkeypatch: pytest.MonkeyPatch, answer: httpx.Response) -> None:
    with pytest.raises(TransportError, match="not Runyard's") as caught:
        fake_transport(monkeypatch, Server(answer)).call("GET", "/r", SessionBody)
    assert "<p>" not in caught.value.message  # a page tells a reader nothing


def test_unknown_fields_of_an_answer_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"user": "ann", "kind": "owner", "default_workspace": "d", "server_version": "9", "news": [1]}
    assert fake_transport(monkeypatch, Server(httpx.Response(200, json=body))).call("GET", "/s", SessionBody).user == "ann"


def test_a_lost_connection_is_tried_again_at_the_servers_new_address(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(httpx.ConnectError("refused"), httpx.RemoteProtocolError("hung up"), ok())
    assert fake_transport(monkeypatch, server).call("GET", "/s", SessionBody) == SESSION
    assert [request.url.port for request in server.requests] == [9000, 9001, 9002]


def test_a_gateway_without_a_server_behind_it_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(httpx.Response(502, text="bad gateway"), ok())
    assert fake_transport(monkeypatch, server).call("GET", "/s", SessionBody) == SESSION


def test_a_gateway_whose_server_stays_away_is_told_apart_from_a_wrong_address(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(httpx.Response(502, html="<h1>502 Bad Gateway</h1>"))
    with pytest.raises(TransportError, match=r"A proxy answers at .*, but no Runyard server behind it \(status 502\)") as caught:
        fake_transport(monkeypatch, server, retry_s=0).call("GET", "/s", SessionBody)
    assert caught.value.details["status"] == 502


def test_a_server_that_stays_away_is_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(httpx.ConnectError("connection refused"))
    with pytest.raises(
        TransportError, match=r"No Runyard server answers at http://127\.0\.0\.1:\d+ \(connection refused\)\. Start"
    ):
        fake_transport(monkeypatch, server, retry_s=0.02).call("GET", "/s", SessionBody)
    assert len(server.requests) > 1


def test_a_certificate_that_is_not_trusted_is_told_apart_from_a_server_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate"))
    with pytest.raises(TransportError, match=r"certificate of http://\S+ is not trusted here .* Set SSL_CERT_FILE"):
        fake_transport(monkeypatch, server, retry_s=0.02).call("GET", "/s", SessionBody)


def test_an_https_address_of_a_server_without_tls_names_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = FakeEndpoint()
    monkeypatch.setattr(FakeEndpoint, "url", "https://host:8600")
    server = Server(httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)"))
    with pytest.raises(TransportError, match=r"at https://host:8600 does not speak TLS\. Its address may be http://host:8600"):
        fake_transport(monkeypatch, server, endpoint, retry_s=0.02).call("GET", "/s", SessionBody)


def test_nothing_is_tried_again_when_the_server_was_stopped_on_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(httpx.ConnectError("refused"))
    with pytest.raises(TransportError, match="was stopped"):
        fake_transport(monkeypatch, server, FakeEndpoint(stopped=True)).call("GET", "/s", SessionBody)
    assert len(server.requests) == 1


def test_one_attempt_is_one_attempt_but_looks_for_the_new_address(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(httpx.ConnectError("refused"))
    endpoint = FakeEndpoint()
    with pytest.raises(TransportError):
        fake_transport(monkeypatch, server, endpoint).call("GET", "/s", SessionBody, retry_s=0)
    assert (len(server.requests), endpoint.refreshes) == (1, 1)


def test_a_file_is_sent_whole_again_after_a_lost_connection(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"content" * 1000)
    server = Server(httpx.ReadError("lost"), httpx.Response(204))
    fake_transport(monkeypatch, server).send_bytes("PUT", "/blob", tmp_path / "f")
    assert [len(request.content) for request in server.requests] == [7000, 7000]


def test_a_download_appears_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise httpx.ReadError("cable cut")

    class Broken(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            return broken()

    transport = fake_transport(monkeypatch, Server(httpx.Response(200, stream=Broken())))
    with pytest.raises(TransportError, match="cable cut"):
        transport.download("/f", tmp_path / "target")
    assert list(tmp_path.iterdir()) == []
    fake_transport(monkeypatch, Server(httpx.Response(200, content=b"whole"))).download("/f", tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == b"whole"


def test_a_full_disk_is_named_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(DiskFullError, match="is full"):
        fake_transport(monkeypatch, Server(httpx.Response(200, content=b"x"))).download("/f", tmp_path / "target")
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidArgumentError, match="cannot be written"):
        fake_transport(monkeypatch, Server(httpx.Response(200, content=b"x"))).download("/f", tmp_path / "file" / "target")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_opens_connections_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    transport: Transport = fake_transport(monkeypatch, Server(ok()))
    transport.call("GET", "/s", SessionBody)
    assert transport._client is not None
    child = os.fork()
    if child == 0:
        os._exit(0 if transport._client is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert transport._client is not None


def test_names_are_quoted_in_paths() -> None:
    assert segment("a/b c") == "a%2Fb%20c"
    assert tail("outputs/ä b?.txt") == "outputs/%C3%A4%20b%3F.txt"


def test_records_decode_with_instants(monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"id": "1", "workspace": "w", "name": "n", "created_at": "2026-01-02T03:04:05.5Z"}
    found = fake_transport(monkeypatch, Server(httpx.Response(200, json=body))).call("GET", "/e", ExperimentRecord)
    assert found.created_at.utcoffset() is not None
