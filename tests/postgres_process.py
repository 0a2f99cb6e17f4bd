"""A real PostgreSQL server for tests, started by the tests on a folder of their own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

_PLACES = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), *map(Path, os.environ["PATH"].split(os.pathsep))]


@dataclass(frozen=True)
class RunningPostgres:
    """A server that listens. ``url`` names its database ``postgres``."""

    folder: Path
    port: int

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"


def programs() -> Path | None:
    """Return the folder with PostgreSQL's programs, None when it is not installed."""
    return next((place for place in _PLACES if (place / "initdb").exists() and (place / "pg_ctl").exists()), None)


def start_postgres() -> RunningPostgres:
    """Make a cluster in a new folder and start it.

    The folder is not pytest's: that one is closed to the user postgres, as whom the server runs when the tests run as root.

    Raises:
        RuntimeError: it did not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="runyard-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    _run("initdb", "-D", str(data), "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
    with socket.socket() as place:  # so that nobody else gets the port before the server listens there
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        options += " -c shared_buffers=32MB"
        _run("pg_ctl", "-D", str(data), "-w", "-t", "60", "-l", str(folder / "log"), "-o", options, "start")
    return RunningPostgres(folder, port)


def stop_postgres(running: RunningPostgres) -> None:
    """Stop the server at once, and remove its folder."""
    _run("pg_ctl", "-D", str(running.folder / "data"), "-w", "-m", "immediate", "stop")
    shutil.rmtree(running.folder, ignore_errors=True)


def _run(program: str, *arguments: str) -> None:
    place = programs()
    if place is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    command = [str(place / program), *arguments]
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    # The server keeps the outputs open, so they must not be pipes that somebody waits for.
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}")
