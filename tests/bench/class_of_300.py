"""A generated class: graded as a batch, and one after the other by `grader check` in a loop; every verdict must agree.

    .venv/bin/python -m tests.bench.class_of_300 [--exercise ID] [--count N] [--jobs N] [--engine MODE] [--work FOLDER]

Prints every difference and both throughputs; ends with 1 if there is a difference. With `--work`, what the loop has
found is kept in that folder, and a second run only repeats the batch.

A submission that forks until its memory ends does not fail in the same way twice. Where the two differ, it is graded
alone some more times: what comes of it then, too, is no difference, and is printed with all that came of it.
"""

from __future__ import annotations

import argparse
import collections
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from grader.store import open_store
from tests.support.classes import COUNT, EXERCISES, SEED, copy_exercise, make_class
from tests.support.dumps import verdicts
from tests.support.verdicts import alone, batch, differences, own_state, save, saved

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.support.classes import Member
    from tests.support.verdicts import Verdict

MODES = ("isolated", "host")
_AGAIN = 8
"""How often a submission is graded alone again, at most."""


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exercise", choices=EXERCISES, default=EXERCISES[0])
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--jobs", default="4")
    parser.add_argument("--engine", choices=MODES, default="isolated")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--work", type=Path, help="where to keep everything, for another run")
    parser.add_argument("--loop-only", action="store_true", help="without the batch")
    return parser.parse_args()


@contextmanager
def work_in(kept: Path | None) -> Iterator[Path]:
    """Give a folder."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="grader-bench-", ignore_cleanup_errors=True) as made:
        yield Path(made)


def in_a_loop(exercise: Path, members: Sequence[Member], mode: str, work: Path) -> dict[str, tuple[Verdict, float]]:
    """Grade one after the other, a process each; what was found in an earlier run is not looked at again."""
    kept = work / f"alone-{mode}.json"
    found = saved(kept)
    for number, one in enumerate(members, 1):
        if one.path.name in found:
            continue
        found[one.path.name] = said, seconds = alone(exercise, one.path, mode, work / "report.json")
        save(kept, found)
        odd = "" if as_expected(one, said) else f"   EXPECTED {one.expected}"
        print(f"{number:4} {one.kind:10} {one.name[:50]!a:52} {said.kind:9} {seconds:6.1f} s{odd}", flush=True)
    return {one.path.name: found[one.path.name] for one in members}


def as_expected(member: Member, said: Verdict) -> bool:
    """Whether that came of a submission which must."""
    if member.expected == "graded":
        return said.kind in {"full", "less", "unusable"}
    return said.kind == member.expected


def as_batch(exercise: Path, source: Path, mode: str, jobs: str, store: Path) -> float:
    """Grade all of them in a batch, into a new store; gives its seconds."""
    for path in store.parent.glob(f"{store.name}*"):
        path.unlink()
    started = time.perf_counter()
    command = batch(exercise, source, store, "--jobs", jobs, "--engine", mode)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
    took = time.perf_counter() - started
    print(f"{' '.join(command)}\nended with {done.returncode}")
    return took


def stored(store: Path) -> dict[str, Verdict]:
    """Read every hand-in's verdict, by the name of what was handed in."""
    with open_store(str(store), must_exist=True) as one:
        [grading] = one.gradings()
        return dict(verdicts(one, grading.id))


def varies(exercise: Path, submission: Path, mode: str, other: Verdict, report: Path) -> bool:
    """Whether a submission comes to what the batch has found when it is graded alone again: then nobody else did it."""
    for _ in range(_AGAIN):
        said, _ = alone(exercise, submission, mode, report)
        print(f"again alone: {submission.name!a}: {', '.join(said.checks)}", flush=True)
        if said == other:
            return True
    return False


def throughput(what: str, count: int, seconds: float) -> None:
    """Print it."""
    print(f"{what:12} {count} in {seconds:7.1f} s: {60 * count / seconds:5.1f} a minute, {seconds / count:5.2f} s each")


def main() -> int:
    chosen = options()
    with work_in(chosen.work) as work:
        os.environ.update(own_state(work))
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        for name in ("class", "exercises"):
            shutil.rmtree(work / name, ignore_errors=True)
        exercise = copy_exercise(work / "exercises", chosen.exercise)
        isolated = chosen.engine == "isolated"
        members = make_class(work / "class", chosen.exercise, chosen.count, chosen.seed, isolated=isolated)
        print(*collections.Counter(one.kind for one in members).items(), flush=True)
        found = in_a_loop(exercise, members, chosen.engine, work)
        times = [seconds for _, seconds in found.values()]
        throughput("in a loop", len(times), sum(times))
        print(f"{'':12} median {statistics.median(times):.2f} s, longest {max(times):.1f} s")
        print(*collections.Counter(said.kind for said, _ in found.values()).items())
        odd = [one for one in members if not as_expected(one, found[one.path.name][0])]
        for one in odd:
            print(f"NOT AS EXPECTED: {one.name!a}: {found[one.path.name][0].kind}, not {one.expected}")
        if chosen.loop_only:
            return len(odd) > 0
        seconds = as_batch(exercise, work / "class", chosen.engine, chosen.jobs, work / "grader.db")
        throughput("as a batch", len(members), seconds)
        print(f"{'ratio':12} {sum(times) / seconds:.2f}")
        expected, batched = {name: said for name, (said, _) in found.items()}, stored(work / "grader.db")
        for one in members:
            name = one.path.name
            if name in batched and batched[name] != expected[name]:
                print(*differences({name: expected[name]}, {name: batched[name]}), sep="\n")
                if varies(exercise, one.path, chosen.engine, batched[name], work / "report.json"):
                    expected[name] = batched[name]
        other = list(differences(expected, batched))
        print(*other, f"{len(other)} differences", sep="\n")
        return len(other) + len(odd) > 0


if __name__ == "__main__":
    sys.exit(main())
