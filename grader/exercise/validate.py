"""Prove an exercise: right answers get full marks, the starter less, each wrong answer fails as expect.yaml says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field, ValidationError

from grader.core.errors import SandboxError
from grader.core.model import Model
from grader.core.result import Outcome, Status
from grader.core.yaml import YamlError, read
from grader.exercise.find import solutions
from grader.exercise.parts import parts
from grader.exercise.problems import Problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from grader.core.check import Check
    from grader.core.result import Result
    from grader.exercise.model import Exercise

    Grade = Callable[[Exercise, Path], Result]


class Expected(Model):
    """What one answer must come to."""

    fails: tuple[str, ...] = ()
    """Ids of the checks that fail, no more and no fewer; others may be skipped."""
    diagnosis: dict[str, str] = Field(default_factory=dict)
    """By check: the cause that is given. A failing check that isn't listed may have any or none."""
    rejected: bool = False
    """The submission breaks a policy: no score."""
    note: str = ""
    """What the mistake is."""


class Expectations(Model):
    """`solutions/ID/expect.yaml`."""

    wrong: dict[str, Expected] = Field(default_factory=dict)
    """By folder in `wrong/`."""
    starter: Expected | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    why: str = ""
    """What is wrong, or is to be known, each on a line of its own."""
    note: bool = False
    """Whether it is good as it is, and could be better."""


def validate(exercise: Exercise, grade: Grade | None) -> Iterator[Finding]:
    """Look at everything that proves an exercise; without `grade` only at files."""
    folder_name = exercise.folder.resolve().name
    if exercise.id != folder_name:
        yield Finding("id", ok=False, why=f"is '{exercise.id}', and must be the folder's name, '{folder_name}'")
    yield _exists(exercise, "task.md")
    yield _exists(exercise, "starter")
    found = parts(exercise)
    yield from (_readable(name, made) for name, made in found.items())
    folder = next(solutions(exercise.folder), None)
    if folder is None:
        place = exercise.folder.resolve().parent.parent / "solutions" / exercise.id
        why = f"there is no folder {place}, which holds the answers that prove the exercise"
        yield Finding("solutions", ok=False, why=why)
        return
    expected, findings = _expectations(exercise, folder, found)
    yield from findings
    if expected is None:
        return
    yield from _unproven(exercise, expected)
    if grade is None:
        return
    if (folder / "reference").is_dir():
        yield _right("reference", grade(exercise, folder / "reference"))
    else:
        yield Finding("reference", ok=False, why=f"there is no folder solutions/{exercise.id}/reference")
    for name in folders(folder / "also-right"):
        yield _right(f"also-right/{name}", grade(exercise, folder / "also-right" / name))
    if (exercise.folder / "starter").is_dir():
        yield _starter(grade(exercise, exercise.folder / "starter"), expected.starter)
    for name, wanted in expected.wrong.items():
        if (folder / "wrong" / name).is_dir():
            yield _compare(f"wrong/{name}", grade(exercise, folder / "wrong" / name), wanted)


def folders(path: Path) -> list[str]:
    """Name the answers that are in a folder of answers; none where there is no such folder."""
    return sorted(one.name for one in path.glob("*") if one.is_dir())


def _exists(exercise: Exercise, name: str) -> Finding:
    there = (exercise.folder / name).exists()
    return Finding(f"{name} is there" if there else name, ok=there, why="" if there else "is missing")


def _readable(name: str, made: Sequence[Check]) -> Finding:
    problems = [one.problem for one in made if one.problem is not None]
    if problems:
        return Finding(f"the tests of '{name}'", ok=False, why="; ".join(problems))
    return Finding(f"the tests of '{name}' can be read: {len(made)}", ok=True)


def _expectations(
    exercise: Exercise, folder: Path, found: Mapping[str, Sequence[Check]]
) -> tuple[Expectations | None, list[Finding]]:
    path = folder / "expect.yaml"
    if not path.exists():
        example = next(iter(folders(folder / "wrong")), "NAME")
        why = (
            f"there is no {path}, which says what every answer in {folder / 'wrong'} fails, such as\n"
            f"wrong: {{{example}: {{fails: [{exercise.file.checks[0].id}]}}}}"
        )
        return Expectations(), [Finding("expect.yaml", ok=False, why=why)]
    try:
        document = read(path.read_text(encoding="utf-8"), str(path))
        problems = Problems(document)
        expected = Expectations.model_validate(document.data or {})
    except OSError as error:
        return None, [Finding("expect.yaml", ok=False, why=str(error.strerror))]
    except YamlError as error:
        return None, [Finding("expect.yaml", ok=False, why=str(error))]
    except ValidationError as error:
        problems.take(error, Expectations)
        return None, [Finding("expect.yaml", ok=False, why=message) for message in problems.sorted()]
    return expected, list(_consistent(exercise, folder, expected, found))


