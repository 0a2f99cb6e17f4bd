"""What all requests have in common, and the HTTP library, loaded late and without what nobody here needs."""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from runyard.errors import TransportError

if TYPE_CHECKING:
    import httpx

    from runyard.client.local_http import LocalClient

_LOCK = threading.Lock()
_COMMAND_LINE = "httpx._main"
_CERTIFICATE_VARIABLES = ("ssl_cert_file", "ssl_cert_dir")
_PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy")


class LostConnectionError(Exception):
    """The server does not answer, or breaks off. The text says how."""


class Answer(Protocol):
    """An answer of a server, as httpx has it."""

    @property
    def url(self) -> object:
        """Where the request went."""

    @property
    def status_code(self) -> int:
        """The status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers; names are asked for in lower case."""

    @property
    def content(self) -> bytes:
        """The body, once it was read."""

    def read(self) -> bytes:
        """Read the body and return it."""

    def close(self) -> None:
        """Let go of the connection."""


def load_httpx() -> ModuleType:
    """Return the ``httpx`` module, imported at the first call.

    httpx imports its own command line (click, rich and pygments) whenever those are installed, which takes longer than all the
    rest of it: 0.22 s of 0.35 s. It copes with that part missing, so that part is hidden while it loads. This goes when httpx
    loads its command line lazily.
    """
    with _LOCK:
        loaded = sys.modules.get("httpx")
        if loaded is not None:
            return loaded
        sys.modules[_COMMAND_LINE] = None  # type: ignore[assignment]
        try:
            return importlib.import_module("httpx")
        finally:
            sys.modules.pop(_COMMAND_LINE, None)


def new_client(timeout_s: float, connect_timeout_s: float, *, is_local: bool) -> httpx.Client:
    """Return a pool of connections. A proxy of the environment is used for remote servers only, its certificates for all.

    Raises:
        TransportError: the environment names a proxy or certificates that cannot be used.
    """
    library = load_httpx()
    try:
        client: httpx.Client = library.Client(
            timeout=library.Timeout(timeout_s, connect=connect_timeout_s, pool=None),
            limits=library.Limits(max_connections=32, max_keepalive_connections=8, keepalive_expiry=20.0),
            verify=library.create_ssl_context(),
            trust_env=not is_local,
            follow_redirects=False,
        )
    except OSError as error:
        raise TransportError(
            f"The certificates that {_given(_CERTIFICATE_VARIABLES)} names cannot be read ({error}). Let it name a file of them."
        ) from error
    except (ImportError, ValueError, library.InvalidURL) as error:
        raise TransportError(
            f"The proxy that {_given(_PROXY_VARIABLES)} names cannot be used ({error}). Give one such as http://proxy:3128, or "
            "set NO_PROXY=* to go without."
        ) from error
    return client


def _given(variables: tuple[str, ...]) -> str:
    """Return which of some variables of the environment are set, in upper or lower case."""
    return " or ".join(name for name, value in os.environ.items() if name.lower() in variables and value) or "the environment"


def new_local_client(url: str, timeout_s: float, connect_timeout_s: float) -> LocalClient:
    """Return a pool of connections to a server on this machine that speaks plain HTTP."""
    from runyard.client.local_http import LocalClient  # late: its libraries take a while, and not every program sends something

    return LocalClient(url, timeout_s, connect_timeout_s)


def is_plain_and_local(url: str) -> bool:
    """Return whether the way to a server is within this machine and not encrypted."""
    return url.startswith("http://") and is_loopback(url)


def is_loopback(url: str) -> bool:
    """Return whether a server is on this machine."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")
