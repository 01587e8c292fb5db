from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

import pytest

from grader.core.specs import Where
from grader.exercise.load import load
from grader.exercise.model import ExerciseFile
from grader.exercise.problems import Problems
from grader.exercise.rules import Placed, check
from grader.submissions import Submission
from grader.submissions.dockerfile import Dockerfile
from tests.support.exercises import COMMANDS, GOOD, problems, with_checks, write

if TYPE_CHECKING:
    from pathlib import Path

_MAP = "a map is for containers that students make; write the name of one that stands in 'containers'"


def complaints(place: Path, text: str) -> list[str]:
    return [problem.partition(":")[2] for problem in problems(place, text)]


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        (
            ["{id: a, kind: build}", "{id: a, kind: build}"],
            ["10:10: checks[1].id: 'a' is the id of an earlier check"],
        ),
        (
            ["{id: a, kind: build, needs: [b]}", "{id: b, kind: build, needs: [a]}"],
            ["9:34: checks[0].needs[0]: needs 'b', which comes later; checks run from top to bottom"],
        ),
        (
            ["{id: a, kind: build, needs: [a]}"],
            ["9:34: checks[0].needs[0]: needs itself; checks run from top to bottom"],
        ),
        (
            ["{id: builds, kind: build}", "{id: b, kind: build, needs: [build]}"],
            ["10:34: checks[1].needs[0]: there is no check 'build'; did you mean 'builds'?"],
        ),
        (["{id: a, kind: build, points: 0}"], ["9:3: checks: no check gives points"]),
        (["{id: a, kind: build, bonus: true}"], ["9:3: checks: no check gives points"]),
        (
            ["{id: a, kind: build, visibility: after_due}"],
            ["9:38: checks[0].visibility: after_due needs a 'due' date in the exercise"],
        ),
        (
            ["{id: a, kind: build, within: 40s}"],
            ["9:34: checks[0].within: is longer than the check's timeout (30 s)"],
        ),
        (
            ["{id: a, kind: all_of, timeout: 10s, checks: [{kind: build, timeout: 60s}]}"],
            ["9:73: checks[0].checks[0].timeout: is longer than the group's timeout (10 s)"],
        ),
        (
            ["{id: a, kind: build, at_most: 300s}"],
            ["9:35: checks[0].at_most: is longer than a build may take at all (build.timeout: 2 min 0 s)"],
        ),
        (
            ["{id: a, kind: dockerfile, base: debian}"],
            ["9:37: checks[0].base: 'debian' is not among the exercise's images"],
        ),
        (
            ["{id: a, kind: dockerfile, base: {equals: debian}}"],
            ["9:37: checks[0].base: 'debian' is not among the exercise's images"],
        ),
        (
            ["{id: a, kind: build, lasts: 30s}"],
            ["9:33: checks[0].lasts: must be shorter than the check's timeout (30 s)"],
        ),
        (
            ["{id: a, kind: build, within: 20s, lasts: 15s}"],
            [
                (
                    "9:46: checks[0].lasts: together with within, it must be shorter than the check's timeout (30 s); "
                    "they make 35 s"
                )
            ],
        ),
        (
            ["{id: a, kind: build, in: main}"],
            ["9:30: checks[0].in: has no meaning for a 'build' check, which looks at no container"],
        ),
        (
            ["{id: a, kind: port, port: 3000, in: mian}"],
            ["9:41: checks[0].in: there is no container 'mian'; did you mean 'main'?"],
        ),
        (
            ["{id: a, kind: port, port: 3000, in: {container: web}}"],
            [f"9:41: checks[0].in: {_MAP}"],
        ),
        (
            ["{id: a, kind: file, path: /a, in: {container: web, name: x}}"],
            ["9:56: checks[0].in.name: unknown field; there are container, image, publishes"],
        ),
        (
            ["{id: a, kind: port, port: 80}"],
            ["9:31: checks[0].port: container 'main' does not publish port 80; add it to containers.main.publish"],
        ),
        (
            ["{id: a, kind: size, reference: 'node:24-slim', added_at_most: 1MB}"],
            ["9:36: checks[0].reference: 'node:24-slim' is not among the exercise's images"],
        ),
    ],
)
def test_checks(tmp_path: Path, checks: list[str], expected: list[str]) -> None:
    assert complaints(tmp_path, with_checks(*checks)) == expected


def test_no_checks(tmp_path: Path) -> None:
    text = GOOD.partition("checks:\n")[0] + "checks: []\n"
    assert complaints(tmp_path, text) == ["8:9: checks: no checks: there is nothing to grade"]


def test_which_container(tmp_path: Path) -> None:
    two = GOOD.replace("main: {publish: [3000]}", "web: {publish: [3000]}\n  db: {}")
    assert complaints(tmp_path, two) == ["11:5: checks[1]: which container? write 'in:' with one of web, db"]


