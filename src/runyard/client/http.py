"""The HTTP library, loaded late and without what nobody here needs."""

from __future__ import annotations

import importlib
import sys
import threading
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

_LOCK = threading.Lock()
_COMMAND_LINE = "httpx._main"


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
    """Return a pool of connections. A proxy of the environment is used for remote servers only."""
    library = load_httpx()
    client: httpx.Client = library.Client(
        timeout=library.Timeout(timeout_s, connect=connect_timeout_s, pool=None),
        limits=library.Limits(max_connections=32, max_keepalive_connections=8, keepalive_expiry=20.0),
        trust_env=not is_local,
        follow_redirects=False,
    )
    return client
