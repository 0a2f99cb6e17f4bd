"""Every error that Runyard raises.

::

    RunyardError
    ├── InvalidArgumentError          invalid_argument     400   the caller's value cannot be used
    │   ├── ConfigurationError        bad_configuration    400   a file or setting is missing or broken
    │   ├── ScriptNotFoundError       script_not_found     400   the script is not in the source folder
    │   ├── ArchiveError              bad_archive          400   what should be brought in is damaged or cannot be read
    │   └── SnapshotError             bad_snapshot         400   the source folder cannot be stored
    │       └── SnapshotTooLargeError snapshot_too_large   413   it is over a limit
    ├── NotFoundError                 not_found            404
    │   ├── ComputeTargetNotFoundError  compute_target_not_found  404
    │   └── FileNotInRunError         file_not_in_run      404
    ├── ConflictError                 conflict             409
    │   ├── InvalidTransitionError    invalid_transition   409   a run cannot go from this status to that one
    │   └── ImmutablePropertyError    immutable_property   409   a property is set once
    ├── AuthenticationError           unauthenticated      401   who are you?
    ├── PermissionDeniedError         permission_denied    403   you may not
    ├── LimitExceededError            limit_exceeded       413   a stated limit was passed
    ├── ServerBusyError               server_busy          429   too much at once; come again a little later
    ├── NotSupportedError             not_supported        501   this version cannot do that
    ├── StorageError                  storage_failed       500   the disk or database failed
    │   └── DiskFullError             disk_full            507
    ├── ComputeError                  compute_failed       500   an engine failed
    ├── TransportError                transport_failed     503   the server cannot be reached
    │   └── ServerStartError          server_start_failed  503   the embedded server did not start
    ├── RunEnvironmentError           no_run_context       400   there is no submitted run around this code
    └── RunFailedError                run_failed           500   a run that was waited for has failed

Each class carries its wire ``code`` and its HTTP ``status``; the client turns a code back into the same class. The message
says what happened, to which thing, and what to do next. Ids are attributes.
"""

from __future__ import annotations

from typing import Any, ClassVar


class RunyardError(Exception):
    """The root of the tree.

    ``details`` holds plain JSON data that travels with the error, such as the id of the thing it is about.
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] = details

    def __str__(self) -> str:
        return self.message


class InvalidArgumentError(RunyardError, ValueError):
    """The caller's value cannot be used."""

    code = "invalid_argument"
    status = 400


class ConfigurationError(InvalidArgumentError):
    """A configuration file or setting is missing or broken."""

    code = "bad_configuration"


class ScriptNotFoundError(InvalidArgumentError):
    """The script to run is not in the source folder."""

    code = "script_not_found"


class ArchiveError(InvalidArgumentError):
    """An export, or the data of another tool, is damaged, hostile, or of a version that cannot be read."""

    code = "bad_archive"


class SnapshotError(InvalidArgumentError):
    """The source folder cannot be stored."""

    code = "bad_snapshot"


class SnapshotTooLargeError(SnapshotError):
    """The source folder is over a limit; ``details`` names the largest files."""

    code = "snapshot_too_large"
    status = 413


class NotFoundError(RunyardError, LookupError):
    """The named thing does not exist, or is out of the caller's reach."""

    code = "not_found"
    status = 404


class ComputeTargetNotFoundError(NotFoundError):
    """The workspace has no compute target of that name."""

    code = "compute_target_not_found"


class FileNotInRunError(NotFoundError):
    """The run has no file of that name."""

    code = "file_not_in_run"


class ConflictError(RunyardError):
    """The thing is in a state that rules the request out."""

    code = "conflict"
    status = 409


class InvalidTransitionError(ConflictError):
    """A run cannot go from its present status to the wanted one."""

    code = "invalid_transition"


class ImmutablePropertyError(ConflictError):
    """A property is set once; its value never changes."""

    code = "immutable_property"


class AuthenticationError(RunyardError):
    """The request carries no valid token or session."""

    code = "unauthenticated"
    status = 401


class PermissionDeniedError(RunyardError):
    """The caller is known, and may not do this."""

    code = "permission_denied"
    status = 403


class LimitExceededError(RunyardError):
    """A stated limit was passed; the message names the limit and the way round."""

    code = "limit_exceeded"
    status = 413


class ServerBusyError(RunyardError):
    """The server has more to store than it can take at this moment; the same request will do a little later.

    ``details["retry_after_s"]`` says when.
    """

    code = "server_busy"
    status = 429


class NotSupportedError(RunyardError):
    """This version of Runyard cannot do that."""

    code = "not_supported"
    status = 501


class StorageError(RunyardError):
    """The disk or the database failed."""

    code = "storage_failed"
    status = 500


class DiskFullError(StorageError):
    """The disk that holds the workspace is full."""

    code = "disk_full"
    status = 507


class ComputeError(RunyardError):
    """An engine could not start, watch or stop a job."""

    code = "compute_failed"
    status = 500


class TransportError(RunyardError, ConnectionError):
    """The server cannot be reached, or answered with something that is not Runyard's."""

    code = "transport_failed"
    status = 503


class ServerStartError(TransportError):
    """The embedded server did not start; the message names its log file."""

    code = "server_start_failed"


class RunEnvironmentError(RunyardError):
    """There is no submitted run around this code."""

    code = "no_run_context"
    status = 400


class RunFailedError(RunyardError):
    """A run that was waited for has failed.

    ``details["error"]`` is the run's error as ``get_details()["error"]`` gives it.
    """

    code = "run_failed"

    @property
    def error_details(self) -> Any:
        """The run's error, under the name that the Azure ML SDK uses."""
        return self.details.get("error")


def error_classes() -> dict[str, type[RunyardError]]:
    """Return every class of the tree by its wire code."""
    found: dict[str, type[RunyardError]] = {}
    pending: list[type[RunyardError]] = [RunyardError]
    while pending:
        cls = pending.pop()
        found.setdefault(cls.code, cls)
        pending.extend(cls.__subclasses__())
    return found


def error_from_wire(code: str, message: str, details: dict[str, Any]) -> RunyardError:
    """Rebuild the error that a server sent; an unknown code becomes a plain :class:`RunyardError`."""
    return error_classes().get(code, RunyardError)(message, **details)
