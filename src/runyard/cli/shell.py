"""``runyard completion``."""

from __future__ import annotations

import click

from runyard.cli.options import examples


@click.command(
    epilog=examples(
        'eval "$(runyard completion bash)"                                    in ~/.bashrc',
        'eval "$(runyard completion zsh)"                                     in ~/.zshrc',
        "runyard completion fish > ~/.config/fish/completions/runyard.fish",
    )
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes a shell complete commands, options and values: ids of runs, names of experiments, views and the like.

    Values come from the server when it runs; the Tab key never starts one.
    """
    from click.shell_completion import get_completion_class

    from runyard.cli.main import root

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"This version of click cannot complete in {shell}.")
    click.echo(found(root, {}, "runyard", "_RUNYARD_COMPLETE").source())
