"""Files of runs over HTTP."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.server.conftest import ROOT


@pytest.fixture
def run(api: Any) -> str:
    return str(api.start({"id": "r"})[0]["id"])


def read(client: httpx.Client, path: str, byte_range: str | None = None) -> httpx.Response:
    headers = {"range": byte_range} if byte_range else {}
    return client.get(f"{ROOT}/runs/r/artifacts/{path}", headers=headers)


def test_a_file_comes_back_as_it_went_in(api: Any, run: str, client: httpx.Client) -> None:
    content = bytes(range(256)) * 9000
    record = api.call("PUT", "/runs/r/artifacts/outputs/model.pkl", content=content)
    assert record["size_bytes"] == len(content) and len(record["sha256"]) == 64
    assert read(client, "outputs/model.pkl").content == content


def test_a_name_is_taken_once_and_the_same_content_again_is_fine(api: Any, run: str, client: httpx.Client) -> None:
    api.call("PUT", "/runs/r/artifacts/outputs/a.txt", content=b"one")
    api.call("PUT", "/runs/r/artifacts/outputs/a.txt", content=b"one")
    error = api.refuse("PUT", "/runs/r/artifacts/outputs/a.txt", content=b"two")
    assert error["code"] == "conflict" and error["message"].startswith("Resource Conflict")
    assert read(client, "outputs/a.txt").content == b"one"
    api.call("PUT", "/runs/r/artifacts/outputs/a.txt?replace=true", content=b"two")
    assert read(client, "outputs/a.txt").content == b"two"


@pytest.mark.parametrize("bad", ["..%2Fescape", "a/..%2F..%2Fb", "%2Fetc/passwd", "C:%2Fx", "a%00b", "a/%2Fb"])
def test_a_path_that_leaves_the_run_is_refused(api: Any, run: str, bad: str) -> None:
    for method, route in (("PUT", f"/runs/r/artifacts/{bad}"), ("POST", f"/runs/r/artifact-chunks/{bad}?offset=0")):
        assert api.refuse(method, route, content=b"x")["code"] in ("invalid_argument", "not_found")


def test_ranges_follow_the_growing_file(api: Any, run: str, client: httpx.Client) -> None:
    api.call("POST", "/runs/r/artifact-chunks/azureml-logs/70_driver_log.txt?offset=0", content=b"hello ")
    api.call("POST", "/runs/r/artifact-chunks/azureml-logs/70_driver_log.txt?offset=6", content=b"world")
    part = read(client, "azureml-logs/70_driver_log.txt", "bytes=6-")
    assert part.status_code == 206 and part.content == b"world" and part.headers["content-range"] == "bytes 6-10/11"
    assert read(client, "azureml-logs/70_driver_log.txt", "bytes=-3").content == b"rld"
    past = read(client, "azureml-logs/70_driver_log.txt", "bytes=11-")
    assert past.status_code == 416 and past.headers["content-range"] == "bytes */11"


def test_a_gap_is_refused_and_says_where_to_go_on(api: Any, run: str) -> None:
    api.call("POST", "/runs/r/artifact-chunks/log.txt?offset=0", content=b"abc")
    error = api.refuse("POST", "/runs/r/artifact-chunks/log.txt?offset=9", content=b"x")
    assert error["code"] == "conflict" and error["details"]["size_bytes"] == 3


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.binary(min_size=1, max_size=60), cuts=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12))
def test_any_repeated_or_overlapping_chunks_give_the_same_file(
    api: Any, run: str, client: httpx.Client, text: bytes, cuts: list[tuple[int, int]]
) -> None:
    name = f"log-{text.hex()}-{len(cuts)}.txt"
    size = 0
    for start, stop in [*cuts, (0, len(text))]:
        start = min(start, size)
        stop = max(start, min(stop, len(text)))
        route = f"/runs/r/artifact-chunks/{name}?offset={start}"
        size = api.call("POST", route, content=text[start:stop])["size_bytes"]
    assert read(client, name).content == text


@pytest.mark.parametrize(("first", "second"), [("a/b.txt", "a/b.txt/c"), ("a/b/c/d.txt", "a/b"), ("a", "a/b/c")])
def test_no_name_is_a_file_and_a_folder(api: Any, run: str, first: str, second: str) -> None:
    api.call("PUT", f"/runs/r/artifacts/{first}", content=b"one")
    for method, route in (("PUT", f"/runs/r/artifacts/{second}"), ("POST", f"/runs/r/artifact-chunks/{second}?offset=0")):
        error = api.refuse(method, route, content=b"two")
        assert error["code"] == "invalid_argument" and repr(first) in error["message"], error
    api.call("PUT", "/runs/r/artifacts/a/b.txtx/c" if first != "a" else "/runs/r/artifacts/ab/c", content=b"beside it")


def test_a_missing_file_lists_what_there_is(api: Any, run: str) -> None:
    api.call("PUT", "/runs/r/artifacts/outputs/a.txt", content=b"one")
    error = api.refuse("GET", "/runs/r/artifacts/outputs/b.txt")
    assert error["code"] == "file_not_in_run" and "available files include: outputs/a.txt" in error["message"]


def test_all_files_come_as_a_zip(api: Any, run: str, client: httpx.Client) -> None:
    api.call("PUT", "/runs/r/artifacts/outputs/a.txt", content=b"one")
    api.call("PUT", "/runs/r/artifacts/logs/b.bin", content=b"\0" * 3_000_000)
    packed = client.get(f"{ROOT}/runs/r/artifact-zip").content
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert sorted(archive.namelist()) == ["logs/b.bin", "outputs/a.txt"]
        assert archive.read("outputs/a.txt") == b"one" and len(archive.read("logs/b.bin")) == 3_000_000


def test_a_page_for_a_frame_is_in_a_sandbox_of_its_own(api: Any, run: str, client: httpx.Client) -> None:
    for name in ("media/page.html", "media/page.txt", "media/page.svg"):
        api.call("PUT", f"/runs/r/artifacts/{name}", content=b"<script>1</script>")
    page = client.get(f"{ROOT}/runs/r/artifacts/media/page.html?framed=true").headers
    assert page["content-type"] == "text/html; charset=utf-8" and page["content-disposition"].startswith("inline")
    policy = [part.strip() for part in page["content-security-policy"].split(";")]
    assert {"sandbox", "default-src 'none'", "frame-ancestors 'self'", "form-action 'none'"} <= set(policy)
    assert not any("script" in part or "allow-" in part for part in policy)
    for name in ("media/page.txt", "media/page.svg"):
        other = client.get(f"{ROOT}/runs/r/artifacts/{name}?framed=true").headers
        assert other["content-type"].startswith("text/plain") and other["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(("name", "kind"), [("a.wav", "audio/wav"), ("b.mp4", "video/mp4"), ("c.webm", "video/webm")])
def test_media_have_their_type_and_are_read_by_range(api: Any, run: str, client: httpx.Client, name: str, kind: str) -> None:
    api.call("PUT", f"/runs/r/artifacts/media/{name}", content=b"0123456789")
    part = client.get(f"{ROOT}/runs/r/artifacts/media/{name}", headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"234", "bytes 2-4/10")
    assert part.headers["content-type"] == kind and "sandbox" in part.headers["content-security-policy"]


def test_a_stored_page_cannot_act_as_a_page_of_the_studio(api: Any, run: str, client: httpx.Client) -> None:
    api.call("PUT", "/runs/r/artifacts/outputs/evil.html", content=b"<script>1</script>")
    headers = read(client, "outputs/evil.html").headers
    assert headers["content-type"].startswith("text/plain") and headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"] and headers["content-disposition"].startswith("attachment")


def test_a_snapshot_is_made_of_contents_that_are_sent_once(api: Any, client: httpx.Client) -> None:
    first = api.snapshot(train__py=b"print(1)", data__csv=b"1,2")
    known = hashlib.sha256(b"1,2").hexdigest()
    assert api.call("POST", "/snapshots/missing", json={"sha256": ["0" * 64, known]})["sha256"] == ["0" * 64]
    assert api.snapshot(data__csv=b"1,2", train__py=b"print(1)") == first
    api.start({"id": "r"}, snapshot_id=first)
    body = api.call("GET", "/runs/r/snapshot")
    assert [file["path"] for file in body["files"]] == ["data.csv", "train.py"] and body["size_bytes"] == 11
    assert client.get(f"{ROOT}/runs/r/snapshot/files/train.py").content == b"print(1)"
    with zipfile.ZipFile(io.BytesIO(client.get(f"{ROOT}/runs/r/snapshot/zip").content)) as archive:
        assert archive.namelist() == ["data.csv", "train.py"]


def test_a_content_under_a_false_hash_is_refused(api: Any) -> None:
    assert api.refuse("PUT", f"/blobs/{'0' * 64}", content=b"x")["code"] == "invalid_argument"
    assert api.refuse("PUT", "/blobs/xyz", content=b"x")["code"] == "invalid_argument"


@pytest.mark.parametrize("path", ["../evil", "/abs", "a//b", "./a", "a\\..\\b"])
def test_a_snapshot_with_a_path_out_of_its_folder_is_refused(api: Any, path: str) -> None:
    api.snapshot(a=b"x")
    file = {"path": path, "sha256": hashlib.sha256(b"x").hexdigest(), "size_bytes": 1}
    assert api.refuse("POST", "/snapshots", json={"files": [file]})["code"] == "invalid_argument"


def test_a_snapshot_whose_contents_are_missing_is_refused(api: Any) -> None:
    file = {"path": "a", "sha256": "0" * 64, "size_bytes": 1}
    assert api.refuse("POST", "/snapshots", json={"files": [file]})["details"]["sha256"] == ["0" * 64]


def test_a_text_file_is_read_and_searched_by_lines(api: Any) -> None:
    api.start({"id": "r"})
    log = b"".join(b"step %d loss=0.%d\n" % (n, n) for n in range(500))
    api.call("POST", "/runs/r/artifact-chunks/logs/a.txt?offset=0", content=log[:5000])
    assert api.call("GET", "/runs/r/artifact-lines/logs/a.txt?start=-1&count=1")["size_bytes"] == 5000
    api.call("POST", "/runs/r/artifact-chunks/logs/a.txt?offset=5000", content=log[5000:])
    page = api.call("GET", "/runs/r/artifact-lines/logs/a.txt?start=420&count=2")
    assert page == {
        "start": 420,
        "lines": ["step 420 loss=0.420", "step 421 loss=0.421"],
        "total": 500,
        "size_bytes": len(log),
        "cut": [],
        "style": "",
    }
    response = api.client.get(
        "/api/v1/workspaces/default/runs/r/artifact-search/logs/a.txt?text=loss%3D0.49[0-4]&regex=true&limit=2"
    )
    hits = [json.loads(line) for line in response.text.splitlines()]
    assert [hit.get("line") for hit in hits] == [490, 491, None] and hits[0]["spans"] == [[9, 19]]
    assert hits[-1] == {"hits": 2, "next_line": 492, "total": 500}
    assert api.refuse("GET", "/runs/r/artifact-search/logs/a.txt?text=(&regex=true")["code"] == "invalid_argument"
    assert api.refuse("GET", "/runs/r/artifact-lines/logs/none.txt")["status"] == 404


def test_colours_that_are_on_above_a_page_are_told(api: Any, run: str) -> None:
    content = b"\x1b[31mred\n" + b"still red\n" * 300 + b"\x1b[1mbold\n\x1b[0mplain\nlast\n"
    api.call("PUT", "/runs/r/artifacts/logs/colours.txt", content=content)
    styles = [api.call("GET", f"/runs/r/artifact-lines/logs/colours.txt?start={n}&count=1")["style"] for n in (0, 249, 302, 303)]
    assert styles == ["", "\x1b[31m", "\x1b[31;1m", ""]
