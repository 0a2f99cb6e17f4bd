"""``runyard environment``."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from runyard.cli.options import examples, workspace_options
from runyard.cli.output import Output, output_options

if TYPE_CHECKING:
    from runyard.client.environment_build.cache import BuiltEnvironment, EnvironmentCache

LIST_COLUMNS = ["name", "version", "curated", "state", "packages"]
BUILT_COLUMNS = ["key", "python", "size_mb", "package_count", "used_at"]
DAY_S = 86_400.0

name_option = click.option("-n", "--name", required=True, metavar="NAME", help="Name of the environment.")
version_option = click.option("-v", "--version", metavar="VERSION", help="Version; the newest where none is given.")
folder_option = click.option("-d", "--directory", "folder", required=True, type=click.Path(path_type=Path), help="The folder.")


@click.group()
def environment() -> None:
    """List, register, build and remove environments."""


@environment.command("list", epilog=examples("runyard environment list -o table", "runyard environment list --built"))
@click.option("--built", is_flag=True, help="What this machine has built, instead of what can be asked for by name.")
@workspace_options
@output_options()
def list_environments(built: bool, workspace_name: str | None, path: Path, output_format: str, query: str | None) -> None:
    """List the registered and the curated environments. It says which ones this machine has built."""
    output = Output(output_format, query)
    if built:
        output.print([_built_document(each) for each in _cache().list()], BUILT_COLUMNS)
        return
    from runyard import Environment
    from runyard.cli.connection import connect

    found = Environment.list(connect(workspace_name, path).workspace)
    output.print([_listed_document(each) for each in found.values()], LIST_COLUMNS)


@environment.command(epilog=examples("runyard environment show -n AzureML-Minimal"))
@name_option
@version_option
@workspace_options
@output_options()
def show(name: str, version: str | None, workspace_name: str | None, path: Path, output_format: str, query: str | None) -> None:
    """Show an environment: its packages, its variables, its Python."""
    from runyard import Environment
    from runyard.cli.connection import connect
    from runyard.sdk.environment_document import environment_document

    found = Environment.get(connect(workspace_name, path).workspace, name, version)
    Output(output_format, query).print(environment_document(found))


@environment.command(epilog=examples("runyard environment register -d my-environment"))
@folder_option
@workspace_options
@output_options()
def register(folder: Path, workspace_name: str | None, path: Path, output_format: str, query: str | None) -> None:
    """Register the environment in a folder. `download` and `scaffold` make such folders."""
    from runyard import Environment
    from runyard.cli.connection import connect
    from runyard.sdk.environment_document import environment_document

    kept = Environment.load_from_directory(folder).register(connect(workspace_name, path).workspace)
    Output(output_format, query).print(environment_document(kept))


@environment.command(epilog=examples("runyard environment download -n my-environment -d folder"))
@name_option
@version_option
@folder_option
@click.option("--overwrite", is_flag=True, help="Write into a folder that is there.")
@workspace_options
def download(name: str, version: str | None, folder: Path, overwrite: bool, workspace_name: str | None, path: Path) -> None:
    """Write a registered environment into a folder. Edit it there and register it again."""
    from runyard import Environment
    from runyard.cli.connection import connect

    Environment.get(connect(workspace_name, path).workspace, name, version).save_to_directory(folder, overwrite=overwrite)
    click.echo(f"Wrote the environment to {folder}. Register it with: runyard environment register -d {folder}")


@environment.command(epilog=examples("runyard environment scaffold -n my-environment -d folder"))
@name_option
@folder_option
def scaffold(name: str, folder: Path) -> None:
    """Write the files of a new environment into a folder. Edit them there and register it."""
    from runyard import Environment

    Environment(name).save_to_directory(folder)
    click.echo(
        f"Wrote a new environment to {folder}. Edit conda_dependencies.yml, then: runyard environment register -d {folder}"
    )


@environment.command(epilog=examples("runyard environment build -n my-environment"))
@name_option
@version_option
@workspace_options
@output_options()
def build(name: str, version: str | None, workspace_name: str | None, path: Path, output_format: str, query: str | None) -> None:
    """Build an environment on this machine now. The first run then finds it ready."""
    from runyard import Environment
    from runyard.cli.connection import connect
    from runyard.sdk.environment import python_for

    found = Environment.get(connect(workspace_name, path).workspace, name, version)
    packages = python_for(found).packages
    if packages is None:
        raise click.UsageError(f"Environment {name!r} uses a Python that is there; there is nothing to build.")
    built = _cache().find_or_build(packages, lambda line: click.echo(line, err=True))
    Output(output_format, query).print(_built_document(built))


@environment.command(epilog=examples("runyard environment prune --unused-days 7"))
@click.option("--unused-days", type=click.FloatRange(0), default=30.0, show_default=True, help="Unused for how many days.")
@output_options()
def prune(unused_days: float, output_format: str, query: str | None) -> None:
    """Remove built environments that no run has used for some time. They are built again when a run asks for them.

    An environment that a run uses now, or that is being built, stays.
    """
    freed = _cache().prune(unused_for_s=unused_days * DAY_S)
    Output(output_format, query).print({"freed_mb": round(freed / 1e6, 1), "left": len(_cache().list())})


def _cache() -> EnvironmentCache:
    from runyard.sdk.environment import environment_cache

    return environment_cache()


def _listed_document(environment: Any) -> dict[str, Any]:
    from runyard.domain.curated_environment import find_curated

    return {
        "name": environment.name,
        "version": environment.version,
        "curated": find_curated(environment.name) is not None,
        "state": _state(environment),
        "packages": ", ".join(environment.python.conda_dependencies.wanted_packages()),
    }


def _state(environment: Any) -> str:
    from runyard.errors import RunyardError
    from runyard.sdk.environment import python_for

    try:
        packages = python_for(environment).packages
        if packages is None:
            return "as it is"
        return "built" if _cache().find(packages) is not None else "not built"
    except RunyardError:
        return "cannot be built here"


def _built_document(built: BuiltEnvironment) -> dict[str, Any]:
    return {
        "key": built.key,
        "python": str(built.python),
        "cached": built.cached,
        "size_mb": round(built.size_bytes / 1e6, 1),
        "package_count": len(built.packages),
        "packages": built.packages,
        "used_at": datetime.fromtimestamp(built.used_at, timezone.utc),
    }
