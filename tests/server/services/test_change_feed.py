"""Each listener gets every change of its workspace once and in order, however many listen and wherever they begin."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.server_process import RunningServer

from runyard import Experiment
from runyard.domain.change import ChangeRecord, ChangeTopic
from runyard.server.services import change_feed
from runyard.server.services.change_feed import ChangeFeed
from runyard.wire.change import ChangePage


class FakeChanges:
    """A feed in memory that counts how often it is read."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, ChangeRecord]] = []
        self.reads = 0
        self.listeners: list[Callable[[], None]] = []
        self.oldest = 0

    def add(self, workspace: str, root: str = "r") -> None:
        change = ChangeRecord(cursor=len(self.rows) + 1, topic=ChangeTopic.METRIC, run_id=root, root_id=root)
        self.rows.append((workspace, change))
        for listener in self.listeners:
            listener()

    def since(self, workspace: str, cursor: int, *, scope: str | None, limit: int) -> ChangePage:
        self.reads += 1
        if cursor < self.oldest:
            return ChangePage(changes=[], cursor=len(self.rows), reset=True)
        rows = list(self.rows)  # once: more come while another thread looks
        own = [each for name, each in rows if name == workspace and each.cursor > cursor and scope in (None, each.root_id)]
        return ChangePage(changes=own[:limit], cursor=own[limit - 1].cursor if len(own) >= limit else len(rows))

    def of_all(self, cursor: int, *, limit: int) -> tuple[list[tuple[str, ChangeRecord]], int]:
        self.reads += 1
        found = self.rows[cursor : cursor + limit]
        return found, cursor + len(found)

    def latest(self) -> int:
        return len(self.rows)

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)


async def collect(feed: ChangeFeed, workspace: str, cursor: int, scope: str | None, count: int) -> list[int]:
    """Listen until so many changes have come; return their cursors."""
    found: list[int] = []
    stream = feed.follow(workspace, cursor, scope)
    async for message in stream:
        found += [int(number) for number in re.findall(rb"id: (\d+)\nevent: change", message)]
        if len(found) >= count:
            break
    await stream.aclose()  # type: ignore[attr-defined]
    return found


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_feed, "COALESCE_S", 0.01)


def test_many_listeners_cost_as_many_reads_as_one() -> None:
    changes = FakeChanges()

    async def scene() -> list[list[int]]:
        feed = ChangeFeed(changes, asyncio.Event())
        listening = [asyncio.create_task(collect(feed, "w", 0, None, 40)) for _ in range(50)]
        for _ in range(40):
            changes.add("w")
            await asyncio.sleep(0.005)
        return await asyncio.wait_for(asyncio.gather(*listening), 20)

    assert asyncio.run(scene()) == [list(range(1, 41))] * 50
    assert changes.reads <= 50 + 2 * 41  # one for each that begins, the rest is shared
    assert changes.listeners == []


def test_the_feed_gathers_up_to_twice_as_long_for_many_listeners_and_always_sends_twice_a_second() -> None:
    pauses = [change_feed.pause_s(listeners) for listeners in (1, 20, 100, 10_000)]
    assert pauses == sorted(pauses)
    assert pauses[0] < 0.21
    assert pauses[2] == pauses[3] <= 0.4


def test_listeners_that_begin_at_different_places_get_what_is_after_them() -> None:
    changes = FakeChanges()
    for _ in range(2500):  # more than a page
        changes.add("w")

    async def scene() -> list[list[int]]:
        feed = ChangeFeed(changes, asyncio.Event())
        starts = [0, 1, 999, 1000, 2499, 2500]
        listening = [asyncio.create_task(collect(feed, "w", start, None, 2600 - start)) for start in starts]
        await asyncio.sleep(0.05)
        for _ in range(100):
            changes.add("w")
        return await asyncio.wait_for(asyncio.gather(*listening), 20)

    for start, found in zip([0, 1, 999, 1000, 2499, 2500], asyncio.run(scene()), strict=True):
        assert found == list(range(start + 1, 2601))


