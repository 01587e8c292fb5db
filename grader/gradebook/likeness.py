"""Who is alike in a class, for its report: worked out in a process of its own while the rest of the report is."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from grader.core.cohort import Alike
from grader.core.errors import UsageError
from grader.core.model import Model
from grader.core.text import one_line
from grader.exercise.find import find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from grader.gradebook.similarity import Comparison
    from grader.store import Store

MOST_PAIRS: Final = 50
"""Pairs of an exercise that are told: a person looks at the strongest, and each is two submissions to read."""
_MOST_ROWS: Final = 60
_PATIENCE: Final = 300.0
"""Seconds for all comparisons; the most that is compared takes far less."""
_FEW: Final = 200
"""Hand-ins that are compared sooner than another process has started."""


class Likeness(Model):
    """What comparing the submissions of a class has found."""

    pairs: tuple[Alike, ...] = ()
    notes: tuple[str, ...] = ()
    """What a person should know of it."""


class Wanted(Model):
    """What is to be compared."""

    url: str
    """Of the store, with the password."""
    exercises: tuple[str, ...]


def compared(store: Store, exercises: Sequence[str]) -> Likeness:
    """Compare what was handed in, as `grader results similar` does."""
    pairs: list[Alike] = []
    notes: list[str] = []
    for exercise in exercises:
        found, said = _compared(store, exercise)
        pairs += found
        notes += said
    return Likeness(pairs=tuple(pairs), notes=tuple(notes))


@contextlib.contextmanager
def comparing(store: Store, exercises: Sequence[str]) -> Iterator[Callable[[], Likeness]]:
    """Begin to compare, and give what waits for the outcome; nothing of it goes on afterwards.

    Small classes, and those where there is one processor, are compared here, once somebody waits.
    """
    if (os.cpu_count() or 1) == 1 or sum(len(store.handins(one)) for one in exercises) < _FEW:
        yield lambda: compared(store, exercises)
        return
    # A session of its own: Ctrl-C is the parent's to answer.
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with process:
        try:
            _ask(process, Wanted(url=store.url, exercises=tuple(exercises)))
            # Whatever went wrong there is told here, where it goes wrong again.
            yield lambda: _outcome(process) or compared(store, exercises)
        finally:
            process.kill()


def _ask(process: subprocess.Popen[bytes], wanted: Wanted) -> None:
    """Say what to compare, where no other user sees the password."""
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    with contextlib.suppress(OSError), process.stdin as stream:
        stream.write(wanted.model_dump_json().encode())
    process.stdin = None  # communicate() would flush it


def _outcome(process: subprocess.Popen[bytes]) -> Likeness | None:
    try:
        said, _ = process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        return None
    return Likeness.model_validate_json(said) if process.returncode == 0 and said else None


def _compared(store: Store, exercise: str) -> tuple[list[Alike], list[str]]:
    # Only here: what compares texts takes a while to load.
    from grader.gradebook._sides import shortened, side_by_side
    from grader.gradebook.similarity import author_of, compare, strongest

    try:
        folder = find(exercise)
    except UsageError:
        folder = None
    found = compare(store, exercise, author_of(folder))
    pairs = strongest(found.pairs)
    few = [
        Alike(exercise=exercise, pair=pair, rows=tuple(shortened(side_by_side(store, pair, found), _MOST_ROWS)))
        for pair in pairs[:MOST_PAIRS]
    ]
    return few, list(_about(found, len(pairs), known=folder is not None))


def _about(found: Comparison, pairs: int, *, known: bool) -> Iterator[str]:
    name = one_line(found.exercise, 60)
    if not pairs:
        return
    if pairs > MOST_PAIRS:
        most = f"{MOST_PAIRS} of {pairs} pairs of submissions are shown that are alike"
        yield f"{name}: {most}. `grader results similar {name} --limit {pairs}` shows all."
    if not known:
        yield f"{name}: the exercise's folder isn't here, so what its starter gives counts as alike, too."
    if found.small:
        yield f"{name}: the class is too small to say what is rare; right answers are alike by themselves."


def _main() -> None:
    """Compare what standard input says; the outcome goes to standard output."""
    from grader.store import open_store

    wanted = Wanted.model_validate_json(sys.stdin.buffer.read())
    with open_store(wanted.url, must_exist=True) as store:
        sys.stdout.write(compared(store, wanted.exercises).model_dump_json())


if __name__ == "__main__":
    _main()
