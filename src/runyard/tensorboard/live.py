"""The program ``tensorboard`` over the event files of runs, living or past."""

from __future__ import annotations

import importlib.util
import logging
import re
import subprocess
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from runyard.errors import ConfigurationError, InvalidArgumentError, RunyardError
from runyard.sdk.run import Run
from runyard.tensorboard.mirror import RunMirror, folder_names

INTERVAL_S = 1.0
START_S = 60.0
_ADDRESS = re.compile(rb"(http://\S+)")

log = logging.getLogger(__name__)


class Tensorboard:
    """Watches the event files that runs write to ``./logs``.

    They are copied to ``local_root``, a folder for each run, and followed until the runs end. ``with Tensorboard([run]) as url:``
    starts and stops it.

    Args:
        runs: one run, or several.
        local_root: a folder for the files; without one it is a folder that goes away at :meth:`stop`.
        port: where TensorBoard answers, on this machine only; 0 takes a free one.
        use_display_name: name the runs in TensorBoard as they are named in Runyard, instead of by id.
    """

    def __init__(
        self,
        runs: Run | Sequence[Run],
        local_root: str | Path | None = None,
        port: int = 6006,
        use_display_name: bool = False,
    ) -> None:
        self.runs = [runs] if isinstance(runs, Run) else list(runs)
        if not self.runs:
            raise InvalidArgumentError("Tensorboard was given no run. Give one run, or a list of runs.")
        self._local_root = Path(local_root) if local_root is not None else None
        self._port = port
        self._names = folder_names(self.runs, use_display_name)
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._program: subprocess.Popen[bytes] | None = None
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, start_browser: bool = False) -> str:
        """Fetch what is there, start TensorBoard and return its address.

        Raises:
            ConfigurationError: TensorBoard is not installed, or does not start (its own words are in the message).
        """
        if self._program is not None:
            raise InvalidArgumentError("TensorBoard has been started already. Call stop() first.")
        if importlib.util.find_spec("tensorboard") is None:
            raise ConfigurationError("TensorBoard is not installed here. Install it: pip install 'runyard[tensorboard]'")
        root = self._make_root()
        mirrors = [RunMirror(run, root / name) for run, name in zip(self.runs, self._names, strict=True)]
        for mirror in mirrors:
            mirror.refresh()
        self._program = _start_program(root, self._port)
        try:
            url = _address(self._program)
        except RunyardError:
            self.stop()
            raise
        self._closing.clear()
        self._thread = threading.Thread(target=self._follow, args=(mirrors,), name="tensorboard-files", daemon=True)
        self._thread.start()
        if start_browser:
            webbrowser.open(url)
        return url

    def stop(self) -> None:
        """Stop TensorBoard and forget the files, unless ``local_root`` was given."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._program is not None:
            self._program.terminate()
            self._program.wait()
            if self._program.stderr is not None:
                self._program.stderr.close()
            self._program = None
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = None

    def wait(self) -> None:
        """Return when TensorBoard has ended, which is when somebody stops it."""
        if self._program is not None:
            self._program.wait()

    def __enter__(self) -> str:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _make_root(self) -> Path:
        if self._local_root is not None:
            self._local_root.mkdir(parents=True, exist_ok=True)
            return self._local_root
        self._temporary = tempfile.TemporaryDirectory(prefix="runyard-tensorboard-")
        return Path(self._temporary.name)

    def _follow(self, mirrors: list[RunMirror]) -> None:
        living = mirrors
        while living and not self._closing.wait(INTERVAL_S):
            living = [mirror for mirror in living if _refreshed(mirror)]


def _refreshed(mirror: RunMirror) -> bool:
    try:
        return mirror.refresh()
    except (RunyardError, OSError) as error:
        # The server may be away for a while; what is missing is fetched at the next look.
        log.warning("The event files of run %s could not be fetched: %s", mirror.run.id, error)
        return True


def _start_program(root: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(root), "--host", "127.0.0.1", "--port", str(port)]
    # Its own files only, so that nothing is asked of the network; a new point is read within a second.
    command += ["--reload_interval", "1", "--reload_multifile", "true"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _address(program: subprocess.Popen[bytes]) -> str:
    assert program.stderr is not None
    said: list[bytes] = []
    found: list[str] = []
    is_up = threading.Event()

    def read() -> None:
        assert program.stderr is not None
        for line in program.stderr:
            said.append(line)
            address = _ADDRESS.search(line)
            if address and not found and b"127.0.0.1" in line:
                found.append(address[1].decode())
                is_up.set()
        is_up.set()

    threading.Thread(target=read, name="tensorboard-output", daemon=True).start()
    is_up.wait(START_S)
    if not found:
        words = b"".join(said[-5:]).decode(errors="replace").strip()
        raise ConfigurationError(
            f"TensorBoard did not start. {words or 'It said nothing.'} Give another port if this one is taken."
        )
    return found[0]
