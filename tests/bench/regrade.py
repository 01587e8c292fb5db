"""A class that was graded before: regraded without Docker, and read, from a store with ten versions of its results.

    .venv/bin/python -m tests.bench.regrade [--count N] [--versions N] [--runs N]

Fills a store through a batch whose attempts cost nothing: results as large as real ones, for each version of the
exercise. Then runs the same batch again, and commands that read the store, each in a process of its own. Prints seconds
and the most memory that each has had; ends with 1 where a limit is passed.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from unittest import mock

from grader.batch.backend import Ended
from grader.core.result import (
    Diagnosis,
    Evidence,
    ExerciseRef,
    ImageRef,
    Outcome,
    Result,
    SubmissionRef,
)
from grader.exercise.load import FILE, load
from grader.sandbox import images
from grader.sandbox.engine import connect
from grader.store import open_store
from tests.support.classes import EXERCISES, copy_exercise
from tests.support.classes.dockerfiles import SHEET
from tests.support.commands import PROGRAM, grader
from tests.support.factories import WHEN, make_check_result, make_result
from tests.support.verdicts import batch, own_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.batch.backend import Job, Running
    from grader.exercise.model import Exercise

SECONDS: Final = 3.0
"""For the batch, when nothing has changed."""
MIB: Final = 200
"""For any command, at the size of the store that this script makes."""
_LOG: Final = 4000
"""Characters of the evidence of a check that failed."""


class Used(NamedTuple):
    """What one process has used."""

    seconds: float
    mib: float
    code: int


@dataclass
class Costless:
    """A `Backend` that makes up what attempts find."""

    slots: int
    temporary: Path

    def __post_init__(self) -> None:
        self._ended: deque[Ended] = deque()
        self._bases: tuple[ImageRef, ...] | None = None

    def start(self, job: Job) -> None:
        exercise = load(job.exercise, 1)
        if self._bases is None:
            host = connect()
            self._bases = images.ensure(host, exercise.file.images, lambda _: None)
            host.close()
        self._ended.append(Ended(job.handin, made_up(job, exercise, self._bases).model_dump_json().encode()))

    def wait(self, seconds: float) -> Sequence[Ended]:
        found = [*self._ended]
        self._ended.clear()
        if not found:
            time.sleep(seconds)
        return found

    def running(self) -> Sequence[Running]:
        return ()

    def bugs(self) -> Sequence[str]:
        return ()

    def interrupt(self) -> None:
        """Do nothing: nothing runs."""

    def close(self, *, at_once: bool = False) -> None:
        """Do nothing: nothing is there."""


def made_up(job: Job, exercise: Exercise, bases: tuple[ImageRef, ...]) -> Result:
    """Give a result as large as a real one: some checks failed, with what was seen and why."""
    chance = random.Random(f"{exercise.digest} {job.student}")  # noqa: S311 - the same at each run
    checks = []
    for check in exercise.file.checks:
        failed = chance.random() < 0.3
        log = "".join(chance.choices("abcdefghij klmnop\n", k=_LOG)) if failed else ""
        why = Diagnosis(cause="wrong_port", summary="It listens on 8000.", explanation=log[:300], fix=log[300:500])
        checks.append(
            make_check_result(
                id=check.id,
                title=check.label,
                kind=check.kind,
                points=Decimal(0) if failed else check.points,
                max_points=check.points,
                outcome=Outcome.FAILED if failed else Outcome.PASSED,
                message="nothing in the container listens on port 3000" if failed else None,
                diagnosis=why if failed else None,
                evidence=(Evidence(kind="log", title="The log", text=log),) if failed else (),
            )
        )
    return make_result(
        attempt=f"{chance.getrandbits(128):032x}",
        exercise=ExerciseRef(id=exercise.id, title=exercise.file.title, digest=exercise.digest),
        submission=SubmissionRef(
            id=job.student, kind="dockerfile", digest=f"sha256:{'5' * 64}", received_at=job.received_at or WHEN
        ),
        checks=tuple(checks),
        images=bases,
    )


def write_class(place: Path, count: int) -> None:
    """Write folders of a Dockerfile with an app, no two the same."""
    for number in range(count):
        folder = place / f"student-{number:04}"
        (folder / "app").mkdir(parents=True)
        (folder / "Dockerfile").write_text(f"{SHEET.text({})}# {number}\n", encoding="utf-8")
        (folder / "app" / "server.py").write_text(f"print({number})\n" * 100, encoding="utf-8")


def fill(exercise: Path, source: Path, store: Path, versions: int) -> None:
    """Grade the class once for each version of the exercise, the present one last."""
    text = (exercise / FILE).read_text(encoding="utf-8")
    with mock.patch("grader.backends.local.Local", Costless):
        for version in reversed(range(versions)):
            earlier = f"# version {version}\n" if version else ""
            (exercise / FILE).write_text(text + earlier, encoding="utf-8")
            ran = grader(*batch(exercise, source, store, "--jobs", "4")[3:])
            if ran.code not in {0, 1}:
                raise SystemExit(f"the batch ended with {ran.code}:\n{ran.out[-2000:]}{ran.err[-2000:]}")


def use(command: Sequence[str]) -> Used:
    """Run a command, and say what it used."""
    most = 0
    started = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        # Not what the kernel says at the end: that begins with what this process has.
        while process.poll() is None:
            most = max(most, _memory(process.pid))
            time.sleep(0.005)
        seconds = time.perf_counter() - started
        if process.returncode not in {0, 1}:
            said.seek(0)
            print(said.read().decode("utf-8", "replace")[-2000:])
    return Used(seconds, most / 1024, process.returncode)


def _memory(process: int) -> int:
    """Give the most memory that a process has had so far, in KiB."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


