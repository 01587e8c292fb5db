"""The command line: one file per command, imported only when it is used."""

from __future__ import annotations


def main() -> None:
    """Run the `grader` command."""
    from grader.cli.run import run

    run()
