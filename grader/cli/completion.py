"""`grader completion`: the script that makes a shell complete commands, options and exercises."""

from __future__ import annotations

from typing import Final

import click

EPILOG: Final = """\b
Examples:
  eval "$(grader completion bash)"                        in ~/.bashrc
  eval "$(grader completion zsh)"                         in ~/.zshrc
  grader completion fish > ~/.config/fish/completions/grader.fish
"""


@click.command(epilog=EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print shell completion for bash, zsh or fish."""
    from click.shell_completion import get_completion_class

    from grader.cli.run import command as root

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(found(root, {}, "grader", "_GRADER_COMPLETE").source())
