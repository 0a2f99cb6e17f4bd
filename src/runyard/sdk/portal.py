"""Links into the Studio."""

from __future__ import annotations

from urllib.parse import urlencode

from runyard.client.client import Client


def portal_url(client: Client, path: str) -> str:
    """Return a link to a page of the Studio. The owner of an embedded server gets one that signs the browser in, once."""
    if client.workspace != client.default_workspace():
        path = f"{path}?{urlencode({'workspace': client.workspace})}"
    if client.endpoint.owns_server:
        return client.sessions.create_login_link(path).url
    return client.endpoint.url + path
