"""Every cause on a real engine: a submission that has this mistake and no other, below `cases/CAUSE/`.

A case is a folder with `submission/`, which is handed in, and `case.yaml`: what an exercise says of building, running
and checking (see `DEFAULTS`), and besides that `check`, the failed check that is explained; `line` of the diagnosis;
`says`, words that it has; `flag`, words of a flag of the result; `passes`, the checks that hold all the same. A cause
may have several, each in a folder of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

import grader.diagnosis
from grader.core import kinds
from grader.core.result import Outcome, Status
from grader.diagnosis import PACKAGE, diagnoses
from grader.exercise.engines import opener
from grader.exercise.load import FILE, load
from grader.grading import grade

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.result import Diagnosis

CASES: Final = Path(__file__).parent / "cases"
EXERCISES: Final = Path(__file__).parents[2] / "exercises"
DEFAULTS: Final[dict[str, Any]] = {
    "schema": "grader/exercise/v1",
    "id": "it",
    "title": "It",
    "submission": {"kind": "dockerfile"},
    "images": ["python:3-slim", "busybox:1"],
    "containers": {"main": {"publish": [3000], "ready": {"port": 3000}}},
    "checks": [
        {"id": "builds", "kind": "build"},
        {"id": "answers", "kind": "http", "port": 3000, "needs": ["builds"]},
    ],
}
OWN: Final = frozenset({"check", "line", "says", "passes", "flag"})

OF_COMMANDS: Final = frozenset(
    {
        *("argument_missing", "colon_missing", "container_exited", "container_for_image", "container_killed"),
        *("container_not_running", "container_removed", "container_stopped", "copied_backwards"),
        *("done_in_new_container", "image_for_container", "image_in_use", "image_not_found", "image_not_local"),
        *("image_removed", "invalid_image_name", "name_conflict", "name_missing", "name_misspelt", "network_swapped"),
        *("no_file_to_copy", "no_such_container", "not_published", "not_removed_because_running"),
        *("option_after_image", "port_in_use", "ports_swapped", "program_not_found", "published_on_another_port"),
        *("redirected_outside", "refused_by_policy", "unknown_command", "unknown_option"),
    }
)
"""Causes that only submissions of commands have: wrong answers of the course's exercises prove them, each on an engine
of its own."""


def cases() -> list[Path]:
    return sorted(path.parent for path in CASES.rglob("case.yaml"))


def name(folder: Path) -> str:
    return folder.relative_to(CASES).as_posix()


def test_every_cause_has_a_case() -> None:
    causes = set(kinds.names(PACKAGE))
    shown = {name(folder).split("/")[0] for folder in cases()}
    assert shown <= causes, "a case of a cause that isn't there"
    assert causes >= OF_COMMANDS
    assert sorted(causes - OF_COMMANDS - shown) == [], "write a case for these"


@pytest.mark.docker
@pytest.mark.parametrize("folder", cases(), ids=name)
def test_is_explained(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = yaml.safe_load((folder / "case.yaml").read_text(encoding="utf-8"))
    exercise = {**DEFAULTS, **{key: value for key, value in case.items() if key not in OWN}}
    (tmp_path / FILE).write_text(yaml.safe_dump(exercise), encoding="utf-8")
    loaded, explained = load(tmp_path), spy(monkeypatch)
    result = grade(loaded, folder / "submission", opener(loaded))

    assert result.status is Status.GRADED, result.message
    failed = [one.id for one in result.checks if one.outcome is Outcome.FAILED]
    found = dict(zip(failed, explained, strict=True))
    told = [f"{one.certainty} {one.cause}: {one.summary}" for one in found.get(case["check"], ())]
    shown = "\n".join([f"{one.id} {one.outcome}: {one.message}" for one in result.checks] + told)
    assert case["check"] in found, shown
    assert found[case["check"]], shown
    first, *others = found[case["check"]]
    assert (first.cause, first.line) == (name(folder).split("/")[0], case.get("line")), shown
    assert all(one.certainty < first.certainty for one in others), shown
    words = f"{first.summary}\n{first.explanation}\n{first.fix}"
    assert [one for one in case.get("says", ()) if one not in words] == [], words
    assert any(case.get("flag", "") in one for one in (*result.flags, "")), result.flags
    passed = {one.id for one in result.checks if one.outcome is Outcome.PASSED}
    assert passed == set(case.get("passes", ())), shown


def spy(monkeypatch: pytest.MonkeyPatch) -> list[list[Diagnosis]]:
    """Note all that the causes say, of each failed check in turn, not only what is told."""
    explained: list[list[Diagnosis]] = []

    def listening(case: Case) -> Diagnosis | None:
        explained.append(diagnoses(case))
        return next(iter(explained[-1]), None)

    monkeypatch.setattr(grader.diagnosis, "diagnose", listening)
    return explained
