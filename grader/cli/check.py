"""`grader check`: one submission, with everything that a student needs to mend it."""

from __future__ import annotations

import importlib
import itertools
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from grader.cli.options import EXERCISE, REPORTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.cli.output import Output
    from grader.core.progress import Progress
    from grader.core.result import CheckResult, Result
    from grader.exercise.engines import AnyMode
    from grader.exercise.model import Exercise

EPILOG: Final = """\b
Examples:
  grader check serve-on-3000                     the work in this folder
  grader check serve-on-3000 answer.zip          a zip or tar works too
  grader check publish-port-3000 commands.sh     docker commands, in a file by themselves
  grader check serve-on-3000 . --only answers    one check, with what it needs
  grader check serve-on-3000 . --watch           again after every change
  grader check serve-on-3000 . --report json:result.json --report junit:result.xml
"""


@click.command(epilog=EPILOG)
@click.argument("exercise", type=EXERCISE)
@click.argument("submission", type=click.Path(path_type=Path), default=Path())
@click.option(
    "--engine",
    type=click.Choice(["auto", "host", "isolated", "none"]),
    default="auto",
    help="Where it runs: host is your own Docker engine, isolated a disposable one that reaches nothing. auto is host "
    "for your own Dockerfile, isolated for docker commands. none needs no engine, and leaves out what does.  "
    "[default: auto]",
)
@REPORTS
@click.option(
    "--only", multiple=True, metavar="ID", help="Run this check only, with what it needs. Repeat for several."
)
@click.option("--watch", is_flag=True, help="Check again whenever a file changes, until Ctrl-C.")
@click.option(
    "--keep",
    is_flag=True,
    help="Leave image and containers for looking at; `grader clean` removes them. Not on a disposable engine.",
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Repeat an attempt: the seed that its result names.")
@click.option("--staff", is_flag=True, help="Show hidden checks and their details too: for authors and instructors.")
@click.option("--exit-zero-if-graded", is_flag=True, help="Exit with 0 also when checks failed.")
def command(
    exercise: str,
    submission: Path,
    *,
    engine: AnyMode,
    reports: tuple[str, ...],
    only: tuple[str, ...],
    seed: int | None,
    watch: bool,
    keep: bool,
    staff: bool,
    exit_zero_if_graded: bool,
) -> int:
    """Check one submission: a folder, a zip, a tar or a single file (default: this folder)."""
    from grader.cli.exits import exit_code
    from grader.cli.output import Output
    from grader.cli.run import show
    from grader.core.errors import GraderError

    outputs = Output.parse_all(reports)
    begun = False
    while True:
        seen = _state(submission)
        try:
            loaded = _load(exercise, seed)
            result = _grade(loaded, submission, engine, _wanted(loaded, only), keep=keep)
        except GraderError as error:
            if not begun:
                raise
            show(error)  # an editor may have taken the file away to bring a new one
        else:
            _report(result, outputs, staff=staff)
            if not watch:
                return exit_code(result, zero_if_graded=exit_zero_if_graded)
        begun = True
        _wait_for_change(submission, seen)


def _load(name: str, seed: int | None) -> Exercise:
    import secrets

    from grader.exercise.find import find
    from grader.exercise.load import load

    return load(find(name), secrets.randbits(32) if seed is None else seed)


def _wanted(loaded: Exercise, only: Sequence[str]) -> tuple[str, ...]:
    """Give the ids of the checks to run: those that are named, and of tests what they need, too."""
    from grader.core.errors import UsageError
    from grader.core.result import Visibility

    checks = {check.id: check for check in loaded.file.checks}
    begun = tuple(f"{check.id}-" for check in checks.values() if check.several)
    if any(one not in checks and one.startswith(begun) for one in only):
        from grader.exercise.parts import parts

        checks |= {part.id: part for made in parts(loaded).values() for part in made}
    unknown = [one for one in only if one not in checks]
    if unknown:
        # The ids of the others would tell what is looked at.
        shown = [check.id for check in checks.values() if check.visibility is Visibility.VISIBLE]
        raise UsageError(f"there is no check '{unknown[0]}' in {loaded.id}", hint=f"There are: {', '.join(shown)}.")
    wanted = dict.fromkeys(only)
    more = list(only)
    while more:
        needed = [one for one in checks[more.pop()].needs if one not in wanted]
        wanted |= dict.fromkeys(needed)
        more += needed
    return tuple(wanted)


def _grade(exercise: Exercise, submission: Path, engine: AnyMode, only: Sequence[str], *, keep: bool) -> Result:
    from grader.cli.progress import watching
    from grader.cli.run import keep_tracebacks
    from grader.core.errors import UsageError
    from grader.exercise.engines import opener, runs_isolated
    from grader.grading import Options, grade

    if keep and engine == "none":
        raise UsageError("--keep has nothing to keep: without an engine, nothing is made")
    if keep and runs_isolated(exercise, engine):
        raise UsageError(
            "--keep has nothing to keep: a disposable engine is gone after the attempt",
            hint="Leave the option out. `--report json` has what every command printed.",
        )
    keep_tracebacks()
    with watching(sys.stderr, quiet=not sys.stderr.isatty()) as progress:
        connect = opener(exercise, engine, progress)
        return grade(exercise, submission, connect, _Loading(progress), Options(only=only, keep=keep))


class _Loading:
    """Loads what formats text, which takes a while, once the first check is done: then the engine is at work."""

    def __init__(self, inner: Progress) -> None:
        self._inner = inner
        self._begun = False

    def phase(self, name: str) -> None:
        self._inner.phase(name)

    def checked(self, result: CheckResult) -> None:
        self._inner.checked(result)
        if not self._begun:
            self._begun = True
            threading.Thread(target=importlib.import_module, args=("grader.reports._screen",), daemon=True).start()


def _report(result: Result, outputs: Sequence[Output], *, staff: bool) -> None:
    from grader.cli.output import Output
    from grader.cli.run import show, unheard
    from grader.core.errors import SandboxError
    from grader.core.redact import for_student
    from grader.core.report import Edition
    from grader.core.result import Status

    shown = result if staff else for_student(result)
    edition = Edition.STAFF if staff else Edition.STUDENT
    nothing = result.status is Status.UNGRADED and not result.checks
    usual = not nothing and all(output.path is not None for output in outputs)
    failed: list[SandboxError] = []
    for output in [*outputs, *([Output.parse("terminal")] if usual else [])]:
        try:
            output.tell(output.write([shown], edition))
        except SandboxError as error:
            failed.append(error)  # the others, and the usual text, still say what was found
        except BrokenPipeError:
            unheard()  # the verdict stands, whoever reads it
    if nothing:
        show(SandboxError(result.message or "not graded", hint=result.hint))
    if failed and result.status is Status.REJECTED:
        show(failed[0])  # a person must look, whatever is told where: 3 would ask to try it again
    elif failed:
        raise failed[0]


def _state(source: Path) -> dict[str, tuple[int, int]]:
    """Remember times and sizes below a submission, up to a number of files."""
    found: dict[str, tuple[int, int]] = {}
    for path in itertools.islice(_below(source), 10_000):
        try:
            status = path.lstat()
        except OSError:
            continue
        found[str(path)] = (status.st_mtime_ns, status.st_size)
    return found


def _below(source: Path) -> Iterator[Path]:
    yield source
    # Not rglob(), which stumbles over folders that vanish meanwhile.
    for folder, folders, files in os.walk(source):
        folders[:] = sorted(name for name in folders if name != ".git")
        yield from (Path(folder) / name for name in (*folders, *files))


def _wait_for_change(source: Path, seen: dict[str, tuple[int, int]]) -> None:
    import time

    click.echo("Waiting for a change (Ctrl-C ends) …", err=True)
    while _state(source) == seen:
        time.sleep(0.5)
    time.sleep(0.2)  # an editor may write a file in several steps
