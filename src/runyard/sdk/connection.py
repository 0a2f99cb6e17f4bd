"""Which server a workspace is on, and with which token."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from runyard.client.embedded import TOKEN_FILE, home_folder
from runyard.client.endpoint import EmbeddedEndpoint, Endpoint, RemoteEndpoint
from runyard.errors import ConfigurationError


def endpoint_for(url: str | None = None, home: str | None = None, environment: Mapping[str, str] | None = None) -> Endpoint:
    """Return the way to the server at ``url``, else to the one that the environment names, else to the embedded one of ``home``.

    In a submitted script that runs beside its server as its user, this is the user's own server; elsewhere it is the run's
    server with the run's token, which reaches the runs of its own tree.

    Raises:
        ConfigurationError: a server elsewhere is named and no token for it is set.
    """
    variables = os.environ if environment is None else environment
    token = variables.get("RUNYARD_TOKEN") or variables.get("RUNYARD_RUN_TOKEN")
    if url is None and home is None and "RUNYARD_HOME" not in variables:
        url = variables.get("RUNYARD_URL")
    if url is not None:
        if not token:
            raise ConfigurationError(
                f"No token is set for the server {url}. Set the environment variable RUNYARD_TOKEN.", url=url
            )
        return RemoteEndpoint(url, token)
    folder = Path(home).expanduser().absolute() if home else home_folder()
    run_token = variables.get("RUNYARD_RUN_TOKEN")
    if run_token and not os.access(folder / TOKEN_FILE, os.R_OK):
        return EmbeddedEndpoint(folder, run_token, variables.get("RUNYARD_URL"))
    return EmbeddedEndpoint(folder)


def run_endpoint(variables: Mapping[str, str]) -> Endpoint:
    """Return the way to its own server for a submitted script, with the run's token."""
    token, url, home = variables["RUNYARD_RUN_TOKEN"], variables["RUNYARD_URL"], variables.get("RUNYARD_HOME")
    return EmbeddedEndpoint(Path(home), token, url) if home else RemoteEndpoint(url, token)