def test_main_is_the_container_that_is_meant(tmp_path: Path) -> None:
    load(write(tmp_path, GOOD.replace("containers:", "containers:\n  other: {}")))


def test_the_due_date_has_a_time_zone(tmp_path: Path) -> None:
    text = GOOD.replace("id: it", "id: it\ndue: 2026-12-01 23:59")
    assert complaints(tmp_path, text) == ["3:6: due: has no time zone; write for example 2026-12-01T23:59:00+07:00"]
    load(write(tmp_path, GOOD.replace("id: it", "id: it\ndue: 2026-12-01T23:59:00+07:00")))


@pytest.mark.parametrize("source", ["../secret", "/etc/passwd", "a/../../b"])
def test_given_files_stay_inside(tmp_path: Path, source: str) -> None:
    text = GOOD.replace("{kind: dockerfile}", f"{{kind: dockerfile, given: {{app: {{from: {source}}}}}}}")
    assert complaints(tmp_path, text) == [
        "4:52: submission.given.app.from: must be a path inside the exercise's folder"
    ]


def test_given_files_exist(tmp_path: Path) -> None:
    text = GOOD.replace("{kind: dockerfile}", "{kind: dockerfile, given: {app: {from: starter}}}")
    assert complaints(tmp_path, text) == [
        "4:52: submission.given.app.from: there is no 'starter' in the exercise's folder"
    ]
    (tmp_path / "it" / "starter").mkdir()
    load(write(tmp_path, text))


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (
            "{kind: leftovers}",
            "9:38: checks[0].check.kind: a 'leftovers' check can't be used with dockerfile submissions",
        ),
        (
            "{kind: build, in: main}",
            "9:49: checks[0].check.in: has no meaning for a 'build' check, which looks at no container",
        ),
        (
            "{kind: port, port: 3000, in: mian}",
            "9:60: checks[0].check.in: there is no container 'mian'; did you mean 'main'?",
        ),
        (
            "{kind: not, check: {kind: build}, in: main}",
            "9:69: checks[0].check.in: has no meaning for a 'not' check, write it in the checks inside",
        ),
        (
            "{kind: size, reference: 'node:24-slim', added_at_most: 1MB}",
            "9:55: checks[0].check.reference: 'node:24-slim' is not among the exercise's images",
        ),
        (
            "{kind: not, check: {kind: port, port: 80}}",
            "9:69: checks[0].check.check.port: container 'main' does not publish port 80",
        ),
        ("{kind: build, within: 40s}", "9:53: checks[0].check.within: is longer than the check's timeout (30 s)"),
        (
            "{kind: build, within: 5s, timeout: 4s}",
            "9:53: checks[0].check.within: is longer than the check's timeout (4 s)",
        ),
    ],
)
def test_inside_a_group(tmp_path: Path, inside: str, expected: str) -> None:
    [complaint] = complaints(tmp_path, with_checks(f"{{id: a, kind: not, check: {inside}}}"))
    assert complaint.startswith(expected)


def test_a_check_in_a_group_has_the_time_of_the_group(tmp_path: Path) -> None:
    load(write(tmp_path, with_checks("{id: a, kind: not, timeout: 1m, check: {kind: build, within: 40s}}")))


def test_a_group_looks_at_no_container(tmp_path: Path) -> None:
    assert complaints(tmp_path, with_checks("{id: a, kind: not, in: main, check: {kind: build}}")) == [
        "9:28: checks[0].in: has no meaning for a 'not' check, write it in the checks inside"
    ]


def test_containers_of_the_students_own_in_groups(tmp_path: Path) -> None:
    group = (
        "{id: a, kind: any_of, checks: [{kind: port, port: 80, in: web}, {kind: not, check: {kind: logs, stdout: a}}]}"
    )
    loaded = load(write(tmp_path, with_checks(group, good=COMMANDS)))
    assert [one.in_ for one in loaded.file.checks[0].family()] == [None, Where(container="web"), None, Where()]
    assert loaded.container_names == {"web"}


def test_containers_of_the_students_own(tmp_path: Path) -> None:
    checks = [
        "{id: a, kind: http, port: 80, in: {publishes: 3000}}",
        "{id: b, kind: logs, combined: {contains: x}, in: web}",
        "{id: c, kind: command, run: [id]}",
        "{id: d, kind: file, path: /a}",
        "{id: e, kind: leftovers}",
    ]
    loaded = load(write(tmp_path, with_checks(*checks, good=COMMANDS))).file.checks
    places = [Where(publishes=3000), Where(container="web"), Where(), Where(), None]
    assert [one.in_ for one in loaded] == places
    wrong = ["{id: a, kind: command, run: [id], entrypoint: keep}", "{id: b, kind: sing}", "nonsense"]
    assert complaints(tmp_path, with_checks(*wrong, good=COMMANDS))[0].endswith(": leave out entrypoint or in")
    assert complaints(
        tmp_path, with_checks(checks[0], good=COMMANDS.replace("checks:", "containers: {web: {}}\nchecks:"))
    ) == ["6:13: containers: has no meaning for commands submissions: students make the containers themselves"]


