"""A folder goes to a real server and comes back as it was, in few requests."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from runyard import Experiment, Workspace
from runyard.client.client import Client
from runyard.client.snapshot import SnapshotApi
from runyard.client.snapshot_builder import take_snapshot
from runyard.client.transport import Transport
from runyard.domain.snapshot import SnapshotFile
from runyard.errors import SnapshotError
from runyard.runner.snapshot import restore
from runyard.wire.blob_pack import packed
from tests.client.fakes import fake_transport
from tests.server_process import RunningServer

NAMES = "abcÄé 名🙂%#?&+'\"[]~.-_"


def fill(folder: Path, count: int, seed: int) -> None:
    draw = random.Random(seed)
    for number in range(count):
        name = "".join(draw.choices(NAMES, k=draw.randint(1, 12)))
        target = folder / f"folder {number % 7}" / f"{number}{name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(draw.randbytes(draw.choice((0, 1, 100, 5000))))
    (folder / "large").write_bytes(draw.randbytes(3 << 20))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of contents that were asked for."""
    found: list[str] = []

    def note(name: str) -> None:
        real = getattr(Transport, name)

        def noted(self: Transport, *given: Any, **named: Any) -> Any:
            path = next(each for each in given if isinstance(each, str) and each.startswith("/"))
            found.extend([path] if "/blobs" in path or "/snapshot/" in path else [])
            return real(self, *given, **named)

        monkeypatch.setattr(Transport, name, noted)

    for name in ("send_bytes", "read_packed", "download"):
        note(name)
    return found


def test_a_folder_of_random_names_and_contents_comes_back_as_it_was(
    server: RunningServer, workspace_name: str, tmp_path: Path, requests: list[str]
) -> None:
    experiment = Experiment(Workspace.create(workspace_name), "exp")
    fill(tmp_path / "source", 300, seed=4)
    client: Client = experiment.workspace._client
    snapshot = take_snapshot(client.snapshots, tmp_path / "source")
    assert 2 <= len(requests) <= 6
    run = experiment.start_logging(snapshot_directory=str(tmp_path / "source"))
    requests.clear()
    restore(snapshot.files, tmp_path / "restored", lambda files: client.snapshots.download_files(run.id, files), None)
    assert 2 <= len(requests) <= 6
    run.complete()
    assert contents(tmp_path / "restored") == contents(tmp_path / "source")


def two_files(folder: Path) -> list[tuple[SnapshotFile, Path]]:
    return [
        (SnapshotFile(path=name, sha256=hashlib.sha256(name.encode()).hexdigest(), size_bytes=1), folder / name) for name in "ab"
    ]


def test_an_answer_that_breaks_off_half_way_is_asked_for_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files = two_files(tmp_path)
    body = b"".join(packed((file.sha256, file.path.encode()) for file, _ in files))

    class Broken(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield body[:40]
            raise httpx.ReadError("cable cut")

    answers = [httpx.Response(200, stream=Broken()), httpx.Response(200, content=body)]
    transport = fake_transport(monkeypatch, lambda _: answers.pop(0))
    SnapshotApi(transport, "default").download_files("r", files)
    assert contents(tmp_path) == {"a": b"a", "b": b"b"} and answers == []


def test_a_pack_is_sent_whole_again_after_a_lost_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    bodies: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        bodies.append(request.read())
        if len(bodies) == 1:
            raise httpx.WriteError("cable cut")
        return httpx.Response(204)

    pack = {hashlib.sha256(content).hexdigest(): content for content in (b"1", b"2")}
    SnapshotApi(fake_transport(monkeypatch, handler), "default").put_blobs(pack)
    assert bodies == [b"".join(packed(pack.items()))] * 2


def test_an_answer_that_lacks_a_content_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    transport = fake_transport(monkeypatch, lambda _: httpx.Response(200, content=b""))
    with pytest.raises(SnapshotError, match="left out 'a'"):
        SnapshotApi(transport, "default").download_files("r", two_files(tmp_path))
