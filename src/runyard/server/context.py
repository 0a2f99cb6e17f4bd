"""What every route and service reaches: stores, engines, clock, settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from runyard.compute.base import Engine
from runyard.server.clock import Clock
from runyard.server.services.text_line import TextFiles
from runyard.server.settings import Settings
from runyard.storage.base import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerContext:
    """One server's parts. ``base_url`` is where a browser and a runner on this machine reach it."""

    settings: Settings
    storage: Storage
    texts: TextFiles
    engines: Mapping[str, Engine]
    clock: Clock
    server_id: str
    owner: str
    owner_token_hash: str
    base_url: Callable[[], str]
    wake_dispatcher: Callable[[], None] = field(default=lambda: None)
