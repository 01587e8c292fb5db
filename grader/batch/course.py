"""`grader/course/v1`: what course.yaml may say: which exercises there are, and where in a hand-in each of them is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path  # noqa: TC003 - the dataclass decorator reads it
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from grader.batch import _numbers
from grader.batch.planned import Terms
from grader.core.check import Identifier
from grader.core.errors import ExerciseError
from grader.core.globs import Glob
from grader.core.late import LatePolicy
from grader.core.model import Model
from grader.core.text import did_you_mean
from grader.core.yaml import MAX_BYTES, YamlError
from grader.core.yaml import read as read_yaml
from grader.exercise.problems import Problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.batch._numbers import Number
    from grader.core.yaml import Document
    from grader.exercise.model import Exercise

FILE: Final = "course.yaml"
SCHEMA: Final = "grader/course/v1"


def _text(value: object) -> object:
    # 1.10 is 1.1 as a number, which is another exercise.
    if isinstance(value, float):
        raise ValueError(f'put it in quotes: "{value}" is text, and {value} may have lost a zero at its end')  # noqa: TRY004 - pydantic reports ValueError
    return value


def _pattern(value: str) -> str:
    if value.startswith("/") or "\\" in value:
        raise ValueError("must be a path inside a hand-in, with / between its parts")
    try:
        glob(value)
    except ValueError as error:
        raise ValueError(str(error).replace("'/", "'", 1)) from None  # patterns there begin with a slash
    return value


def _number(value: str) -> str:
    _numbers.parse(value)
    return value


Pattern = Annotated[str, BeforeValidator(_text), AfterValidator(_pattern)]
"""A path inside a hand-in, with `*`, `?`, `[...]` and `**` as in a shell."""
Numbered = Annotated[str, BeforeValidator(_text), AfterValidator(_number)]
"""`7`, or `"1.7"`."""


@lru_cache(maxsize=4096)
def glob(pattern: str) -> Glob:
    """Compile a pattern, upper and lower case being the same. Raises ValueError."""
    return Glob("/" + pattern.strip("/").casefold())


def _listed(value: object) -> object:
    return [value] if isinstance(value, str | int | float) and not isinstance(value, bool) else value


def _spelt_out(value: object) -> object:
    """Make a map of the short ways to write an exercise: nothing, one path, or several."""
    if value is None:
        return {}
    return value if isinstance(value, dict | Entry) else {"paths": value}


class Entry(Model):
    """One exercise of the course."""

    paths: Annotated[tuple[Pattern, ...], BeforeValidator(_listed)] = ()
    """Where it is in a hand-in: the first path that exists counts. Without any, its number or its name tells."""
    exercise: Annotated[str, Field(min_length=1)] | None = None
    """The exercise, by id or by a path from this file; default: the name that it has here."""
    number: Numbered | None = None
    """Its number in the course, such as `"1.7"`."""
    due: datetime | None = None
    """Instead of the exercise's own date."""
    late: LatePolicy | None = None
    """Instead of the exercise's own policy."""


class CourseFile(Model):
    """A course: several exercises that are handed in together."""

    schema_: Literal["grader/course/v1"] = Field(alias="schema")
    """The version of this format."""
    title: str = ""
    """What it is called."""
    exercises: dict[Identifier, Annotated[Entry, BeforeValidator(_spelt_out)]]
    """By id, in the order of the course: a path, a list of alternatives, or a map."""
    numbers: dict[Identifier, Numbered] = Field(default_factory=dict)
    """Their numbers in this edition of the course, where folders are named by them; default: their order."""


