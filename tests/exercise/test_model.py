from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import TypeAdapter, ValidationError

from grader.exercise.load import load
from grader.exercise.model import Declared, ExerciseFile, Variable
from tests.support.exercises import GOOD, with_checks, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("random", ["hex1", "hex64", "int", "port", ["a", 1, 1.5]])
def test_sources_of_random_values(random: object) -> None:
    Variable.model_validate({"random": random})


@pytest.mark.parametrize("random", ["hex", "hex0", "hex65", "hex8\n", "integer", [], [["a"]], {}, None, 8, ""])
def test_other_sources_are_refused(random: object) -> None:
    with pytest.raises(ValidationError, match="must be hex1 to hex64, int, port, or a list"):
        Variable.model_validate({"random": random})


@pytest.mark.parametrize("value", ["text", "", 3, 1.5, {"random": "int"}])
def test_declared(value: object) -> None:
    TypeAdapter(Declared).validate_python(value)


@pytest.mark.parametrize("value", [True, None, [], ["a"]])
def test_not_declared(value: object) -> None:
    with pytest.raises(ValidationError, match="must be text, a number, or a map"):
        TypeAdapter(Declared).validate_python(value)


def test_an_exercise_is_frozen(tmp_path: Path) -> None:
    exercise = load(write(tmp_path, GOOD))
    with pytest.raises(ValidationError):
        exercise.file.title = "Other"


def test_what_is_not_said_has_a_default(tmp_path: Path) -> None:
    file = load(write(tmp_path, GOOD)).file
    assert (file.level, file.topics, file.due) == ("beginner", (), None)
    assert (file.build.network, file.build.timeout) == ("none", 120.0)
    assert ExerciseFile.model_fields["schema_"].alias == "schema"


def test_the_containers_that_checks_look_for(tmp_path: Path) -> None:
    assert load(write(tmp_path, GOOD)).container_names == frozenset()
    good = GOOD.replace("kind: dockerfile", "kind: commands").replace("containers:\n  main: {publish: [3000]}\n", "")
    checks = ["{id: web, kind: container, in: web}", "{id: log, kind: logs, in: web, stdout: {contains: x}}"]
    checks.append("{id: listed, kind: calls, steps: [{call: image list}]}")
    assert load(write(tmp_path / "two", with_checks(*checks, good=good))).container_names == {"web"}
