from __future__ import annotations

import click

from grader.cli.options import EXERCISE


def test_completes_ids() -> None:
    context, parameter = click.Context(click.Command("x")), click.Argument(["exercise"])
    assert [item.value for item in EXERCISE.shell_complete(context, parameter, "run")] == [
        "run-a-container",
        "run-vs-cmd",
    ]
    assert EXERCISE.shell_complete(context, parameter, "zzz") == []
