"""What a submission would do. Looking at it sends nothing."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from runyard.client.client import Client
from runyard.client.embedded import home_folder
from runyard.client.endpoint import EmbeddedEndpoint
from runyard.client.environment_build.cache import FOLDER, EnvironmentCache
from runyard.client.git import git_properties, uncommitted_diff
from runyard.client.ignore_rules import IgnoreRules
from runyard.client.snapshot_builder import SourceFolder, hashed, look_at, require_storable
from runyard.domain.compute_target import require_gpus
from runyard.domain.node_group import NodeGroup
from runyard.domain.redaction import Redactor
from runyard.domain.run import COVERED_FILES_VARIABLE, RunSpec
from runyard.domain.snapshot import SNAPSHOT_MAX_BYTES, SNAPSHOT_MAX_FILES
from runyard.errors import ComputeError
from runyard.sdk.secret import Secrets
from runyard.sdk.submission import require_target, run_spec, source_folder

if TYPE_CHECKING:
    from runyard.sdk.experiment import Experiment
    from runyard.sdk.script_run_config import ScriptRunConfig

_LARGEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionPlan:
    """What would happen. ``files_to_send`` and ``bytes_to_send`` are what the server lacks; secrets are named by their places."""

    script: str | None
    command: str | None
    arguments: list[str]
    target: str
    runs_ahead: int
    processes: int
    nodes: int
    gpus: int
    files: int
    size_bytes: int
    files_to_send: int
    bytes_to_send: int
    ignore_file: str | None
    largest_files: dict[str, int] = field(default_factory=dict)
    skipped_links: list[str] = field(default_factory=list)
    environment: str
    environment_state: str
    packages: list[str] = field(default_factory=list)
    hidden_variables: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    git: dict[str, str] = field(default_factory=dict)
    uncommitted_bytes: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)

    def __str__(self) -> str:
        what = self.command or " ".join([self.script or "", *self.arguments])
        rule = f"ignore rules of {self.ignore_file}" if self.ignore_file else "no ignore file"
        gpus = f" with {self.gpus} GPUs" if self.gpus else ""
        lines = [
            f"Runs:         {what}",
            f"On:           {self.target}, {self.processes} processes on {self.nodes} nodes{gpus}, {self.runs_ahead} runs ahead",
            f"Environment:  {self.environment}: {self.environment_state}",
            f"Snapshot:     {self.files} files, {self.size_bytes} bytes ({rule})",
            f"To be sent:   {self.files_to_send} files, {self.bytes_to_send} bytes",
            *(f"              {size:>12} {path}" for path, size in self.largest_files.items()),
            f"Uncommitted:  {self.uncommitted_bytes} bytes of changes, kept with the run",
            *(f"Hidden:       {name}" for name in self.hidden_variables),
            *(f"Secret:       {place}" for place in self.secrets),
        ]
        return "\n".join(lines)


def plan_submission(config: ScriptRunConfig, experiment: Experiment) -> SubmissionPlan:
    """Return what submitting ``config`` would do.

    Raises:
        RunyardError: what submitting would raise.
    """
    client = experiment.workspace._client
    root = source_folder(config.source_directory)
    spec = run_spec(config, root)
    target = require_target(client, spec.target)
    require_gpus(target, spec.gpu_count, spec.node_count)
    found = look_at(root)
    require_storable(found, max_bytes=SNAPSHOT_MAX_BYTES, max_files=SNAPSHOT_MAX_FILES)
    secrets = Secrets(spec)
    files, covered = hashed(found, secrets.cover_source)
    hashes = {file.path: file.sha256 for file in files}
    missing = set(client.snapshots.missing(sorted(set(hashes.values()))))
    to_send = [file for file in found.files if hashes[file.path] in missing]
    rules = IgnoreRules(root)
    shown = secrets.hidden(spec)
    diff = uncommitted_diff(root, secrets.redactor)
    largest = heapq.nlargest(_LARGEST, to_send, key=lambda file: file.size_bytes)
    group = spec.node_group or NodeGroup.single()
    return SubmissionPlan(
        script=spec.script,
        command=None if spec.command is None else secrets.redactor.text(spec.command),
        arguments=[secrets.redactor.text(argument) for argument in spec.arguments],
        target=spec.target,
        runs_ahead=target.queued_runs,
        processes=group.process_count,
        nodes=group.node_count,
        gpus=spec.gpu_count * group.node_count,
        files=len(found.files),
        size_bytes=sum(file.size_bytes for file in found.files),
        files_to_send=len({hashes[file.path] for file in to_send}),
        bytes_to_send=sum({hashes[file.path]: file.size_bytes for file in to_send}.values()),
        ignore_file=rules.file_name if rules.exists else None,
        largest_files={file.path: file.size_bytes for file in largest},
        skipped_links=list(found.skipped_links),
        environment=config.run_config.environment.name,
        environment_state=_environment_state(client, spec),
        packages=[] if shown.packages is None else [*shown.packages.conda, *shown.packages.pip],
        hidden_variables=sorted(set(secrets.variables) - {COVERED_FILES_VARIABLE}),
        secrets=_secrets_in(found, secrets.redactor, covered),
        git=git_properties(root),
        uncommitted_bytes=len(diff or b""),
    )


def _environment_state(client: Client, spec: RunSpec) -> str:
    if spec.container is not None:
        return f"in a container of {spec.container.image or 'an image of its own'}, which the compute target pulls or builds"
    if spec.packages is None:
        return f"used as it is: {spec.interpreter}"
    if not isinstance(client.endpoint, EmbeddedEndpoint):
        return "made on the compute target, unless it is there"
    try:
        built = EnvironmentCache(home_folder() / FOLDER).find(spec.packages)
    except ComputeError as error:
        return f"cannot be made here: {error.message}"
    return "has to be built" if built is None else f"built already, with {len(built.packages)} packages ({built.key[:12]})"


def _secrets_in(folder: SourceFolder, redactor: Redactor, covered: Mapping[str, bytes]) -> list[str]:
    places = []
    for file in folder.files:
        if file.path in covered:
            lines = file.location.read_bytes().splitlines()
            found = [f"{file.path}, line {n}" for n, line in enumerate(lines, 1) if redactor.masked(line) != line]
            places += found or [file.path]
    return places