def test_a_listener_gets_its_own_workspace_and_its_own_tree_only() -> None:
    changes = FakeChanges()

    async def scene() -> list[list[int]]:
        feed = ChangeFeed(changes, asyncio.Event())
        wanted: list[tuple[str, str | None, int]] = [("a", None, 20), ("b", None, 20), ("a", "r1", 10), ("b", "r1", 10)]
        listening = [asyncio.create_task(collect(feed, name, 0, scope, count)) for name, scope, count in wanted]
        for number in range(40):
            changes.add("ab"[number % 2], f"r{number // 2 % 2}")
            await asyncio.sleep(0.002)
        return await asyncio.wait_for(asyncio.gather(*listening), 20)

    found = asyncio.run(scene())
    assert found[0] == list(range(1, 41, 2)) and found[1] == list(range(2, 41, 2))
    assert found[2] == [n for n in range(1, 41, 2) if (n - 1) // 2 % 2] and found[3] == [n + 1 for n in found[2]]


async def short_events(feed: ChangeFeed, cursor: int, scope: str | None, last: int, found: list[tuple[int, Any]]) -> None:
    """Listen to the short form until the change ``last`` has come; add the cursor and the data of each event to ``found``."""
    stream = feed.follow("w", cursor, scope, short=True)
    async for message in stream:
        events = re.findall(rb"id: (\d+)\nevent: changes\ndata: (.*)\n\n", message)
        found += [(int(number), json.loads(data)) for number, data in events]
        if found and found[-1][0] >= last:
            break
    await stream.aclose()  # type: ignore[attr-defined]


def test_the_short_form_names_each_run_once_in_one_event_for_what_comes_together() -> None:
    changes = FakeChanges()
    for root in ["a", "b", "a"]:
        changes.add("w", root)

    whole: list[tuple[int, Any]] = []
    scoped: list[tuple[int, Any]] = []

    async def scene() -> None:
        feed = ChangeFeed(changes, asyncio.Event())
        listening = asyncio.gather(short_events(feed, 0, None, 6, whole), short_events(feed, 1, "a", 6, scoped))
        while not (whole and scoped):
            await asyncio.sleep(0.001)
        changes.add("other", "c")
        for root in ["b", "a"]:
            changes.add("w", root)
        await listening

    asyncio.run(asyncio.wait_for(scene(), 20))
    assert whole == [(3, {"metric": ["a", "b"]}), (6, {"metric": ["b", "a"]})]
    assert scoped == [(3, {"metric": ["a"]}), (6, {"metric": ["a"]})]


def test_the_short_form_tells_of_what_is_no_run_and_costs_less_than_half() -> None:
    runs = [ChangeRecord(cursor=n, topic=ChangeTopic.METRIC, run_id=f"{n % 5:026}", root_id=f"{n % 5:026}") for n in range(1, 11)]
    page = ChangePage(changes=[*runs, ChangeRecord(cursor=11, topic=ChangeTopic.VIEW)], cursor=11)
    short = change_feed._page_message(page, short=True)
    assert short.startswith(b"id: 11\nevent: changes\n") and b'"view":[]' in short
    assert len(short) < len(change_feed._page_message(page, short=False)) / 2


def test_one_that_was_away_for_too_long_is_told_to_read_everything_again() -> None:
    changes = FakeChanges()
    for _ in range(10):
        changes.add("w")
    changes.oldest = 5

    async def scene() -> bytes:
        stream = ChangeFeed(changes, asyncio.Event()).follow("w", 1, None)
        messages = [await anext(stream), await anext(stream)]
        await stream.aclose()  # type: ignore[attr-defined]
        return messages[1]

    assert asyncio.run(scene()) == b"id: 10\nevent: reset\ndata: {}\n\n"


def test_a_silent_stream_shows_that_it_lives_and_ends_with_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_feed, "PING_S", 0.05)

    async def scene() -> list[bytes]:
        stopping = asyncio.Event()
        messages = []
        async for message in ChangeFeed(FakeChanges(), stopping).follow("w", 0, None):
            messages.append(message)
            if len(messages) == 3:
                stopping.set()
        return messages

    assert asyncio.run(asyncio.wait_for(scene(), 10))[1:3] == [b": ping\n\n"] * 2


def events(lines: Any) -> Any:
    for line in lines:
        if line.startswith("id: "):
            yield int(line[4:])


def test_a_point_reaches_a_listener_within_a_second_and_a_reconnection_misses_nothing(
    server: RunningServer, experiment: Experiment
) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    headers = {"authorization": f"Bearer {server.token}"}
    url = f"{server.url}/api/v1/workspaces/{experiment.workspace.name}/changes/stream"
    run.log("x", 0)
    run.flush()
    took: list[float] = []
    seen: list[int] = []
    with httpx.stream("GET", url, headers=headers, timeout=60) as stream:
        ids = events(stream.iter_lines())
        start = next(ids)
        for n in range(5):
            began = time.monotonic()
            run.log("x", n)
            seen.append(next(ids))
            took.append(time.monotonic() - began)
    assert min(took) < 1.0, took
    assert seen == sorted(set(seen)) and seen[0] > start
    for n in range(3):
        run.log("x", n)
        run.flush()
    with httpx.stream("GET", url, headers={**headers, "last-event-id": str(seen[2])}, timeout=60) as stream:
        ids = events(stream.iter_lines())
        assert next(ids) == seen[2]
        again = [next(ids) for _ in range(5)]
    assert again[:2] == seen[3:5] and again == sorted(set(again))
    run.complete()
