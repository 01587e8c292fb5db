"""A batch that is killed again and again, and started again each time: its store must be an uninterrupted run's.

    .venv/bin/python -m tests.bench.killed_batch [--count N] [--kills N] [--what WHAT] [--jobs N] [--engine MODE]

Kills the batch with SIGKILL at random instants until it has been killed often enough; then lets it come to its end.
`--what main` kills its main process, `group` its whole process group, `all` every process that it has started, at once,
so that nothing of it can clean up. Compares the stores but for times, looks for what is left on the engine and on this
machine, and ends with 1 if anything differs or is left. Nobody else may use the engine meanwhile.
"""

from __future__ import annotations

import argparse
import collections
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from tests.support.classes import EXERCISES, SEED, copy_exercise, make_class
from tests.support.dumps import compared, dump
from tests.support.left import MARK, Machine, files_below, processes_left
from tests.support.verdicts import batch, own_state
from tests.support.victims import WHAT, Victim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.victims import What

COUNT = 60
KILLS = 20
_AFTER = 0.3
"""Seconds after the start at which a batch may be killed first."""


class Run(NamedTuple):
    """One batch, until it has come to its end."""

    store: Path
    seconds: float
    starts: int
    at: tuple[float, ...]
    """Seconds after each start at which it was killed."""
    code: int


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exercise", choices=EXERCISES, default=EXERCISES[0])
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--what", choices=WHAT, default="main", help="what is killed")
    parser.add_argument("--jobs", default="4")
    parser.add_argument("--engine", choices=("isolated", "host"), default="isolated")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--work", type=Path, help="where to keep everything, for looking at")
    return parser.parse_args()


def whole(command: Sequence[str], store: Path, environment: dict[str, str]) -> Run:
    """Run a batch that nobody disturbs."""
    started = time.monotonic()
    with Victim(command, environment, store.with_suffix(".log")) as victim:
        code = victim.end()
    return Run(store, time.monotonic() - started, 1, (), code)


def killed(  # noqa: PLR0917 - with what it is done, and how
    command: Sequence[str],
    store: Path,
    environment: dict[str, str],
    every: float,
    kills: int,
    random: Random,
    what: What,
) -> Run:
    """Run a batch, and kill it at random instants; `every` is how many seconds lie between two of them, roughly."""
    started = time.monotonic()
    at: list[float] = []
    code = 0
    starts = 0
    log = store.with_suffix(".log")
    while True:
        starts += 1
        with Victim(command, environment, log) as victim:
            # Some at the very beginning, where it reads, takes in and cleans up; most while it grades.
            wait = random.uniform(_AFTER, 2.0) if random.random() < 0.2 else random.uniform(_AFTER, 2 * every)
            if len(at) < kills and victim.still_there(wait):
                victim.kill(what)
                at.append(round(wait, 2))
                print(f"killed after {wait:5.2f} s ({len(at)} of {kills})", flush=True)
                continue
            code = victim.end()
        break
    return Run(store, time.monotonic() - started, starts, tuple(at), code)


def main() -> int:
    chosen = options()
    mark = f"killed-batch-{os.getpid()}"
    work = chosen.work.resolve() if chosen.work else Path(tempfile.mkdtemp(prefix="grader-bench-"))
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    environment = {**own_state(work), MARK: mark}
    exercise = copy_exercise(work / "exercises", chosen.exercise)
    make_class(work / "class", chosen.exercise, chosen.count, chosen.seed, isolated=chosen.engine == "isolated")
    before = Machine.now()
    first, second = work / "whole.db", work / "killed.db"
    how = ("--jobs", chosen.jobs, "--engine", chosen.engine)
    one = whole(batch(exercise, work / "class", first, *how), first, environment)
    print(f"uninterrupted: {one.seconds:.1f} s, ended with {one.code}", flush=True)
    random = Random(chosen.seed)  # noqa: S311 - the same instants at each run
    every = max(2.0, one.seconds / (chosen.kills + 1))
    command = batch(exercise, work / "class", second, *how)
    other = killed(command, second, environment, every, chosen.kills, random, chosen.what)
    print(f"killed {len(other.at)} times: {other.seconds:.1f} s in all, ended with {other.code}", flush=True)
    whole_one = dump(first)
    print(*collections.Counter(said.kind for said in whole_one.verdicts.values()).items(), flush=True)
    found = compared(whole_one, dump(second))
    found += [] if one.code == other.code else [f"it ended with {other.code}, not {one.code}"]
    found += [] if len(other.at) == chosen.kills else [f"it ended before it was killed {chosen.kills} times"]
    left = [*processes_left(mark), *before.left(), *files_below(environment)]
    print(*found, f"{len(found)} differences", *left, f"{len(left)} orphans", sep="\n")
    if not chosen.work:
        shutil.rmtree(work, ignore_errors=True)
    return len(found) + len(left) > 0


if __name__ == "__main__":
    sys.exit(main())