def _consistent(
    exercise: Exercise, folder: Path, expected: Expectations, found: Mapping[str, Sequence[Check]]
) -> Iterator[Finding]:
    there = folders(folder / "wrong")
    for name in sorted({*there} ^ set(expected.wrong)):
        why = "is not in expect.yaml" if name in there else "is in expect.yaml, and there is no such folder"
        yield Finding(f"wrong/{name}", ok=False, why=why)
    known = {check.id for check in exercise.file.checks} | {"submission"}
    known |= {part.id for made in found.values() for part in made}
    # Tests that can't be read now may be there: their ids begin with their check's.
    tests = tuple(f"{name}-" for name, made in found.items() if any(one.problem is not None for one in made))
    for name, wanted in expected.wrong.items():
        unknown = {one for one in (*wanted.fails, *wanted.diagnosis) if one not in known and not one.startswith(tests)}
        if unknown:
            yield Finding(
                f"wrong/{name}", ok=False, why=f"names checks that there aren't: {', '.join(sorted(unknown))}"
            )
        if not wanted.fails and not wanted.rejected:
            yield Finding(f"wrong/{name}", ok=False, why="fails nothing, so it proves nothing")


def _unproven(exercise: Exercise, expected: Expectations) -> Iterator[Finding]:
    """Name the checks that no answer fails: they may as well pass always."""
    answers = [*expected.wrong.values(), *([expected.starter] if expected.starter is not None else [])]
    failed = {one for answer in answers for one in answer.fails}
    never = [
        check.id
        for check in exercise.file.checks
        if check.id not in failed and not (check.several and any(one.startswith(f"{check.id}-") for one in failed))
    ]
    if never:
        yield Finding("no answer fails these checks", ok=True, why=", ".join(never), note=True)


def _graded(result: Result) -> None:
    if result.status is Status.UNGRADED:
        # The proof is neither given nor failed: the machine is at fault.
        raise SandboxError(result.message or "could not be graded", hint=result.hint)


def _failures(result: Result) -> dict[str, str]:
    return {check.id: check.message or "" for check in result.checks if check.outcome is Outcome.FAILED}


def _right(what: str, result: Result) -> Finding:
    _graded(result)
    full = result.passed and result.score is not None and result.score >= (result.max_score or 0)
    others = {
        check.id: check.message or check.outcome for check in result.checks if check.outcome is not Outcome.PASSED
    }
    told = [f"{name}: {_sentence(message)}" for name, message in others.items()]
    why = (
        f" {result.message}"
        if result.message
        else "\n".join(["", *told] if len(told) > 1 else [f" {one}" for one in told])
    )
    return Finding(what, ok=full, why="" if full else f"must get full marks, and fails{why}")


def _sentence(message: str | None) -> str:
    """Bring a message to one line: several checks are listed, each on one."""
    return "; ".join(line.strip() for line in (message or "").splitlines())


def _starter(result: Result, wanted: Expected | None) -> Finding:
    _graded(result)
    if result.passed:
        return Finding("starter", ok=False, why="gets full marks: there is nothing left to do")
    return Finding("starter", ok=True) if wanted is None else _compare("starter", result, wanted)


def _compare(what: str, result: Result, wanted: Expected) -> Finding:
    _graded(result)
    if wanted.rejected or result.status is Status.REJECTED:
        ok = wanted.rejected and result.status is Status.REJECTED
        return Finding(what, ok=ok, why="" if ok else f"status is {result.status}: {result.message or ''}")
    failed = _failures(result)
    problems = [f"'{name}' must fail, and does not" for name in wanted.fails if name not in failed]
    problems += [
        f"'{name}' fails unexpectedly: {_sentence(message)}"
        for name, message in failed.items()
        if name not in wanted.fails
    ]
    unlike = [f"as it is, that would be fails: [{', '.join(failed)}]"] if problems and failed else []
    problems += [
        f"'{one.id}' is an error: {_sentence(one.message)}" for one in result.checks if one.outcome is Outcome.ERROR
    ]
    given = {check.id: check.diagnosis.cause for check in result.checks if check.diagnosis is not None}
    for name, cause in wanted.diagnosis.items():
        if given.get(name) != cause:
            problems.append(f"'{name}' must be explained by {cause}, not by {given.get(name, 'nothing')}")
    return Finding(what, ok=not problems, why="\n".join([*problems, *unlike]))
