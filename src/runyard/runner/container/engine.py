"""The container engine of this node: Docker or Podman, whichever answers."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runyard.client.environment_build.program import Log, Stopped, run_program
from runyard.domain.container import ENGINES, removal
from runyard.errors import ComputeError

ANSWER_TIMEOUT_S = 20.0
REMOVE_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class ContainerEngine:
    """One engine. ``program`` is the path of its command line, which runs with ``variables``."""

    program: str
    variables: Mapping[str, str]

    @property
    def name(self) -> str:
        """``docker`` or ``podman``."""
        return Path(self.program).name

    def run(self, arguments: list[str], log: Log, is_stopped: Stopped, *, stdin: str = "") -> str:
        """Run a command of the engine that may take long, and return what it printed.

        Raises:
            BuildStoppedError: ``is_stopped`` became true.
            ComputeError: it failed.
        """
        command = [self.program, *arguments]
        return run_program(command, log, name=self.name, stdin=stdin, environment=self.variables, is_stopped=is_stopped)

    def image_id(self, image: str) -> str | None:
        """Return the id of an image that the engine has, else None.

        Raises:
            ComputeError: the engine does not answer.
        """
        done = self._ask(["image", "inspect", "--format", "{{.Id}}", image], ANSWER_TIMEOUT_S)
        return done.stdout.strip() if done.returncode == 0 else None

    def remove(self, run_id: str) -> str | None:
        """Kill the container of a run and remove it; that there is none is fine. Return why it could not be done, else None."""
        try:
            done = self._ask(removal(self.name, run_id), REMOVE_TIMEOUT_S)
        except ComputeError as error:
            return error.message
        missing = "no such container" in done.stderr.lower() or "no container with name" in done.stderr.lower()
        return None if done.returncode == 0 or missing else done.stderr.strip()

    def _ask(self, arguments: list[str], timeout_s: float) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                [self.program, *arguments],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout_s,
                env=dict(self.variables),
                stdin=subprocess.DEVNULL,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            said = f"{self.name} {' '.join(arguments[:2])} has not ended within {timeout_s:g} s"
            raise ComputeError(f"{said}. Find out on this machine whether the engine hangs, and submit the run again.") from error


def find_engine(variables: Mapping[str, str]) -> ContainerEngine:
    """Return the first engine on the PATH that answers.

    Raises:
        ComputeError: none does; the message says what each of them said.
    """
    said = []
    for name in ENGINES:
        program = shutil.which(name, path=variables.get("PATH", os.defpath))
        if program is None:
            said.append(f"{name} is not installed")
        elif (trouble := _trouble(program, variables)) is None:
            return ContainerEngine(program, variables)
        else:
            said.append(f"{name} says: {trouble}")
    raise ComputeError(
        f"The run asks for a container, and no container engine answers on this machine ({'; '.join(said)}). Install and start "
        "Docker or Podman here, or take the container out of the run: environment.docker.enabled = False."
    )


def _trouble(program: str, variables: Mapping[str, str]) -> str | None:
    """Return why an engine cannot be used, None when it can."""
    # Docker's client has a version without a server; Podman has no server.
    asked = ["version", "--format", "{{.Server.Version}}"] if Path(program).name == "docker" else ["info"]
    try:
        done = subprocess.run(
            [program, *asked],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ANSWER_TIMEOUT_S,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"nothing for {ANSWER_TIMEOUT_S:g} s"
    except OSError as error:
        return str(error)
    lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
    return None if done.returncode == 0 else lines[-1]
