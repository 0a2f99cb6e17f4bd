"""One container: the command line that starts the script in it, and its end."""

from __future__ import annotations

import logging
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runyard.client.embedded import home_folder
from runyard.compat.process import IMPORT_PATH
from runyard.domain.container import NOTE_FILE, VARIABLES_FILE, ContainerSpec, container_name
from runyard.runner.container.engine import ContainerEngine
from runyard.runner.settings import RunnerSettings

LIBRARY = "/opt/runyard/lib"
"""Where the container finds the SDK: Runyard's own files, which are mounted there."""

LABEL = "runyard.run"
START_FAILED = 125
"""What `docker run` and `podman run` end with when they have not started the script. Source: docker run, "Exit status"."""

NOT_STARTED_INSIDE = (1, 126, 127)
"""What they end with when the program is not in the image, or is none; 1 is from the process that Podman puts before it."""

_PACKAGE = Path(__file__).parents[2]
_FIRST_SIGNAL_CODE = 128

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """The container of one run. Its folders have the same paths inside as outside, so every path means the same."""

    engine: ContainerEngine
    image: str
    spec: ContainerSpec
    settings: RunnerSettings

    @property
    def name(self) -> str:
        """The name by which the engine knows it."""
        return container_name(self.settings.run_id)

    def command(self, command: Sequence[str], variables: Mapping[str, str], folder: Path) -> list[str]:
        """Return the engine's command line for ``command``. Values of variables go by a file, for everybody sees command lines.

        It writes that file and notes the container down, so that it can be found if this process is killed.
        """
        from runyard.client.journal import workspace_folder  # late: a run without a container never asks
        from runyard.client.recorder import JOURNAL_FOLDER

        work = self.settings.work
        journals = workspace_folder((self.settings.home or home_folder()) / JOURNAL_FOLDER, self.settings.workspace)
        journals.mkdir(parents=True, exist_ok=True)
        self._write_private(self._variables_file, "".join(f"{key}={value}\n" for key, value in _in_lines(variables).items()))
        self._write_private(work / NOTE_FILE, self.engine.name)
        return [
            *(self.engine.program, "run", "--rm", "--init", "--name", self.name, "--label", f"{LABEL}={self.settings.run_id}"),
            *("--network", "host", "--workdir", str(folder), *self._user()),
            *("--volume", f"{work}:{work}", "--volume", f"{journals}:{journals}"),
            *("--volume", f"{_PACKAGE}:{LIBRARY}/{_PACKAGE.name}:ro"),
            *("--env-file", str(self._variables_file), *_by_name(variables), *self._gpus()),
            *(("--shm-size", self.spec.shm_size) if self.spec.shm_size else ()),
            *self.spec.arguments,
            self.image,
            *command,
        ]

    def client_variables(self, variables: Mapping[str, str]) -> dict[str, str]:
        """Return what the engine's command line itself runs with: its own, and the values that a file of lines cannot hold."""
        return {**self.engine.variables, **{key: variables[key] for key in _of_several_lines(variables)}}

    def exit_code(self, code: int) -> int:
        """Return the script's exit code from the engine's: negative for a signal, as for a script without a container."""
        return _FIRST_SIGNAL_CODE - code if _FIRST_SIGNAL_CODE < code < _FIRST_SIGNAL_CODE + 65 else code

    def remove(self) -> None:
        """End the container if it is still there, and forget it."""
        trouble = self.engine.remove(self.settings.run_id)
        if trouble is not None:
            log.error("container %s could not be removed: %s", self.name, trouble)
            return
        self._variables_file.unlink(missing_ok=True)
        (self.settings.work / NOTE_FILE).unlink(missing_ok=True)

    @property
    def _variables_file(self) -> Path:
        return self.settings.work / VARIABLES_FILE

    def _write_private(self, path: Path, text: str) -> None:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)

    def _user(self) -> list[str]:
        user = ["--user", f"{os.getuid()}:{os.getgid()}"]
        is_rootless = self.engine.name == "podman" and os.getuid() != 0
        return [*user, "--userns", "keep-id"] if is_rootless else user

    def _gpus(self) -> list[str]:
        if not self.settings.gpus:
            return []
        ids = self.settings.gpus[self.settings.node].split(",")
        if self.engine.name == "podman":
            return [part for each in ids for part in ("--device", f"nvidia.com/gpu={each}")]
        return ["--gpus", f'"device={",".join(ids)}"']  # quoted once more: Docker reads it as a line of comma-separated values


def inside(path: Path) -> str:
    """Return where the container has a file of Runyard's."""
    return f"{LIBRARY}/{path.relative_to(_PACKAGE.parent).as_posix()}"


def inner_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Return a script's variables as they are in the container: it finds the SDK there, and its GPUs are counted anew."""
    kept = {name: value for name, value in variables.items() if name != "CUDA_VISIBLE_DEVICES"}
    own = str(IMPORT_PATH)
    paths = [path for path in kept.get("PYTHONPATH", "").split(os.pathsep) if path and path != own]
    return {**kept, "PYTHONPATH": ":".join([*paths, LIBRARY, inside(IMPORT_PATH)])}


def _of_several_lines(variables: Mapping[str, str]) -> list[str]:
    return [name for name, value in variables.items() if "\n" in value or "\r" in value]


def _in_lines(variables: Mapping[str, str]) -> dict[str, str]:
    long = set(_of_several_lines(variables))
    return {name: value for name, value in variables.items() if name not in long}


def _by_name(variables: Mapping[str, str]) -> list[str]:
    return [part for name in _of_several_lines(variables) for part in ("--env", name)]


def shown(command: Sequence[str]) -> str:
    """Return a command line as a line of the log."""
    return " ".join(shlex.quote(part) for part in command)
