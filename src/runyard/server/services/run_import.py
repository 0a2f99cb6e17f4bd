"""Bringing runs in: the rules, and the names under which they are staged."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from runyard.domain.artifact import require_artifact_path
from runyard.domain.experiment import require_experiment_name
from runyard.domain.run import RunRecord, require_run_id
from runyard.domain.run_import import IMPORTED, require_aware, require_digest, require_ended, require_facts
from runyard.errors import ConflictError, InvalidArgumentError
from runyard.server.context import ServerContext
from runyard.wire.run_import import FinishImportRequest, ImportStateBody, RunFacts, StartImportRequest

_INSTANTS = ("created_at", "started_at", "ended_at", "heartbeat_at", "archived_at")


def import_id_of(workspace: str, run_id: str, digest: str) -> str:
    """Return the name under which a run is staged: the same run again goes on where it was."""
    return hashlib.sha256(f"{workspace}\0{run_id}\0{digest}".encode()).hexdigest()[:40]


def start_import(context: ServerContext, workspace: str, request: StartImportRequest) -> ImportStateBody:
    """Make a place for a run, or say that it was brought in before.

    Raises:
        ConflictError: another run has its id.
        InvalidArgumentError: a bad id or digest.
    """
    run_id, digest = require_run_id(request.run_id), require_digest(request.digest)
    import_id = import_id_of(workspace, run_id, digest)
    imports = context.storage.imports
    found = imports.find(workspace, {run_id: digest})
    if found.there:
        return ImportStateBody(state="there", import_id=import_id)
    if found.taken:
        raise ConflictError(f"There is another run {run_id!r} in this workspace. Bring this one in as a copy.", run_id=run_id)
    imports.open(workspace, run_id, import_id, at=context.clock())
    files = context.storage.artifacts.list(imports.staging, import_id, prefix="")
    return ImportStateBody(state="open", import_id=import_id, files=files)


def finish_import(context: ServerContext, workspace: str, import_id: str, request: FinishImportRequest, author: str) -> RunRecord:
    """Make a staged run appear.

    Raises:
        InvalidArgumentError: the run has not ended, or something that it says breaks a rule.
        LimitExceededError: too many or too long labels.
        ConflictError: what was staged is not this run, or its place is taken.
    """
    facts = _checked(request.run)
    if import_id != import_id_of(workspace, facts.id, require_digest(request.digest)):
        raise InvalidArgumentError(f"This import was not begun for run {facts.id!r} with this digest.", run_id=facts.id)
    require_experiment_name(request.experiment.name)
    require_aware(facts.id, {"created_at of the experiment": request.experiment.created_at})
    for file in request.files:
        require_aware(facts.id, {"created_at of a file": file.created_at, "updated_at of a file": file.updated_at})
        if require_artifact_path(file.path) != file.path:
            raise InvalidArgumentError(f"{file.path[:200]!r} is not in its plain form.", path=file.path[:200])
    for event in request.events:
        require_aware(facts.id, {"at of an event": event.at})
        if event.kind == IMPORTED:
            raise InvalidArgumentError(f"An event of run {facts.id} says that it was brought in; that is for this server to say.")
    imports = context.storage.imports
    return imports.finish(workspace, import_id, replace(request, run=facts), author=author, at=context.clock())


def _checked(facts: RunFacts) -> RunFacts:
    require_ended(facts.id, facts.status, facts.ended_at)
    require_aware(facts.id, {name: getattr(facts, name) for name in _INSTANTS})
    require_facts(facts.id, tags=facts.tags, properties=facts.properties, colour=facts.colour, number=facts.number)
    if facts.error is not None and facts.error.at is None:
        return replace(facts, error=replace(facts.error, at=facts.ended_at))
    return facts