class _Answers(Submission):
    """A kind whose target can do nothing."""

    opens = object

    def open(self, work: object) -> None:  # type: ignore[override]
        raise NotImplementedError


def test_a_check_that_the_submission_kind_can_not_serve(tmp_path: Path) -> None:
    from grader.core.yaml import read

    file = load(write(tmp_path)).file
    other = ExerciseFile.model_construct(**{**dict(file), "submission": _Answers(kind="answers")})
    found = Problems(read(GOOD, "exercise.yaml"))
    check(other, tmp_path, Placed(dict(enumerate(file.checks)), [one.id for one in file.checks]), found)
    assert found.sorted() == (
        "exercise.yaml:9:24: checks[0].kind: a 'build' check can't be used with answers submissions",
        "exercise.yaml:10:25: checks[1].kind: a 'http' check can't be used with answers submissions",
    )


class OneBuild(Protocol):
    """What a submission opens as that can be built in one way only."""

    def build(self) -> object: ...


def test_some_fields_need_more_than_the_check_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Dockerfile, "opens", OneBuild)
    checks = ["{id: a, kind: build}", "{id: b, kind: build, target: dev}"]
    assert complaints(tmp_path, with_checks(*checks)) == [
        "10:19: checks[1].kind: a 'build' check with these fields can't be used with dockerfile submissions"
    ]


def test_a_command_runs_in_a_container_of_its_own(tmp_path: Path) -> None:
    two = GOOD.replace("main: {publish: [3000]}", "web: {publish: [3000]}\n  db: {}")
    text = two.partition("checks:\n")[0] + "checks:\n  - {id: fresh, kind: command, run: [id]}\n"
    assert load(write(tmp_path, text)).file.checks[0].id == "fresh"


def test_only_an_image_of_the_exercise_has_an_original(tmp_path: Path) -> None:
    checks = ["{id: a, kind: local_image, image: web}", "{id: b, kind: local_image, image: web, unchanged: true}"]
    assert complaints(tmp_path, with_checks(*checks, good=COMMANDS)) == [
        "8:39: checks[1].image: 'web' is not among the exercise's images"
    ]


def test_only_an_image_of_the_exercise_can_be_pulled(tmp_path: Path) -> None:
    head = COMMANDS.replace("{kind: commands}", '{kind: commands, to_pull: ["python:3-slim", "nginx:1"]}')
    assert complaints(tmp_path, with_checks("{id: a, kind: leftovers}", good=head)) == [
        "4:57: submission.to_pull[1]: 'nginx:1' is not among the exercise's images"
    ]


def test_commands_need_images(tmp_path: Path) -> None:
    head = COMMANDS.replace('images: ["python:3-slim"]\n', "")
    [complaint] = complaints(tmp_path, with_checks("{id: a, kind: leftovers}", good=head))
    assert "images: no images: students' commands would have nothing to run" in complaint


DATED = GOOD.replace("title: It\n", "title: It\ndue: 2026-12-01T23:59:00+07:00\n")


def test_lateness(tmp_path: Path) -> None:
    late = "late: {grace: 15m, percent_per_day: 12.5, cut_off: 7d, extensions: {42: 3d}}\n"
    file = load(write(tmp_path, DATED + late)).file
    assert file.late is not None
    assert (file.late.grace, file.late.percent_per_day, file.late.at_most) == (900.0, Decimal("12.5"), None)
    assert file.late.extensions == {"42": "3d"}


@pytest.mark.parametrize(
    ("good", "late", "expected"),
    [
        (GOOD, "{percent_per_day: 10}", "11:7: late: needs a 'due' date in the exercise"),
        (DATED, "{percent_per_day: 110}", "12:25: late.percent_per_day: must be at most 100"),
        (DATED, "{per_day: 10}", "12:8: late.per_day: unknown field; did you mean 'percent_per_day'?"),
        (
            DATED,
            "{grace: 2d, cut_off: 1d}",
            "12:7: late: cut_off is shorter than grace: what is in time would not count",
        ),
        (
            DATED,
            "{extensions: {ada: 2026-12-02}}",
            "12:26: late.extensions.ada: '2026-12-02' has no time zone; write for example 2026-12-01T23:59:00+07:00",
        ),
    ],
)
def test_lateness_that_can_not_be(tmp_path: Path, good: str, late: str, expected: str) -> None:
    assert complaints(tmp_path, f"{good}late: {late}\n") == [expected]
