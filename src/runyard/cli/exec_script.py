"""``runyard exec``: a script as ``python script.py`` runs it, with ``azureml`` served by Runyard."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from runyard.cli.options import examples
from runyard.compat.process import with_import_path
from runyard.errors import ScriptNotFoundError


@click.command(
    "exec",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog=examples("runyard exec train.py --epochs 3"),
)
@click.argument("script", type=click.Path(path_type=Path))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def exec_script(script: Path, arguments: tuple[str, ...]) -> None:
    """Run a script here and now, with this Python.

    It is `python SCRIPT ARGUMENTS`, except that `from azureml.core import ...` gives Runyard's classes where the Azure ML SDK is
    not installed. Nothing is submitted; what the script logs with `exp.start_logging()` is recorded as usual.
    """
    if not script.is_file():
        raise ScriptNotFoundError(f"There is no script {str(script)!r} in {Path.cwd()}. Give the path of a Python file.")
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, [sys.executable, str(script), *arguments], with_import_path(os.environ))
