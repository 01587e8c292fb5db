from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from grader.cli.options import EXERCISE, STORE


def test_completes_ids() -> None:
    context, parameter = click.Context(click.Command("x")), click.Argument(["exercise"])
    assert [item.value for item in EXERCISE.shell_complete(context, parameter, "run")] == [
        "run-a-container",
        "run-vs-cmd",
    ]
    assert EXERCISE.shell_complete(context, parameter, "zzz") == []


@click.command()
@STORE
def shows(store: str | None) -> None:
    click.echo(repr(store))


@pytest.mark.parametrize(
    ("given", "variable", "told"),
    [([], None, "None"), (["--store", "a.db"], "b.db", "'a.db'"), ([], "b.db", "'b.db'"), ([], "", "None")],
)
def test_store(given: list[str], variable: str | None, told: str) -> None:
    assert CliRunner().invoke(shows, given, env={"GRADER_STORE": variable}).output == f"{told}\n"


def test_help_names_the_variable() -> None:
    assert "GRADER_STORE" in CliRunner().invoke(shows, ["--help"]).output
