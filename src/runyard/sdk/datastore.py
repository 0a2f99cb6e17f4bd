"""Datastores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from runyard.errors import NotSupportedError

if TYPE_CHECKING:
    from runyard.sdk.workspace import Workspace

DEFAULT_DATASTORE = "workspaceblobstore"


class Datastore:
    """A named place for data. This version knows it by name only; what would move data raises NotSupportedError."""

    def __init__(self, workspace: Workspace, name: str | None = None) -> None:
        self.workspace = workspace
        self.name = name or DEFAULT_DATASTORE

    @staticmethod
    def get(workspace: Workspace, datastore_name: str) -> Datastore:
        """Return the datastore of that name; there is only the default one."""
        if datastore_name != DEFAULT_DATASTORE:
            raise NotSupportedError(f"This version has the datastore {DEFAULT_DATASTORE!r} only, not {datastore_name!r}.")
        return Datastore(workspace, datastore_name)

    @staticmethod
    def get_default(workspace: Workspace) -> Datastore:
        """Return the default datastore."""
        return Datastore(workspace)

    def upload(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        _refuse("upload")

    def upload_files(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        _refuse("upload_files")

    def download(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        _refuse("download")

    def path(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        _refuse("path")

    def __repr__(self) -> str:
        return f"Datastore(Name: {self.name},\nWorkspace: {self.workspace.name})"


def _refuse(operation: str) -> NoReturn:
    raise NotSupportedError(
        f"This version's datastores cannot {operation}. Read the data by its path, or keep files with a run: run.upload_file()."
    )
