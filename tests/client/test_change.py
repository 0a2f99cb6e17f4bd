from __future__ import annotations

import itertools
from collections.abc import Iterator

import httpx
import pytest

from runyard.client.change import ChangeApi, parse_events
from tests.client.fakes import fake_transport


def event(cursor: int, run_id: str) -> str:
    return f'id: {cursor}\nevent: change\ndata: {{"cursor":{cursor},"topic":"run","run_id":"{run_id}"}}\n\n'


def test_events_are_read_and_comments_passed_over() -> None:
    lines = (": ping\n\n" + event(4, "a") + "event: reset\nid: 9\n\n" + "event: news\ndata: {}\n\n").split("\n")
    found = list(parse_events(lines))
    assert [(each.cursor, each.change.run_id if each.change else None) for each in found] == [(4, "a"), (9, None)]


def test_a_broken_stream_goes_on_after_the_last_event_that_came(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(httpx.SyncByteStream):
        def __init__(self, text: str) -> None:
            self.text = text

        def __iter__(self) -> Iterator[bytes]:
            yield self.text.encode()
            raise httpx.ReadError("cut")

    asked: list[str] = []
    streams = iter([Broken(event(4, "a")), Broken(event(5, "b") + event(6, "c")), Broken("")])

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params.get("since"))
        return httpx.Response(200, stream=next(streams), headers={"content-type": "text/event-stream"})

    changes = ChangeApi(fake_transport(monkeypatch, handler), "w").stream(since=3)
    assert [change.run_id for change in itertools.islice(changes, 3) if change] == ["a", "b", "c"]
    assert asked == ["3", "4"]
