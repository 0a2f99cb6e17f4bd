from __future__ import annotations

import httpx
import pytest

from runyard.client.artifact import ArtifactApi
from runyard.errors import InvalidArgumentError
from tests.client.fakes import Handler, fake_transport

CONTENT = b"0123456789"


def api(monkeypatch: pytest.MonkeyPatch, handler: Handler) -> ArtifactApi:
    return ArtifactApi(fake_transport(monkeypatch, handler), "w")


def ranged(request: httpx.Request) -> httpx.Response:
    first, last = request.headers["range"].removeprefix("bytes=").split("-")
    part = CONTENT[int(first) : int(last) + 1]
    if not part:
        return httpx.Response(416, headers={"content-range": f"bytes */{len(CONTENT)}"})
    return httpx.Response(
        206, content=part, headers={"content-range": f"bytes {first}-{int(first) + len(part) - 1}/{len(CONTENT)}"}
    )


def test_a_part_comes_with_the_size_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    part = api(monkeypatch, ranged).read("r", "logs/a.txt", 4, 3)
    assert (part.data, part.start, part.size_bytes) == (b"456", 4, 10)


def test_a_read_past_the_end_gives_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    part = api(monkeypatch, ranged).read("r", "logs/a.txt", 10)
    assert (part.data, part.size_bytes) == (b"", 10)


def test_an_answer_that_ignores_the_range_is_cut_here(monkeypatch: pytest.MonkeyPatch) -> None:
    part = api(monkeypatch, lambda request: httpx.Response(200, content=CONTENT)).read("r", "a", 4, 3)
    assert (part.data, part.size_bytes) == (b"456", 10)


def test_a_chunk_names_its_offset_and_returns_the_size(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"size_bytes": 7})

    assert api(monkeypatch, handler).append("r", "logs/a b.txt", 3, b"abcd") == 7
    assert seen[0].url.raw_path == b"/api/v1/workspaces/w/runs/r/artifact-chunks/logs/a%20b.txt?offset=3"


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a//b", "", "a/../b"])
def test_a_path_that_leaves_the_runs_folder_is_refused_here(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    with pytest.raises(InvalidArgumentError, match="cannot name a file"):
        api(monkeypatch, lambda request: pytest.fail("sent")).put("r", path, b"x")
