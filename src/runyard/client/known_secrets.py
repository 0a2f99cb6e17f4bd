"""The secrets that this process knows, and their removal from what it sends to the server."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import msgspec

from runyard.domain.node_group import NodeReport
from runyard.domain.redaction import Redactor, secret_values
from runyard.domain.run_error import RunError
from runyard.wire.metric import FileRecord, HistogramRecord, ListRecord, Record, ScalarRecord, TableRecord
from runyard.wire.run import CreateRunsRequest, NewRun, ReportStatusRequest, SubmitRunRequest, UpdateRunRequest, UpdateRunsRequest

TEXT_MAX_BYTES = 4 << 20
"""A larger file is data, and sent as it is."""

Named = TypeVar("Named", NewRun, SubmitRunRequest)


def known_secrets() -> Redactor:
    """Return what covers the values of this process's sensitive variables, and secrets of known shapes."""
    return _redactor(tuple(secret_values(os.environ)))


@lru_cache(maxsize=8)
def _redactor(values: tuple[str, ...]) -> Redactor:
    return Redactor(values)


def is_text(data: bytes) -> bool:
    """True for a text in UTF-8. In other files a star in place of a byte would do harm."""
    if b"\0" in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def covered_file(content: bytes | Path) -> bytes | Path:
    """Return a file as it may be stored: in a text each byte of a secret is a star. A path comes back when it needs none."""
    if isinstance(content, bytes):
        return known_secrets().masked(content) if len(content) <= TEXT_MAX_BYTES and is_text(content) else content
    if content.stat().st_size > TEXT_MAX_BYTES:
        return content
    data = content.read_bytes()
    masked = known_secrets().masked(data) if is_text(data) else data
    return content if masked == data else masked


def covered_chunk(data: bytes) -> bytes:
    """Return a part of a growing text with a star for each byte of a secret: its length, and so all places in it, stay."""
    return data if b"\0" in data else known_secrets().masked(data)


def covered_creation(request: CreateRunsRequest) -> CreateRunsRequest:
    """Return the request without secrets."""
    hide = known_secrets()
    return replace(request, runs=[_covered_names(hide, run) for run in request.runs])


def covered_names(run: Named) -> Named:
    """Return a new run with its name, tags and properties covered."""
    return _covered_names(known_secrets(), run)


def _covered_names(hide: Redactor, run: Named) -> Named:
    name = None if run.display_name is None else hide.text(run.display_name)
    return replace(run, display_name=name, tags=_tags(hide, run.tags), properties=_properties(hide, run.properties))


def covered_update(request: UpdateRunRequest) -> UpdateRunRequest:
    """Return the request without secrets."""
    hide = known_secrets()
    return replace(
        request,
        display_name=None if request.display_name is None else hide.text(request.display_name),
        description=None if request.description is None else hide.text(request.description),
        set_tags=_tags(hide, request.set_tags),
        add_properties=_properties(hide, request.add_properties),
    )


def covered_updates(request: UpdateRunsRequest) -> UpdateRunsRequest:
    """Return the request without secrets."""
    return replace(request, set_tags=_tags(known_secrets(), request.set_tags))


def covered_report(request: ReportStatusRequest) -> ReportStatusRequest:
    """Return the request without secrets."""
    reason = None if request.reason is None else known_secrets().text(request.reason)
    return replace(request, reason=reason, error=covered_error(request.error))


def covered_error(error: RunError | None) -> RunError | None:
    """Return an error without secrets in its message and traceback."""
    if error is None:
        return None
    hide = known_secrets()
    trace = None if error.traceback is None else hide.text(error.traceback)
    return replace(error, message=hide.text(error.message), traceback=trace)


def covered_node_report(report: NodeReport) -> NodeReport:
    """Return what a node says without secrets."""
    processes = [replace(process, error=covered_error(process.error)) for process in report.processes]
    return replace(report, processes=processes, error=covered_error(report.error))


def covered_record(record: Record) -> Record:
    """Return a record without secrets in its texts. One of numbers comes back as it is."""
    if isinstance(record, ScalarRecord):
        has_text = isinstance(record.value, str)
    elif isinstance(record, ListRecord):
        has_text = any(isinstance(value, str) for value in record.values)
    elif isinstance(record, TableRecord):
        has_text = any(isinstance(value, str) for column in record.columns.values() for value in column)
    else:
        has_text = False
    return _covered_texts(record) if has_text or record.description else record


def _covered_texts(record: Record) -> Record:
    hide = known_secrets()
    description = hide.text(record.description)
    if isinstance(record, (FileRecord, HistogramRecord)):
        return msgspec.structs.replace(record, description=description)
    if isinstance(record, ScalarRecord):
        value = hide.text(record.value) if isinstance(record.value, str) else record.value
        return msgspec.structs.replace(record, value=value, description=description)
    if isinstance(record, ListRecord):
        return msgspec.structs.replace(record, values=hide.texts(record.values), description=description)
    columns = {name: hide.texts(values) for name, values in record.columns.items()}
    return msgspec.structs.replace(record, columns=columns, description=description)


def _tags(hide: Redactor, tags: Mapping[str, str | None]) -> dict[str, str | None]:
    return {hide.text(key): None if value is None else hide.text(value) for key, value in tags.items()}


def _properties(hide: Redactor, properties: Mapping[str, str]) -> dict[str, str]:
    return {hide.text(key): hide.text(value) for key, value in properties.items()}
