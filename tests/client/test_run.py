from __future__ import annotations

import httpx
import pytest

from runyard.client.run import RunApi
from runyard.errors import ConflictError, InvalidArgumentError
from runyard.wire.codec import to_msgpack
from runyard.wire.run import RunPage, RunQuery
from tests.client.fakes import fake_transport


def refusing(monkeypatch: pytest.MonkeyPatch, **details: str) -> RunApi:
    """Return runs of a server that answers one page and refuses the next."""
    page = to_msgpack(RunPage(runs=[], total=2, next_cursor="old"))
    error = {"error": {"code": "invalid_argument", "message": "refused", "details": details, "request_id": "r"}}
    answers = [
        httpx.Response(200, content=page, headers={"content-type": "application/msgpack"}),
        httpx.Response(400, json=error),
    ]
    return RunApi(fake_transport(monkeypatch, lambda _: answers.pop(0)), "w")


def test_a_list_that_an_upgraded_server_cannot_go_on_with_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConflictError, match="upgraded since the page before"):
        list(refusing(monkeypatch, cursor="old").iterate(RunQuery()))


def test_another_refusal_of_a_page_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidArgumentError, match="refused"):
        list(refusing(monkeypatch).iterate(RunQuery()))
