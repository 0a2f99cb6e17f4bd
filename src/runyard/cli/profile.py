"""``runyard login``, ``logout`` and ``profile``."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from runyard.cli.completion import complete_profile
from runyard.cli.options import examples
from runyard.cli.output import Output, output_options

if TYPE_CHECKING:
    from runyard.sdk.profile import Profile, Profiles

COLUMNS = ["name", "url", "user", "workspace", "current"]


def _refuse_token(context: click.Context, option: click.Parameter, value: str | None) -> None:
    """Say how a token is given. What was given is not repeated."""
    if value is not None:
        raise click.UsageError(
            "A token is never given on the command line: the history of the shell keeps it, and everybody on the machine sees it "
            "in the list of processes. `runyard login URL` asks for it; in a script: runyard login URL < token-file. If a token "
            "was typed in now, take it out of the history, and have it replaced where others may have seen it.",
            context,
        )


@click.command(
    epilog=examples(
        "runyard login",
        "runyard login https://runyard.example.com",
        "runyard login https://runyard.example.com --profile team < token-file",
        "RUNYARD_PROFILE=team runyard run list",
    )
)
@click.argument("url", required=False)
@click.option("--profile", "name", metavar="NAME", help="Name of the profile; the host of the address where none is given.")
@click.option("-w", "--workspace-name", metavar="NAME", help="Workspace to use where nothing else names one.")
@click.option("--service-principal", is_flag=True, hidden=True)
@click.option("--token", is_flag=False, flag_value="", hidden=True, expose_value=False, is_eager=True, callback=_refuse_token)
def login(url: str | None, name: str | None, workspace_name: str | None, service_principal: bool) -> None:
    """Sign in to the server at URL, and use it from now on where nothing else names a server.

    The token is asked for, or read from stdin; it never stands on the command line. It is kept in profiles.json of the home
    folder, which only you can read. Without URL it is the server of this machine, which needs no token.

    A machine account signs in with a token like a person. Service principals with roles are not in this version.
    """
    from runyard.sdk.profile import LOCAL

    if service_principal:
        raise click.UsageError("There are no service principals in this version. Give the account a token: runyard login URL")
    if url is None:
        _make_current(None)
        click.echo("The server of this machine is used. It needs no token: its own is a file that only you can read.")
        return
    profile = _signed_in(url, name or _host(url), workspace_name)
    click.echo(f"Signed in to {profile.url} as {profile.user}. The profile is {profile.name!r}, and is used from now on.")
    click.echo(f"Back to the server of this machine: runyard profile use {LOCAL}")


@click.command(epilog=examples("runyard logout", "runyard logout --profile team", "runyard logout --all"))
@click.option(
    "--profile", "name", metavar="NAME", help="Profile; the current one where none is given.", shell_complete=complete_profile
)
@click.option("--all", "everything", is_flag=True, help="Every profile.")
def logout(name: str | None, everything: bool) -> None:
    """Forget the token of a server. The server still takes it: have it revoked there when it may be known to others."""
    from runyard.sdk.profile import Profiles, read_profiles, write_profiles

    known = read_profiles()
    if everything:
        write_profiles(Profiles())
        click.echo(f"{len(known.by_name)} profiles are forgotten.")
        return
    name = name or known.current
    if name is None:
        click.echo("No server is signed in to. The server of this machine needs no token.")
        return
    gone = known.get(name)
    kept = {each: value for each, value in known.by_name.items() if each != name}
    write_profiles(Profiles(current=None if known.current == name else known.current, by_name=kept))
    click.echo(f"Signed out of {gone.url}; the profile {name!r} is forgotten.")


@click.group()
def profile() -> None:
    """List the servers that you have signed in to, and choose among them."""


@profile.command("list", epilog=examples("runyard profile list -o table"))
@output_options()
def list_profiles(output_format: str, query: str | None) -> None:
    """List the profiles. The current one is used where nothing else names a server. Tokens are not shown."""
    from runyard.client.embedded import home_folder
    from runyard.sdk.profile import LOCAL, read_profiles

    known = read_profiles()
    local = {"name": LOCAL, "url": None, "user": None, "workspace": None, "current": known.current is None}
    rows = [{**local, "home": str(home_folder())}]
    rows += [{**_document(each), "current": known.current == each.name} for _, each in sorted(known.by_name.items())]
    Output(output_format, query).print(rows, COLUMNS)


@profile.command(epilog=examples("runyard profile use team", "runyard profile use local"))
@click.argument("name", shell_complete=complete_profile)
def use(name: str) -> None:
    """Use a profile where nothing else names a server. `local` is the server of this machine."""
    from runyard.sdk.profile import LOCAL

    _make_current(None if name == LOCAL else name)
    click.echo(f"Profile {name} is used from now on.")


def _signed_in(url: str, name: str, workspace_name: str | None) -> Profile:
    """Return the new profile, once the server has said who its token belongs to."""
    from runyard.client.client import Client
    from runyard.client.endpoint import RemoteEndpoint
    from runyard.domain.workspace import DEFAULT_WORKSPACE, require_workspace_name
    from runyard.sdk.profile import Profile, Profiles, read_profiles, require_profile_name, write_profiles

    require_profile_name(name)
    _warn_of_open_lines(url)
    RemoteEndpoint(url, "")  # a wrong address is said before a token is typed in
    endpoint = RemoteEndpoint(url, _token())
    workspace = None if workspace_name is None else require_workspace_name(workspace_name)
    session = Client(endpoint, workspace or DEFAULT_WORKSPACE).sessions.get()
    default = workspace or session.default_workspace
    made = Profile(name=name, url=endpoint.url, token=endpoint.token, user=session.user, workspace=default)
    write_profiles(Profiles(current=name, by_name={**read_profiles().by_name, name: made}))
    return made


def _token() -> str:
    if sys.stdin.isatty():
        token = click.prompt("Token", hide_input=True, err=True)
    else:
        token = sys.stdin.readline()
    token = str(token).strip()
    if not token:
        raise click.UsageError(
            "No token came from stdin. It is asked for on a terminal; else: runyard login URL < token-file. The owner of a "
            "server finds one in the file owner-token of its home folder."
        )
    if any(ord(char) < 33 or ord(char) > 126 for char in token):
        raise click.UsageError("The token must be one word of ASCII characters, without spaces.")
    return token


def _warn_of_open_lines(url: str) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "http" and not (host.startswith("127.") or host in ("localhost", "::1")):
        click.echo(f"Warning: {url} is not encrypted; whoever is on the way can read the token. Use https.", err=True)


def _make_current(name: str | None) -> None:
    from runyard.sdk.profile import read_profiles, write_profiles

    known: Profiles = read_profiles()
    if name is not None:
        known.get(name)
    if name is not None or known.current is not None:
        write_profiles(dataclasses.replace(known, current=name))


def _host(url: str) -> str:
    host = urlsplit(url).hostname or url
    return "".join(char if char.isalnum() or char in "-._" else "-" for char in host)


def _document(kept: Profile) -> dict[str, Any]:
    return {"name": kept.name, "url": kept.url, "user": kept.user, "workspace": kept.workspace}
