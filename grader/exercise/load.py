"""Load an exercise: read strictly, report every error with file, line and column."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from grader.core import kinds
from grader.core.check import PACKAGE as CHECKS
from grader.core.check import Check
from grader.core.errors import ExerciseError
from grader.core.yaml import MAX_BYTES, Document, YamlError, read
from grader.exercise import rules, variables
from grader.exercise.model import Exercise, ExerciseFile
from grader.exercise.problems import Problems, did_you_mean
from grader.submissions import PACKAGE as SUBMISSIONS
from grader.submissions import Submission

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.model import Model

FILE: Final = "exercise.yaml"


def load(folder: Path, seed: int = 0) -> Exercise:
    """Load the exercise in `folder`, with its variables made from `seed`. Raises ExerciseError with every problem."""
    path = folder / FILE
    try:
        raw = path.read_bytes()[: MAX_BYTES + 1]
        text = raw.decode("utf-8")
    except OSError as error:
        raise ExerciseError([f"{path}: {error.strerror}"], hint="`grader exercise list` shows what there is.") from None
    except UnicodeDecodeError:
        raise ExerciseError([f"{path}:1:1: not UTF-8 text"]) from None
    document, filled, values = _read(text, str(path), seed)
    problems = Problems(document)
    for place, message in filled[1]:
        problems.add(place, message)
    file = _validate(filled[0], problems)
    if file is not None:
        rules.check(file, folder, problems)
    if problems or file is None:
        raise ExerciseError(problems.sorted())
    return Exercise(file, folder, _digest(folder), seed, values)


def _read(text: str, name: str, seed: int) -> tuple[Document, tuple[Any, Any], dict[str, Any]]:
    try:
        document = read(text, name)
    except YamlError as error:
        raise ExerciseError([str(error)]) from None
    if not isinstance(document.data, dict):
        raise ExerciseError([f"{name}:1:1: must be a map that begins with 'schema: grader/exercise/v1'"])
    values = variables.make(document.data.get("vars"), seed)
    body = {key: value for key, value in document.data.items() if key != "vars"}
    filled, unknown = variables.fill(body, values)
    if "vars" in document.data:
        filled["vars"] = document.data["vars"]
    return document, (filled, unknown), values


def _validate(data: dict[str, Any], problems: Problems) -> ExerciseFile | None:
    """Validate part by part: which class a check or a submission is, its `kind` says."""
    data = dict(data)
    checks = data.get("checks")
    if isinstance(checks, list):
        data["checks"] = tuple(
            _part(check, ("checks", index), CHECKS, Check, problems) for index, check in enumerate(checks)
        )
    if isinstance(data.get("submission"), dict):
        data["submission"] = _part(data["submission"], ("submission",), SUBMISSIONS, Submission, problems)
    if problems:
        _rest(data, problems)
        return None
    try:
        return ExerciseFile.model_validate(data)
    except ValidationError as error:
        problems.take(error, ExerciseFile)
        return None


def _rest(data: dict[str, Any], problems: Problems) -> None:
    """Look at the other fields although some part is broken: all errors are shown, not the first alone."""
    parts = {name for name in ("checks", "submission") if name in data}
    try:
        ExerciseFile.model_validate({name: value for name, value in data.items() if name not in parts})
    except ValidationError as error:
        kept = [detail for detail in error.errors() if not (detail["type"] == "missing" and detail["loc"][0] in parts)]
        lines = [
            {"type": one["type"], "loc": one["loc"], "input": one["input"], "ctx": one.get("ctx", {})} for one in kept
        ]
        problems.take(ValidationError.from_exception_data("exercise", lines), ExerciseFile)  # type: ignore[arg-type]


def _part(data: Any, path: tuple[str | int, ...], package: str, base: type[Model], problems: Problems) -> Model | None:
    """Validate one check or submission by its kind; None when something is wrong with it."""
    if not isinstance(data, dict):
        problems.add(path, "must be a map of names and values")
        return None
    kind = data.get("kind")
    if kind is None:
        problems.add(path, f"has no kind; there are {', '.join(kinds.names(package))}")
        return None
    try:
        model = kinds.load(package, base, str(kind))
    except KeyError:
        problems.add((*path, "kind"), f"unknown kind '{kind}'{did_you_mean(str(kind), kinds.names(package))}")
        return None
    try:
        validated: Model = model.model_validate(data)
    except ValidationError as error:
        problems.take(error, model, path)
        return None
    return validated


def _digest(folder: Path) -> str:
    """Digest every file of an exercise, so that a result says which version it was graded with."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts):
        digest.update(os.fsencode(path.relative_to(folder).as_posix()) + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"sha256:{digest.hexdigest()}"
