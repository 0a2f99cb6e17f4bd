"""Which server a workspace is on, and with which token."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from runyard.client.embedded import TOKEN_FILE, home_folder
from runyard.client.endpoint import EmbeddedEndpoint, Endpoint, RemoteEndpoint
from runyard.errors import ConfigurationError
from runyard.sdk.profile import LOCAL, Profile, read_profiles


def endpoint_for(
    url: str | None = None,
    home: str | None = None,
    environment: Mapping[str, str] | None = None,
    profile: str | None = None,
) -> Endpoint:
    """Return the way to a server: that of the profile that is named here or by ``RUNYARD_PROFILE``, else the one at ``url``, else
    the embedded one of ``home``, else the one of ``RUNYARD_URL``, else that of the current profile, else the embedded one.

    In a submitted script that runs beside its server as its user, this is the user's own server; elsewhere it is the run's
    server with the run's token, which reaches the runs of its own tree.

    Raises:
        ConfigurationError: a server elsewhere is named and there is no token for it, or there is no such profile.
    """
    variables = os.environ if environment is None else environment
    named = named_profile(variables, profile, is_placed=url is not None or home is not None)
    if named is not None:
        return RemoteEndpoint(named.url, named.token)
    if url is None and home is None and "RUNYARD_HOME" not in variables:
        url = variables.get("RUNYARD_URL")
    if url is not None:
        return RemoteEndpoint(url, _token_for(url, variables))
    folder = Path(home).expanduser().absolute() if home else home_folder()
    run_token = variables.get("RUNYARD_RUN_TOKEN")
    if run_token and not os.access(folder / TOKEN_FILE, os.R_OK):
        return EmbeddedEndpoint(folder, run_token, variables.get("RUNYARD_URL"))
    return EmbeddedEndpoint(folder)


def named_profile(variables: Mapping[str, str], profile: str | None = None, *, is_placed: bool = False) -> Profile | None:
    """Return the profile to use: the one that is named, else the current one. None is this machine's own server.

    The current one is for what says nothing about its server; a submitted script belongs to its run's server.

    Raises:
        ConfigurationError: there is none of the name that is given.
    """
    name = profile or variables.get("RUNYARD_PROFILE")
    if name:
        return None if name == LOCAL else read_profiles().get(name)
    if is_placed or variables.get("RUNYARD_RUN_TOKEN") or variables.get("RUNYARD_URL"):
        return None
    profiles = read_profiles()
    return profiles.get(profiles.current) if profiles.current else None


def _token_for(url: str, variables: Mapping[str, str]) -> str:
    token = variables.get("RUNYARD_TOKEN") or variables.get("RUNYARD_RUN_TOKEN")
    if token:
        return token
    found = read_profiles().for_url(url)
    if found is None:
        raise ConfigurationError(
            f"No token is known for the server {url}. Sign in with `runyard login {url}`, or set the environment variable "
            "RUNYARD_TOKEN.",
            url=url,
        )
    return found.token


def run_endpoint(variables: Mapping[str, str]) -> Endpoint:
    """Return the way to its own server for a submitted script, with the run's token."""
    token, url, home = variables["RUNYARD_RUN_TOKEN"], variables["RUNYARD_URL"], variables.get("RUNYARD_HOME")
    return EmbeddedEndpoint(Path(home), token, url) if home else RemoteEndpoint(url, token)
