"""What a shell completes: values that a server knows. A Tab key never starts a server, never waits long, never complains."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from runyard.client.client import Client

TIMEOUT_S = 2.0
MOST = 50

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def completes(find: Callable[[Client, str], Iterable[tuple[str, str]]]) -> Completer:
    """Return a completer for what ``find`` gives: pairs of a value and a word about it."""

    def complete(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from runyard.errors import RunyardError

        try:
            client = _client(context)
            found = [] if client is None else list(find(client, incomplete))
        except (RunyardError, OSError):
            return []  # a message would land in the middle of the line that is being typed
        return [CompletionItem(value, help=word) for value, word in found if value.startswith(incomplete)]

    return complete


def _client(context: click.Context) -> Client | None:
    """Return a client of the server that the command is about, or None when that does not run."""
    from runyard.client import embedded
    from runyard.client.client import Client
    from runyard.client.endpoint import EmbeddedEndpoint, RemoteEndpoint
    from runyard.domain.workspace import DEFAULT_WORKSPACE
    from runyard.sdk.connection import endpoint_for
    from runyard.sdk.workspace_config import find_config

    config = find_config(Path(context.params.get("path") or "."))
    profile = context.meta.get("runyard.profile")
    endpoint = endpoint_for(config.url, config.home, profile=profile) if config else endpoint_for(profile=profile)
    if isinstance(endpoint, EmbeddedEndpoint):
        info = embedded.read_server_info(endpoint.home)
        if info is None:
            return None
        endpoint = RemoteEndpoint(info.url, embedded.read_owner_token(endpoint.home))
    name = context.params.get("workspace_name") or (config.workspace_name if config else DEFAULT_WORKSPACE)
    return Client(endpoint, name, retry_s=0, timeout_s=TIMEOUT_S)


def _runs(client: Client, incomplete: str) -> Iterable[tuple[str, str]]:
    from runyard.wire.run import RunQuery

    start = incomplete.replace("\\", "").replace("%", "").replace("_", r"\_").replace('"', "")
    wanted = f'id like "{start}%"' if start else None
    page = client.runs.search(RunQuery(filter=wanted, include_children=bool(start), limit=MOST))
    return [(run.id, f"{run.experiment} {run.status.value}") for run in page.runs]


def _profiles(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from runyard.errors import ConfigurationError
    from runyard.sdk.profile import LOCAL, read_profiles

    try:
        names = [LOCAL, *sorted(read_profiles().by_name)]
    except ConfigurationError:
        return []
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _statuses(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from runyard.domain.run import RunStatus

    return [CompletionItem(each.value) for each in RunStatus if each.value.lower().startswith(incomplete.lower())]


complete_run = completes(_runs)
complete_experiment = completes(
    lambda client, text: itertools.islice(
        ((each.name, each.last_run_status or "") for each in client.experiments.iterate() if each.name.startswith(text)), MOST
    )
)
complete_workspace = completes(lambda client, _: [(each.name, "") for each in client.workspaces.list()])
complete_target = completes(lambda client, _: [(each.name, each.engine) for each in client.compute_targets.list()])
complete_environment = completes(lambda client, _: [(each.name, each.version) for each in client.environments.list()])
complete_view = completes(lambda client, _: [(each.name, each.owner) for each in client.views.list()])
complete_profile: Completer = _profiles
complete_status: Completer = _statuses
