"""What to run, where, and in which environment."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from runyard.errors import InvalidArgumentError
from runyard.sdk.distribution import apply_distribution
from runyard.sdk.environment import Environment
from runyard.sdk.run_configuration import (
    MAX_DURATION_SECONDS_DEFAULT,
    DockerConfiguration,
    RunConfiguration,
    argument_list,
)
from runyard.sdk.submission import submit_script
from runyard.sdk.wording import kind_of

if TYPE_CHECKING:
    from runyard.sdk.experiment import Experiment
    from runyard.sdk.run import Run


class ScriptRunConfig:
    """A script and how to run it. Nothing is checked before it is submitted.

    ``script`` is a path inside ``source_directory``, which is stored with the run; ``command`` is a shell command instead of
    script and arguments. ``resume_from`` is a path that the script gets as ``--resume-from``. With a ``run_config`` the other
    options come from there.
    """

    MAX_DURATION_SECONDS_DEFAULT: ClassVar[int] = MAX_DURATION_SECONDS_DEFAULT

    def __init__(
        self,
        source_directory: str | Path | None,
        script: str | None = None,
        arguments: list[Any] | None = None,
        run_config: RunConfiguration | None = None,
        _telemetry_values: dict[str, Any] | None = None,
        compute_target: Any = None,
        environment: Environment | None = None,
        distributed_job_config: Any = None,
        resume_from: Any = None,
        max_run_duration_seconds: int | None = MAX_DURATION_SECONDS_DEFAULT,
        command: str | list[str] | None = None,
        docker_runtime_config: DockerConfiguration | None = None,
    ) -> None:
        self.source_directory = "." if source_directory is None else str(source_directory)
        self.script = script
        self.arguments: list[Any] = argument_list(arguments)
        self.run_config = run_config if run_config is not None else RunConfiguration()
        if run_config is not None:
            other_time = None if max_run_duration_seconds == MAX_DURATION_SECONDS_DEFAULT else max_run_duration_seconds
            _warn_of_ignored(compute_target, environment, docker_runtime_config, distributed_job_config, other_time)
            self.script = script if script is not None else run_config.script
            self.arguments = self.arguments or argument_list(run_config.arguments)
            command = command if command is not None else run_config.command
        else:
            self._configure(compute_target, environment, max_run_duration_seconds, docker_runtime_config)
            if distributed_job_config is not None:
                apply_distribution(self.run_config, distributed_job_config)
        self.resume_from = resume_from
        if resume_from is not None:
            self.arguments += ["--resume-from", _resume_path(resume_from)]
        self.run_config.command = command

    def _configure(
        self,
        compute_target: Any,
        environment: Environment | None,
        max_run_duration_seconds: int | None,
        docker: DockerConfiguration | None,
    ) -> None:
        config = self.run_config
        config.target = compute_target
        if environment is not None:
            if not isinstance(environment, Environment):
                raise InvalidArgumentError(
                    f"environment= is {kind_of(environment)}, not an Environment. Use Environment('my-env')."
                )
            config.environment = environment
        if docker is not None:
            config.docker = docker
        config.max_run_duration_seconds = max_run_duration_seconds

    def _submit(self, experiment: Experiment, tags: dict[str, Any] | None, parent_id: str | None) -> Run:
        return submit_script(self, experiment, tags, parent_id)

    def __repr__(self) -> str:
        return f"ScriptRunConfig({self.source_directory!r}, script={self.script!r}, compute_target={self.run_config.target!r})"


def _resume_path(resume_from: Any) -> str:
    """Return the path that the script gets to go on from.

    Raises:
        InvalidArgumentError: it is no path.
    """
    if isinstance(resume_from, (str, Path)) and str(resume_from):
        return str(resume_from)
    raise InvalidArgumentError(
        f"resume_from is {kind_of(resume_from)}. Give the path of a checkpoint that the compute target can read; the "
        "script gets it as --resume-from."
    )


def _warn_of_ignored(*options: Any) -> None:
    if any(option is not None for option in options):
        warnings.warn(
            "ScriptRunConfig has a run_config, so its other options are ignored.",
            stacklevel=3,
        )
