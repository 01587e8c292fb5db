"""A report of a large class: what each part of it takes.

    .venv/bin/python -m tests.bench.report_of_2000 [STUDENTS] [--work FOLDER]

Of each student there is one hand-in, drawn from the generated class of Dockerfiles, with a snapshot, and a result with
a build's log, a diagnosis and the Dockerfile itself. With `--work` the store and the report stay in that folder, to be
looked at and used again. Memory is what a part adds to the process's own at that moment.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import subprocess
import tarfile
import tempfile
import time
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from grader.batch.intake import taken
from grader.core import kinds
from grader.core.handin import HandIn
from grader.core.report import PACKAGE
from grader.core.result import Evidence, Outcome, Source
from grader.exercise.load import load
from grader.exercise.record import row
from grader.gradebook import cohort as cohorts
from grader.gradebook.analytics import analyse
from grader.gradebook.book import build
from grader.gradebook.similarity import author_of, compare
from grader.store import open_store
from grader.submissions.intake import Caps
from tests.bench.store import lines, measured
from tests.support.classes import make_class
from tests.support.commands import PROGRAM
from tests.support.populated import DUE, ENGINE, attempt, make_graded, make_people

if TYPE_CHECKING:
    from grader.batch.intake import Taken
    from grader.core.result import Result
    from grader.exercise.model import Exercise
    from grader.store import Store

EXERCISE: Final = "serve-on-3000"
FOLDER: Final = Path(__file__).parents[2] / "exercises" / EXERCISE


def fill(store: Store, students: int, place: Path) -> None:
    """Hand in, and write results as if all had been graded."""
    random = Random(1)  # noqa: S311 - the same at each run
    exercise = load(FOLDER)
    people = make_people(students)
    store.add_people(people)
    store.add_exercise(row(exercise))
    grading = store.begin("batch", "all", {"engine": ENGINE})[0].id
    ids = [check.id for check in exercise.file.checks]
    attempts: dict[str, str] = {}
    for person, member in zip(people, make_class(place / "class", EXERCISE, students, isolated=False), strict=False):
        work = taken(member.path, Caps(), place, attempts.__contains__)
        when = DUE + timedelta(hours=random.gauss(-12, 12))
        given = HandIn(
            exercise=EXERCISE, student=person.id, path=member.path, label=member.path.name, received_at=when,
            received_by="source",
        )  # fmt: skip
        [handin] = store.add_handins(grading, [(given, work.digest)])
        if work.digest in attempts:  # the same work is graded once
            store.settle(grading, [(handin, attempts[work.digest])], "stored")
            continue
        if work.snapshot is not None:
            store.add_snapshot(work.digest, work.snapshot, work.files, work.bytes)
        case = random.choice(["passed", "passed", *ids]) if work.whole else "rejected"
        result = graded(exercise, person.id, work, case)
        attempts[work.digest] = attempt(store, grading, handin, result)
    store.finish(grading)


def graded(exercise: Exercise, student: str, work: Taken, case: str) -> Result:
    """Give a result about as long as a real one."""
    own = hashlib.sha256(student.encode()).hexdigest()[:32]
    found = make_graded(exercise, student, work.digest, case, attempt=own)
    log = Evidence(kind="build", title="The build", text=lines(int(student[1:])))
    checks = tuple(
        check.model_copy(update={"evidence": (log,)}) if check.outcome is Outcome.FAILED else check
        for check in found.checks
    )
    source = Source(path="Dockerfile", language="dockerfile", text=dockerfile(work.snapshot))
    return found.model_copy(update={"checks": checks, "sources": (source,)})


def dockerfile(snapshot: bytes | None) -> str:
    """Give the beginning of the Dockerfile of some work."""
    if snapshot is None:
        return ""
    with tarfile.open(fileobj=io.BytesIO(snapshot)) as archive:
        for member in archive:
            if member.name.endswith("Dockerfile") and (file := archive.extractfile(member)) is not None:
                return file.read(20_000).decode("utf-8", "replace")
    return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("students", type=int, nargs="?", default=2_000)
    parser.add_argument("--work", type=Path)
    options = parser.parse_args()
    with nullcontext(options.work) if options.work else tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.mkdir(exist_ok=True)
        url = str(place / "grader.db")
        if not Path(url).exists():
            with open_store(url) as store, measured(f"make a class of {options.students}"):
                fill(store, options.students, place)
        print(f"{'':42} {Path(url).stat().st_size / 2**20:7.1f} MiB of file")
        parts(url)
        commands(url, place)


def parts(url: str) -> None:
    """Measure what a report is made from."""
    with open_store(url) as store:
        with measured("the book"):
            book = build(store, [EXERCISE])
        with measured("the analysis"):
            analyse(store, EXERCISE)
        with measured("the results, one at a time"):
            print(f"{sum(1 for _ in cohorts.results(store, book)):42} results")
        with measured("the comparison"):
            found = compare(store, EXERCISE, author_of(FOLDER))
        print(f"{len(found.pairs):42} pairs")
        with measured("all of the class at once"):
            cohorts.cohort(store, [EXERCISE])


def commands(url: str, place: Path) -> None:
    """Measure the command, from its start to its end."""
    known = kinds.names(PACKAGE)
    outputs = [f"json:{place}/results.json", f"junit:{place}/results.xml"]
    outputs += [f"html:{place}/html/", f"html:{place}/class.html"] if "html" in known else []
    for output in outputs:
        for more in ([], ["--no-similar"]) if output.startswith("html") else ([],):
            started = time.perf_counter()
            subprocess.run([PROGRAM, "report", url, "--to", output, *more], check=True, stderr=subprocess.DEVNULL)
            what = " ".join([output.replace(f"{place}/", ""), *more])
            print(f"{f'grader report --to {what}':42} {time.perf_counter() - started:7.2f} s")


if __name__ == "__main__":
    main()
