"""The server as a process: one a home folder, found by the file it leaves there."""

from __future__ import annotations

import fcntl
import gc
import json
import logging
import os
import signal
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psutil
import uvicorn

from runyard.errors import ConflictError, StorageError
from runyard.server.app import build_context, create_app
from runyard.server.clock import utc_now
from runyard.server.record_place import refuse_another_place, remember_place
from runyard.server.settings import Settings
from runyard.version import VERSION

logger = logging.getLogger(__name__)

BACKLOG = 512

LOCK_PATIENCE_S = 1.0
"""How long the lock of the folder may be held before it is another server's: a program that looks whether one runs has it for a
moment, and so has a process that a server was starting when it was killed."""
GARBAGE_THRESHOLDS = (50_000, 20, 100)
"""Allocations before young objects are looked through, and how many such looks before older ones are. Python's own 700 would look
through an answer of ten thousand records many times while it is made, though none of it is garbage."""


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        ConfigurationError: the folder's records are in another database than the settings say.
        ConflictError: another server has the folder or the database, or the wanted port is taken.
        StorageError: the folder cannot be written, or its database cannot be opened.
    """
    _make_home(settings.home)
    with _only_server(settings.home):
        refuse_another_place(settings)
        listener = _listen(settings)
        port = listener.getsockname()[1]
        url = f"http://{settings.host}:{port}"
        server_id = _server_id(settings.home)
        context = build_context(settings, server_id=server_id, base_url=lambda: url)
        remember_place(settings)
        config = uvicorn.Config(
            create_app(context),
            log_config=None,
            access_log=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=3,
            server_header=False,
            lifespan="on",
        )
        _collect_garbage_rarely()
        with _announced(settings.home, port, url, server_id):
            logger.info("Runyard %s serves %s at %s", VERSION, settings.home, url)
            _Server(config).run(sockets=[listener])
        logger.info("stopped")


def _collect_garbage_rarely() -> None:
    """Leave what the start has made out of all collections, and let them come rarely."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)


class _Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: object) -> None:
        # uvicorn would raise the signal again after its own shutdown, and the process would die before it has tidied up.
        app = self.config.app
        app.state.stopping.set()  # type: ignore[union-attr]  # event streams end by themselves once they know
        self.force_exit = self.should_exit and sig == signal.SIGINT  # Ctrl-C a second time; service managers may say TERM twice
        self.should_exit = True


def _make_home(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o700)
    except OSError as error:
        raise StorageError(
            f"The home folder {home} cannot be used: {error.strerror}. Set RUNYARD_HOME to a folder of your own."
        ) from error


@contextmanager
def _only_server(home: Path) -> Iterator[None]:
    with (home / "server.lock").open("w") as lock:
        deadline = time.monotonic() + LOCK_PATIENCE_S
        while not _is_taken(lock):
            if time.monotonic() > deadline:
                raise ConflictError(f"Another server has {home} already. `runyard status` shows it.")
            time.sleep(0.02)
        yield


def _is_taken(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _listen(settings: Settings) -> socket.socket:
    last = _last_port(settings.home)
    for port in [settings.port] if settings.port else [last, 0]:
        # asyncio turns Nagle's delay off only for sockets that name their protocol; without it every answer waits 40 ms.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, port))
            listener.listen(BACKLOG)
        except OSError as error:
            listener.close()
            if settings.port:
                raise ConflictError(
                    f"Port {port} is in use. Choose another one with --port, or leave --port out for a free one.", port=port
                ) from error
            continue
        (settings.home / "port").write_text(f"{listener.getsockname()[1]}\n")
        return listener
    raise ConflictError(f"No free port was found on {settings.host}.")


def _last_port(home: Path) -> int:
    try:
        port = int((home / "port").read_text())
    except (OSError, ValueError):
        return 0
    return port if 0 < port < 65536 else 0


def _server_id(home: Path) -> str:
    path = home / "server-id"
    if not path.exists():
        path.write_text(uuid.uuid4().hex + "\n")
    return path.read_text().strip()


@contextmanager
def _announced(home: Path, port: int, url: str, server_id: str) -> Iterator[None]:
    path = home / "server.json"
    content = {
        "pid": os.getpid(),
        "create_time": psutil.Process().create_time(),
        "port": port,
        "url": url,
        "server_id": server_id,
        "version": VERSION,
        "started_at": utc_now().isoformat(),
    }
    fresh = path.with_suffix(".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file)
    fresh.replace(path)  # a reader sees the old file or the new one, never half of one
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
