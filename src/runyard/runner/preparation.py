"""From a claimed run to a script that is ready to start: snapshot, environment, variables."""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from runyard.client.environment_build.cache import FOLDER
from runyard.client.environment_build.use import EnvironmentUse
from runyard.domain.container import ContainerSpec
from runyard.domain.run import RunRecord, RunSpec
from runyard.errors import ConfigurationError
from runyard.runner.blob_cache import BlobCache
from runyard.runner.command_line import LAUNCHER, command_of, interpreter_path, require_script
from runyard.runner.container.engine import find_engine
from runyard.runner.container.image import prepare_image
from runyard.runner.container.launch import Container, inner_variables, inside
from runyard.runner.control import Control
from runyard.runner.environment import PreparedEnvironment, prepare_environment
from runyard.runner.java import require_java
from runyard.runner.preparation_time import preparation_times, process_started_at
from runyard.runner.run_logs import RunLogs
from runyard.runner.script_environment import script_environment, with_interpreter_first
from runyard.runner.settings import RunnerSettings
from runyard.runner.snapshot import make_whole, restore
from runyard.runner.stop import StopSwitch
from runyard.runner.work_folder import WorkFolder
from runyard.version import VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A script that is ready to start. ``environment_name`` is None when Runyard has not made its environment.

    ``gpus`` are those of each node of the run, as CUDA_VISIBLE_DEVICES has them. With a ``container``, interpreter and variables
    are those inside it. ``inherited`` are the open files that its processes get: by them they use their environment.
    """

    spec: RunSpec
    interpreter: str
    environment_name: str | None
    properties: Mapping[str, str]
    variables: Mapping[str, str]
    gpus: Sequence[str] = ()
    container: Container | None = None
    inherited: Sequence[int] = ()

    def command(self, variables: Mapping[str, str] | None = None) -> list[str]:
        """Return the program and arguments to execute, expanded with ``variables``, those of the run when left out."""
        launcher = str(LAUNCHER) if self.container is None else inside(LAUNCHER)
        return command_of(self.spec, self.interpreter, self.variables if variables is None else variables, launcher)


class Preparation:
    """Prepares runs on one node."""

    def __init__(
        self, settings: RunnerSettings, environment: Mapping[str, str], control: Control, work: WorkFolder, stop: StopSwitch
    ) -> None:
        self._settings = settings
        self._environment = environment
        self._control = control
        self._work = work
        self._stop = stop
        self._cache = BlobCache(settings.home / "cache" / "blobs") if settings.home else None
        self._started_at = process_started_at()
        self._use = EnvironmentUse()

    def prepare(self, run: RunRecord, spec: RunSpec, logs: RunLogs) -> Prepared:
        """Restore the snapshot, make the environment, and return the script as it is to be started.

        Raises:
            BuildStoppedError: the run was stopped meanwhile.
            ComputeError: the environment cannot be made.
            RunyardError: anything else is missing.
        """
        began = time.monotonic()
        logs.prep(f"Runyard {VERSION} prepares run {run.id} on node {self._settings.node_id} ({platform.platform()}).")
        if run.snapshot_id is not None:
            files = self._control.snapshot()
            restore(files, self._work.code, self._control.download, self._cache)
            make_whole(self._work.code, self._environment)
            logs.prep(f"Restored the snapshot {run.snapshot_id}: {len(files)} files, {sum(f.size_bytes for f in files)} bytes.")
        if not spec.command:
            require_script(spec, self._work.code)
        if spec.container is not None:
            prepared = self._in_container(run, spec, spec.container, logs)
        else:
            made = prepare_environment(spec, self._settings.cache / FOLDER, logs.build, self._is_stopped, self._use)
            if spec.packages is not None:
                logs.prep(f"The environment {made.label!r} was ready after {made.duration_s:.2f} s.")
            prepared = self._prepared(run, spec, made)
        if spec.spark and prepared.container is None:
            logs.prep(f"Java: {require_java(prepared.variables)}")
        logs.prep(f"Python: {prepared.interpreter}")
        logs.prep(f"Ready after {time.monotonic() - began:.2f} s.")
        return prepared

    def close(self) -> None:
        """End the use of the environment, and bring the cache of snapshot contents back to its size."""
        self._use.close()
        if self._cache is not None:
            self._cache.shrink()

    def _is_stopped(self) -> bool:
        return self._stop.order is not None

    def _in_container(self, run: RunRecord, spec: RunSpec, wanted: ContainerSpec, logs: RunLogs) -> Prepared:
        began = time.monotonic()
        engine = find_engine(self._environment)
        image = prepare_image(engine, wanted, spec.packages, logs.build, self._is_stopped)
        duration_s = time.monotonic() - began
        logs.prep(f"The image {image} was ready for {engine.name} after {duration_s:.2f} s.")
        # The machine's own variables mean nothing in there, but for the secrets among them that are the run's.
        own = {name: self._environment[name] for name in spec.environment_variables if name in self._environment}
        label = spec.environment_name or image
        return Prepared(
            spec=spec,
            interpreter=spec.interpreter or "python",
            environment_name=None if spec.packages is None else label,
            properties={
                "runyard.environment.image": image,
                "runyard.environment.engine": engine.name,
                **preparation_times(run.created_at, self._started_at, duration_s),
            },
            variables=inner_variables(self._variables(own, run, spec)),
            container=Container(engine=engine, image=image, spec=wanted, settings=self._settings),
        )

    def _variables(self, base: Mapping[str, str], run: RunRecord, spec: RunSpec) -> dict[str, str]:
        return script_environment(
            base,
            self._settings,
            run,
            spec,
            workspace=self._control.find_workspace(),
            experiment=self._control.find_experiment(run.experiment),
            error_file=self._work.error_file,
        )

    def _prepared(self, run: RunRecord, spec: RunSpec, made: PreparedEnvironment) -> Prepared:
        variables = self._variables(self._environment, run, spec)
        interpreter = interpreter_path(made.interpreter, variables)
        return Prepared(
            spec=spec,
            interpreter=interpreter,
            environment_name=None if spec.packages is None else made.label,
            properties={**made.properties, **preparation_times(run.created_at, self._started_at, made.duration_s)},
            variables=with_interpreter_first(variables, interpreter),
            gpus=self._settings.gpus,
            inherited=self._use.descriptors,
        )


def spec_of(run: RunRecord) -> RunSpec:
    """Return what a run is asked to do.

    Raises:
        ConfigurationError: its definition cannot be used.
    """
    try:
        return msgspec.convert((run.definition or {})["spec"], RunSpec)
    except (KeyError, msgspec.ValidationError) as error:
        raise ConfigurationError(
            f"The definition of run {run.id} cannot be used ({error}). Submit it again; client and server must have one version."
        ) from error