def reading(store: Path, work: Path) -> dict[str, list[str]]:
    """Give the commands that read the store."""
    results = [sys.executable, "-P", str(PROGRAM), "results"]
    with open_store(str(store), must_exist=True) as one:
        newest = one.gradings()[0].id
        [attempt] = [found for _, found, _ in one.items(newest)][:1]
    at = ["--store", str(store)]
    commands = {"list": [*results, "list", *at], "show": [*results, "show", str(attempt), *at]}
    for kind in ("csv", "json"):
        commands[f"export {kind}"] = [*results, "export", f"{kind}:{work / f'x.{kind}'}", *at]
    return commands


def show(what: str, found: Sequence[Used], most: float | None = None) -> bool:
    """Print what some runs of a command have used; says whether it is within the limits."""
    seconds, mib = statistics.median(one.seconds for one in found), max(one.mib for one in found)
    good = mib <= MIB and (most is None or seconds <= most) and all(one.code in {0, 1} for one in found)
    codes = sorted({one.code for one in found})
    limit = "" if most is None else f" (at most {most:g})"
    print(f"{what:16} {seconds:6.2f} s{limit}   {mib:6.1f} MiB (at most {MIB})   {'ok' if good else f'NO {codes}'}")
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--versions", type=int, default=10)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="grader-bench-"))
    try:
        os.environ.update(own_state(work))
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        exercise = copy_exercise(work / "exercises", EXERCISES[0])
        write_class(work / "class", chosen.count)
        store = work / "grader.db"
        started = time.perf_counter()
        fill(exercise, work / "class", store, chosen.versions)
        with open_store(str(store)) as one:
            attempts = sum(1 for _ in one.attempts())
        size = store.stat().st_size / 1024**2
        took = time.perf_counter() - started
        print(f"{attempts} attempts of {chosen.count} submissions, {size:.0f} MiB, filled in {took:.0f} s", flush=True)
        use(batch(exercise, work / "class", store))  # all caches are warm now
        again = [use(batch(exercise, work / "class", store)) for _ in range(chosen.runs)]
        good = [attempts == chosen.count * chosen.versions, show("batch", again, SECONDS)]
        good += [show(what, [use(command)]) for what, command in reading(store, work).items()]
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return not all(good)


if __name__ == "__main__":
    sys.exit(main())