@dataclass(frozen=True, slots=True)
class Course:
    """A loaded course."""

    file: CourseFile
    path: Path

    @property
    def names(self) -> tuple[str, ...]:
        """What finds each exercise: an id, or a path."""
        return tuple(self._name(own, entry) for own, entry in self.file.exercises.items())

    def _name(self, own: str, entry: Entry) -> str:
        beside = self.path.parent / (entry.exercise or own)
        if entry.exercise is None:
            return own
        return str(beside) if beside.exists() or "/" in entry.exercise else entry.exercise

    def paths(self, exercise: str) -> tuple[str, ...]:
        """Give the patterns of an exercise."""
        entry = self.file.exercises.get(exercise)
        return entry.paths if entry is not None else ()

    @property
    def numbers(self) -> dict[str, Number]:
        """Give the number of each exercise: what the file says, or else its place in the course."""
        written = {own: entry.number for own, entry in self.file.exercises.items() if entry.number}
        written |= self.file.numbers
        if written:
            return {own: _numbers.parse(number) for own, number in written.items()}
        return {own: (place,) for place, own in enumerate(self.file.exercises, 1)}

    def terms(self, exercise: Exercise) -> Terms:
        """Give the date and the policy of an exercise: the course's own win."""
        entry = self.file.exercises.get(exercise.id, Entry())
        return Terms(entry.due or exercise.file.due, entry.late or exercise.file.late)

    def fit(self, exercises: Sequence[Exercise]) -> None:
        """Hold the loaded exercises against the file. Raises ExerciseError with every problem."""
        document = _document(self.path)
        problems = Problems(document)
        loaded = {exercise.id for exercise in exercises}
        for own, entry in self.file.exercises.items():
            if own not in loaded and entry.exercise is not None:
                problems.add(("exercises", own), "must be called as the exercise calls itself", key=True)
        for exercise in exercises:
            terms = self.terms(exercise)
            if terms.late is not None and terms.due is None:
                problems.add(("exercises", exercise.id, "late"), "needs a 'due' date, here or in the exercise")
        if problems:
            raise ExerciseError(problems.sorted())


def read(path: Path) -> Course:
    """Load course.yaml. Raises ExerciseError with every problem, each with file, line and column."""
    document = _document(path)
    problems = Problems(document)
    try:
        file = CourseFile.model_validate(document.data)
    except ValidationError as error:
        problems.take(error, CourseFile)
        raise ExerciseError(problems.sorted()) from None
    _check(file, problems)
    if problems:
        raise ExerciseError(problems.sorted())
    return Course(file, path)


def _document(path: Path) -> Document:
    try:
        with path.open("rb") as stream:
            text = stream.read(MAX_BYTES + 1).decode("utf-8-sig")
        document = read_yaml(text, str(path))
    except OSError as error:
        raise ExerciseError([f"{path}: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise ExerciseError([f"{path}:1:1: not UTF-8 text"]) from None
    except YamlError as error:
        raise ExerciseError([str(error)]) from None
    if not isinstance(document.data, dict):
        raise ExerciseError([f"{path}:1:1: must be a map that begins with 'schema: {SCHEMA}'"])
    return document


def _check(file: CourseFile, problems: Problems) -> None:
    """Note what does not fit together."""
    if not file.exercises:
        problems.add(("exercises",), "no exercises: there is nothing to grade")
    for own in file.numbers:
        if own not in file.exercises:
            message = f"there is no exercise '{own}' here{did_you_mean(own, tuple(file.exercises))}"
            problems.add(("numbers", own), message, key=True)
        elif file.exercises[own].number is not None:
            problems.add(("numbers", own), "stands in the exercise's own 'number' as well")
    for own, entry in file.exercises.items():
        if entry.due is not None and entry.due.tzinfo is None:
            problems.add(("exercises", own, "due"), "has no time zone; write for example 2026-12-01T23:59:00+07:00")
    _once(file, problems)


def _once(file: CourseFile, problems: Problems) -> None:
    """No path and no number may stand for two exercises."""
    places: list[tuple[Any, tuple[str | int, ...], str]] = []
    for own, entry in file.exercises.items():
        paths = dict.fromkeys(one.strip("/").casefold() for one in entry.paths)
        places += [((path,), ("exercises", own), "the path") for path in paths]
        if entry.number is not None:
            places.append((_numbers.parse(entry.number), ("exercises", own, "number"), "the number"))
    places += [(_numbers.parse(number), ("numbers", own), "the number") for own, number in file.numbers.items()]
    seen = Counter(key for key, _, _ in places)
    known: set[Any] = set()
    for key, place, what in places:
        if seen[key] > 1 and key in known:
            shown = key[0] if isinstance(key[0], str) else _numbers.show(key)
            problems.add(place, f"{what} '{shown}' is that of an earlier exercise")
        known.add(key)
