from __future__ import annotations

import click
import pytest

from grader.cli.lazy import LazyGroup


def test_lists_what_it_knows_without_importing_it() -> None:
    group = LazyGroup("x", package="no.such.package", lazy={"b": "Does b.", "a": "Does a."})
    context = click.Context(group, info_name="x")
    assert group.list_commands(context) == ["b", "a"]
    assert group.get_help(context).index("Does b.") < group.get_help(context).index("Does a.")


def test_a_module_without_a_command() -> None:
    group = LazyGroup("x", package="grader.core", lazy={"errors": "Is none."})
    with pytest.raises((TypeError, AttributeError)):
        group.get_command(click.Context(group), "errors")


def test_ordinary_commands_work_too() -> None:
    group = LazyGroup("x", package="grader.cli", lazy={})
    group.add_command(click.Command("own"))
    assert group.list_commands(click.Context(group)) == ["own"]
    assert group.get_command(click.Context(group), "own") is not None
