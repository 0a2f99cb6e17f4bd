"""A growing file arrives byte for byte, whatever goes wrong on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runyard.client import growing_file
from runyard.client.growing_file import GrowingFile
from runyard.errors import ConflictError, StorageError, TransportError


class Store:
    """The server's side of an artifact; the next appends fail as ``troubles`` says."""

    def __init__(self) -> None:
        self.data = b""
        self.troubles: list[str] = []

    def append(self, name: str, offset: int, data: bytes) -> int:
        trouble = self.troubles.pop(0) if self.troubles else ""
        if trouble == "lost request":
            raise TransportError("gone")
        if offset > len(self.data):
            raise ConflictError("gap", size_bytes=len(self.data))
        self.data += data[len(self.data) - offset :]
        if trouble == "lost answer":
            raise TransportError("gone")
        return len(self.data)

    def forget(self, count: int) -> None:
        self.data = self.data[: max(0, len(self.data) - count)]


STEPS = st.one_of(
    st.tuples(st.just("write"), st.binary(max_size=40)),
    st.tuples(st.just("forget"), st.integers(0, 30)),
    st.tuples(st.just("trouble"), st.sampled_from(["lost request", "lost answer"])),
    st.tuples(st.just("send"), st.none()),
)


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(STEPS, max_size=25), chunk_bytes=st.integers(1, 16))
def test_every_byte_arrives_once_and_in_order(steps: list[tuple[str, object]], chunk_bytes: int) -> None:
    store = Store()
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(growing_file, "CHUNK_BYTES", chunk_bytes)
        path = Path(folder) / "log.txt"
        path.touch()
        file = GrowingFile(path, "log.txt", store.append)
        actions: dict[str, Callable[[object], object]] = {
            "write": lambda data: path.write_bytes(path.read_bytes() + bytes(data)),  # type: ignore[call-overload]
            "forget": lambda count: store.forget(int(count)),  # type: ignore[call-overload]
            "trouble": lambda kind: store.troubles.append(str(kind)),
            "send": lambda _: send_stubbornly(file),
        }
        for name, argument in steps:
            actions[name](argument)
        # The server's crash shows with the next chunk: there is always a last line, "Finalizing run...".
        path.write_bytes(path.read_bytes() + b"end")
        send_stubbornly(file)
        assert store.data == path.read_bytes()


def send_stubbornly(file: GrowingFile) -> None:
    while True:
        try:
            if file.send_next() == 0:
                return
        except TransportError:
            pass


def test_a_file_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    store = Store()
    file = GrowingFile(tmp_path / "later.txt", "later.txt", store.append)
    assert file.send_next() == 0
    (tmp_path / "later.txt").write_text("now")
    assert file.send_next() == 3
    assert store.data == b"now"


def test_a_conflict_that_is_no_gap_is_an_error(tmp_path: Path) -> None:
    def refuse(name: str, offset: int, data: bytes) -> int:
        raise ConflictError("this artifact does not grow")

    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(ConflictError, match="does not grow"):
        GrowingFile(tmp_path / "a.txt", "a.txt", refuse).send_next()


def test_a_server_that_takes_chunks_and_keeps_nothing_does_not_cause_an_endless_loop(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(StorageError, match=r"a\.txt"):
        GrowingFile(tmp_path / "a.txt", "a.txt", lambda name, offset, data: offset).send_next()
