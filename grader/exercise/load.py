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
from grader.core.text import did_you_mean
from grader.core.yaml import MAX_BYTES, Document, YamlError, read
from grader.exercise import rules, variables
from grader.exercise.model import Exercise, ExerciseFile
from grader.exercise.problems import Problems
from grader.submissions import PACKAGE as SUBMISSIONS
from grader.submissions import Submission

if TYPE_CHECKING:
    from pathlib import Path

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
    document = _read(text, str(path))
    problems = Problems(document)
    values = variables.make(document.data.get("vars"), seed)
    file = _validate(_filled(document.data, values, problems), folder, problems)
    if problems or file is None:
        raise ExerciseError(problems.sorted())
    return Exercise(file, folder, _digest(folder), seed, values)


def _read(text: str, name: str) -> Document:
    try:
        document = read(text, name)
    except YamlError as error:
        raise ExerciseError([str(error)]) from None
    if not isinstance(document.data, dict):
        raise ExerciseError([f"{name}:1:1: must be a map that begins with 'schema: grader/exercise/v1'"])
    return document


def _filled(data: dict[str, Any], values: dict[str, Any], problems: Problems) -> dict[str, Any]:
    filled, unknown = variables.fill({key: value for key, value in data.items() if key != "vars"}, values)
    for path, message in unknown:
        problems.add(path, message)
    return {**filled, "vars": data["vars"]} if "vars" in data else filled


def _validate(data: dict[str, Any], folder: Path, problems: Problems) -> ExerciseFile | None:
    """Validate part by part: which class a check or a submission is, its `kind` says.

    What is good is held against the rules even if other parts are broken: all errors are shown, not the first alone.
    """
    parts: dict[str, Any] = {}
    checks: dict[int, Check] = {}
    if isinstance(data.get("submission"), dict):
        parts["submission"] = _part(data["submission"], ("submission",), SUBMISSIONS, Submission, problems)
    own = rules.makes_its_own_containers(parts.get("submission"))
    written = data.get("checks")
    if isinstance(written, list):
        for index, raw in enumerate(written):
            made = _part(_described(raw) if own else raw, ("checks", index), CHECKS, Check, problems)
            if made is not None:
                checks[index] = made
        parts["checks"] = tuple(checks.values())
    try:
        file = ExerciseFile.model_validate({**data, **parts})
    except ValidationError as error:
        told = ("submission",) if parts.get("submission", error) is None else None
        problems.take(error, ExerciseFile, told=told)
        return None
    ids = [checks[n].id if n in checks else _id(raw) for n, raw in enumerate(written or ())]
    rules.check(file, folder, rules.Placed(checks, ids), problems)
    return file


def _described(raw: Any) -> Any:
    """Spell out which of the student's own containers a check looks at: by a plain name, or the only one."""
    if isinstance(raw, list):
        return [_described(one) for one in raw]
    if not isinstance(raw, dict) or raw.get("kind") not in kinds.names(CHECKS):
        return raw
    model = kinds.load(CHECKS, Check, str(raw["kind"]))
    raw = {**raw, **{name: _described(raw[name]) for name in model.nested if name in raw}}
    where = raw.get("in")
    if not (where is None or isinstance(where, str)) or not model.uses_container():
        return raw
    return {**raw, "in": {} if where is None else {"container": where}}


def _id(raw: Any) -> str | None:
    return str(raw["id"]) if isinstance(raw, dict) and "id" in raw else None


def _part(data: Any, path: tuple[str | int, ...], package: str, base: Any, problems: Problems) -> Any:
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
        return model.model_validate(data)
    except ValidationError as error:
        problems.take(error, model, path)
        return None


NOT_OURS: Final = frozenset({".git", "__pycache__", ".pytest_cache"})
"""Folders in which git, an author's own runs of the tests, and pip, which compiles what it installs, leave files."""


def files(folder: Path) -> list[Path]:
    """Give every file of an exercise, in order."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in found if NOT_OURS.isdisjoint(path.relative_to(folder).parts)]


def _digest(folder: Path) -> str:
    """Digest every file of an exercise, so that a result says which version it was graded with."""
    digest = hashlib.sha256()
    for path in files(folder):
        digest.update(os.fsencode(path.relative_to(folder).as_posix()) + b"\0")
        try:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError as error:
            raise ExerciseError([f"{path}: {error.strerror}"]) from None
    return f"sha256:{digest.hexdigest()}"
