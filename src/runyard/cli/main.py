"""The ``runyard`` command."""

from __future__ import annotations

import click

from runyard.cli.failures import EXIT_CODES, CommandLine
from runyard.cli.lazy import LazyCommand
from runyard.version import VERSION

COMMANDS = {
    "demo": LazyCommand("runyard.cli.demo", "demo", "Run a small training and watch it live in the browser."),
    "up": LazyCommand("runyard.cli.server", "up", "Start the server of this machine in the background."),
    "down": LazyCommand("runyard.cli.server", "down", "Stop it. Runs that are under way go on."),
    "status": LazyCommand("runyard.cli.server", "status", "Tell whether it runs, and where."),
    "server": LazyCommand("runyard.cli.server", "server", "Run a server in the foreground."),
    "open": LazyCommand("runyard.cli.studio", "open_studio", "Open the Studio, or a run in it, in the browser."),
    "top": LazyCommand("runyard.cli.top", "top", "Watch runs live in the terminal."),
    "run": LazyCommand("runyard.cli.run", "run", "Submit, list, show, compare, wait for, change and stop runs."),
    "exec": LazyCommand("runyard.cli.exec_script", "exec_script", "Run a script here, with azureml served by Runyard."),
    "experiment": LazyCommand("runyard.cli.experiment", "experiment", "List, describe, archive, delete, bring back experiments."),
    "view": LazyCommand("runyard.cli.view", "view", "Save, share and show views of run lists."),
    "environment": LazyCommand("runyard.cli.environment", "environment", "List, register, build and remove environments."),
    "workspace": LazyCommand("runyard.cli.workspace", "workspace", "List and create workspaces."),
    "computetarget": LazyCommand("runyard.cli.compute_target", "compute_target", "List and show compute targets."),
    "folder": LazyCommand("runyard.cli.folder", "folder", "Tie project folders to workspaces."),
    "gc": LazyCommand("runyard.cli.run_bin", "gc", "Remove files that no run refers to."),
    "export": LazyCommand("runyard.cli.run_export", "export", "Write runs as open files."),
    "import": LazyCommand("runyard.cli.run_import", "import_group", "Bring runs in: exported ones, or those of other tools."),
    "sync": LazyCommand("runyard.cli.sync", "sync", "Send what was logged while the server was away."),
    "doctor": LazyCommand("runyard.cli.doctor", "doctor", "Check this machine, and say what to do next."),
    "login": LazyCommand("runyard.cli.profile", "login", "Sign in to a server elsewhere."),
    "logout": LazyCommand("runyard.cli.profile", "logout", "Forget the token of a server."),
    "profile": LazyCommand("runyard.cli.profile", "profile", "List the servers you are signed in to, and choose one."),
    "completion": LazyCommand("runyard.cli.shell", "completion", "Make a shell complete commands and values."),
}

HELP = """A self-hosted home for machine-learning runs.

\b
Start here:
  runyard demo                                  run a small training and watch it in the browser
  runyard run submit-script -e first train.py   run a script and watch it
  runyard top                                   watch all runs in the terminal
  runyard open                                  see them in the browser

\b
Results go to stdout, as JSON unless -o says otherwise; messages go to stderr.
The query language of --filter is told at the end of `runyard run list --help`.
"""


@click.command(
    cls=CommandLine,
    lazy=COMMANDS,
    help=HELP,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(VERSION, prog_name="runyard", message="%(prog)s %(version)s")
def root() -> None:
    """The group itself does nothing."""


def main() -> None:
    """Run the command line of this process."""
    root(prog_name="runyard")
