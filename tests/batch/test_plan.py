from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from grader.batch import course as courses
from grader.batch.plan import plan
from grader.batch.roster import Roster
from grader.core.errors import UsageError
from grader.core.handin import Found, Person
from grader.core.late import LatePolicy
from grader.exercise.load import load
from tests.support.exercises import COMMANDS, GOOD, with_checks, write
from tests.support.sources import DOCKERFILE, packed
from tests.support.sources import write as lay

if TYPE_CHECKING:
    from pathlib import Path

    from grader.batch.course import Course
    from grader.batch.planned import Plan
    from grader.exercise.model import Exercise

WHEN = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
CLASS = Roster(
    (
        Person(id="17", name="Ada Lovelace", group="Team A"),
        Person(id="18", name="Grace Hopper", group="Team A"),
        Person(id="19", name="Joan Clarke"),
    )
)
COURSE = """\
schema: grader/course/v1
exercises:
  two-line-image: {number: "1.7"}
  serve-on-3000: {number: "2.4"}
"""


def exercise(place: Path, name: str, good: str = GOOD) -> Exercise:
    return load(write(place, good.replace("id: it", f"id: {name}").replace("title: It", f"title: The {name}"), name))


@pytest.fixture
def two(tmp_path: Path) -> list[Exercise]:
    commands = with_checks("{id: listed, kind: calls, steps: [{call: image list}]}", good=COMMANDS)
    return [exercise(tmp_path / "ex", "two-line-image"), exercise(tmp_path / "ex", "serve-on-3000", commands)]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    path = tmp_path / courses.FILE
    path.write_text(COURSE, encoding="utf-8")
    return courses.read(path)


def found(
    path: Path, *, at: datetime | None = WHEN, problem: str | None = None, of: str | None = None, **who: str
) -> Found:
    return Found(
        who=who or {"name": path.name}, path=path, label=path.name, received_at=at, problem=problem, exercise=of
    )


def shown(made: Plan, root: Path) -> list[tuple[str, str, str]]:
    return [(one.exercise, one.student, os.path.relpath(one.path, root)) for one in made.handins]


def test_one_exercise_is_the_whole_hand_in(tmp_path: Path, two: list[Exercise]) -> None:
    ada = lay(tmp_path / "Ada Lovelace", {"Dockerfile": DOCKERFILE, "1.8/Dockerfile": DOCKERFILE})
    grace = lay(tmp_path / "Grace Hopper", {"two-line-image/Dockerfile": DOCKERFILE, ".gitignore": "", "README.md": ""})
    joan = lay(tmp_path / "joan", {"app/Dockerfile": DOCKERFILE})
    (tmp_path / "alan.zip").write_bytes(packed({"two-line-image/Dockerfile": DOCKERFILE}))
    made = plan([found(one) for one in (ada, grace, joan, tmp_path / "alan.zip")], two[:1], roster=CLASS)
    assert shown(made, tmp_path) == [
        ("two-line-image", "17", "Ada Lovelace"),
        ("two-line-image", "18", "Grace Hopper/two-line-image"),
        ("two-line-image", "alan.zip", "alan.zip"),
        ("two-line-image", "joan", "joan"),
    ]
    assert [(one.person.id, one.exercise) for one in made.missing] == [("19", "two-line-image")]
    assert [one.person.id for one in made.strangers] == ["alan.zip", "joan"]
    assert [one.id for one in made.people] == ["17", "18", "19", "alan.zip", "joan"]


def test_several_exercises(tmp_path: Path, two: list[Exercise], course: Course) -> None:
    ada = lay(
        tmp_path / "ada",
        {"part1/1.7/Dockerfile": DOCKERFILE, "part2/ex04/commands.sh": "docker ps\n", "part1/1.9/notes.md": "x"},
    )
    bob = lay(tmp_path / "bob", {"src/main.py": ""})
    cy = lay(tmp_path / "cy", {})
    made = plan([found(ada), found(bob), found(cy)], two, course)
    assert shown(made, tmp_path) == [
        ("two-line-image", "ada", "ada/part1/1.7"),
        ("serve-on-3000", "ada", "ada/part2/ex04"),
    ]
    assert [one.label for one in made.handins] == ["ada/part1/1.7", "ada/part2/ex04"]
    assert [(one.label, one.path, one.why, one.students) for one in made.unplaced] == [
        ("ada", "part1/1.9", "1.9 is the number of no exercise that is graded here", ("ada",)),
        ("bob", "src", "nothing in its name says which exercise it is of", ("bob",)),
        ("cy", "", "it is empty", ("cy",)),
    ]
    assert made.said == ("two-line-image is in: part1/1.7 (1)", "serve-on-3000 is in: part2/ex04 (1)")
    assert [one.id for one in made.people] == ["ada", "bob", "cy"]
    assert made.missing == ()  # without a roster nobody is known to be missing


def test_files_of_several_exercises_in_one_folder(tmp_path: Path, two: list[Exercise], course: Course) -> None:
    files: dict[str, str | bytes] = {"1-7.Dockerfile": DOCKERFILE, "ex2.4.md": "docker ps\n", "README.md": "hello"}
    ada = lay(tmp_path / "ada", files)
    made = plan([found(ada)], two, course, work=tmp_path / "work")
    first, second = made.handins
    assert {path.name: path.read_text() for path in first.path.iterdir()} == {"Dockerfile": DOCKERFILE}
    assert {path.name: path.read_text() for path in second.path.iterdir()} == {"ex2.4.md": "docker ps\n"}
    assert first.notes == ("'1-7.Dockerfile' is taken as 'Dockerfile'",)
    assert first.label == "ada/1-7.Dockerfile"
    assert made.unplaced == ()
    assert not list((tmp_path / "ada").glob("Dockerfile"))


def test_a_file_beside_its_folder_comes_with_it(tmp_path: Path, two: list[Exercise], course: Course) -> None:
    files: dict[str, str | bytes] = {"2.4/commands.sh": "docker ps\n", "2.4.md": "notes", "2.4/2.4.md": "other"}
    ada = lay(tmp_path / "ada", files)
    [made] = plan([found(ada)], two, course, work=tmp_path / "work").handins
    assert {path.name: path.read_text() for path in made.path.iterdir()} == {
        "commands.sh": "docker ps\n", "2.4.md": "other",
    }  # fmt: skip
    [made] = plan([found(ada)], two, course).handins
    assert made.path == ada / "2.4"


def test_archives_of_several_exercises(tmp_path: Path, two: list[Exercise], course: Course) -> None:
    (tmp_path / "ada.zip").write_bytes(packed({"ada/1.7/Dockerfile": DOCKERFILE, "ada/2.4/commands.sh": "docker ps\n"}))
    (tmp_path / "bob.zip").write_bytes(b"PK\x03\x04broken")
    (tmp_path / "1.7.Dockerfile").write_text(DOCKERFILE)
    handed = [
        found(tmp_path / "ada.zip", name="ada"),
        found(tmp_path / "bob.zip", name="bob"),
        found(tmp_path / "1.7.Dockerfile", name="cy"),
    ]
    made = plan(handed, two, course, work=tmp_path / "work")
    assert [(one.exercise, one.student, one.label) for one in made.handins] == [
        ("two-line-image", "ada", "ada.zip/1.7"),
        ("two-line-image", "cy", "1.7.Dockerfile"),
        ("serve-on-3000", "ada", "ada.zip/2.4"),
    ]
    assert [(path.path / "Dockerfile").read_text() for path in made.handins[:2]] == [DOCKERFILE, DOCKERFILE]
    [problem] = made.problems
    assert (problem.label, problem.students, problem.exercise) == ("bob.zip", ("bob",), None)
    assert "not a zip or tar that can be read" in problem.why
    [first, second] = plan(handed[:2], two, course).problems
    assert first.why == second.why == "it is an archive of several exercises, and must be unpacked first"


def test_links_are_never_followed(tmp_path: Path, two: list[Exercise], course: Course) -> None:
    secret = lay(tmp_path / "secret", {"Dockerfile": "secret"})
    ada = lay(tmp_path / "ada", {"README.md": ""})
    (ada / "1.7").symlink_to(secret)
    (ada / "2.4.md").symlink_to(secret / "Dockerfile")
    for work in (None, tmp_path / "work"):
        made = plan([found(ada)], two, course, work=work)
        assert made.handins == ()
        assert made.unplaced == ()
        assert [
            (one.exercise, one.students, "is a link" in one.why or "or a link" in one.why) for one in made.problems
        ] == [
            ("two-line-image", ("ada",), True),
            ("serve-on-3000", ("ada",), True),
        ]


def test_what_the_source_says_of_the_exercise(tmp_path: Path, two: list[Exercise]) -> None:
    folders = [lay(tmp_path / name, {"x/Dockerfile": DOCKERFILE}) for name in ("a", "b", "c")]
    names = ("serve-on-3000", "The two-line image", "other")
    made = plan([found(one, of=name) for one, name in zip(folders, names, strict=True)], two)
    assert shown(made, tmp_path) == [("two-line-image", "b", "b"), ("serve-on-3000", "a", "a")]
    assert [(one.label, one.why) for one in made.unplaced] == [("c", "it is of 'other', which is not graded here")]


def test_groups_twice_and_missing(tmp_path: Path, two: list[Exercise]) -> None:
    team, ada = (lay(tmp_path / name, {"Dockerfile": DOCKERFILE}) for name in ("team", "ada"))
    made = plan(
        [found(ada, at=WHEN - timedelta(hours=1), name="Ada Lovelace"), found(team, group="Team A")],
        two[:1],
        roster=CLASS,
    )
    assert shown(made, tmp_path) == [
        ("two-line-image", "17", "ada"), ("two-line-image", "17", "team"), ("two-line-image", "18", "team"),
    ]  # fmt: skip
    [twice] = made.twice
    assert (twice.person.id, twice.exercise, [one.label for one in twice.handins]) == (
        "17", "two-line-image", ["ada", "team"],
    )  # fmt: skip
    assert made.handins[1].notes == ("the work of the group 'Team A': it counts for 2 people",)
    assert [one.person.id for one in made.missing] == ["19"]


def test_what_can_not_be_read_is_not_missing(tmp_path: Path, two: list[Exercise]) -> None:
    handed = [
        found(tmp_path / "a", problem="it is a link", name="Ada Lovelace"),
        found(tmp_path / "g", problem="no such repository", of="serve-on-3000", name="Grace Hopper"),
    ]
    made = plan(handed, two, roster=CLASS)
    assert [(one.students, one.exercise, one.why) for one in made.problems] == [
        (("17",), None, "it is a link"),
        (("18",), "serve-on-3000", "no such repository"),
    ]
    assert [(one.person.id, one.exercise) for one in made.missing] == [
        ("18", "two-line-image"), ("19", "two-line-image"), ("19", "serve-on-3000"),
    ]  # fmt: skip


def test_receipt_times_of_the_roster(tmp_path: Path, two: list[Exercise]) -> None:
    own = WHEN - timedelta(days=3)
    roster = Roster(CLASS.people, received={("17", "two-line-image"): own, ("18", "*"): own})
    folders = {name: lay(tmp_path / name, {"Dockerfile": DOCKERFILE}) for name in ("a", "g", "g2", "j")}
    handed = [found(folders["a"], name="Ada Lovelace"), found(folders["j"], name="Joan Clarke")]
    handed += [found(folders[name], name="Grace Hopper") for name in ("g", "g2")]
    made = plan(handed, two[:1], roster=roster)
    assert [(one.student, one.received_at, one.received_by) for one in made.handins] == [
        ("18", WHEN, "file"), ("18", WHEN, "file"), ("19", WHEN, "file"), ("17", own, "roster"),
    ]  # fmt: skip
    assert made.said == (
        "the roster says when '18' handed in two-line-image, but not which of several hand-ins it means",
    )


def test_order_is_that_of_exercises_then_times(tmp_path: Path, two: list[Exercise]) -> None:
    times = {"a": WHEN, "b": None, "c": WHEN - timedelta(days=1), "d": WHEN}
    folders = [lay(tmp_path / name, {"two-line-image/x": "", "serve-on-3000/x": ""}) for name in times]
    by_files = [found(one, at=times[one.name]) for one in folders]
    handed = [one.model_copy(update={"received_by": "commit"}) for one in by_files]
    made = plan(handed, two)
    assert [one.student for one in made.handins] == ["b", "c", "a", "d"] * 2
    assert plan(handed[::-1], two).handins == made.handins
    assert [one.exercise for one in made.handins] == ["two-line-image"] * 4 + ["serve-on-3000"] * 4
    assert [one.student for one in plan(by_files[::-1], two).handins] == ["a", "b", "c", "d"] * 2
    listed = Roster(tuple(Person(id=name) for name in "dcba"))
    assert [one.student for one in plan(by_files, two, roster=listed).handins] == ["d", "c", "b", "a"] * 2
    assert [one.student for one in plan([*handed[:2], *by_files[2:]], two).handins] == ["b", "c", "d", "a"] * 2


def test_several_of_one_student_are_shown_by_their_times(tmp_path: Path, two: list[Exercise]) -> None:
    old, new = (lay(tmp_path / name, {"Dockerfile": DOCKERFILE}) for name in ("old", "new"))
    committed = found(old, at=WHEN - timedelta(days=1), name="ada").model_copy(update={"received_by": "commit"})
    [twice] = plan([found(new, name="ada"), committed], two[:1]).twice
    assert [one.label for one in twice.handins] == ["old", "new"]


def test_what_can_not_be_read_of_another_exercise_is_listed_as_that(tmp_path: Path, two: list[Exercise]) -> None:
    for exercises in (two, two[:1]):
        made = plan([found(tmp_path / "a", problem="no such repository", of="other")], exercises)
        assert made.problems == ()
        assert [one.why for one in made.unplaced] == ["it is of 'other', which is not graded here"]


def test_every_trouble_says_whose_it_is(tmp_path: Path, two: list[Exercise], course: Course) -> None:
    team = tmp_path / "team.zip"
    team.write_bytes(b"PK\x03\x04broken")
    handed = [found(team, group="Team A"), found(tmp_path / "x", problem="it is a link", name="x")]
    made = plan(handed, two, course, CLASS, work=tmp_path / "work")
    assert [(one.students, one.exercise) for one in made.problems] == [(("17", "18"), None), (("x",), None)]
    assert {one.person.id for one in made.missing} == {"19"}
    made = plan(handed[1:], two[:1])
    assert [(one.students, one.exercise) for one in made.problems] == [(("x",), "two-line-image")]


def test_where_nothing_is_found_a_course_is_suggested(tmp_path: Path, two: list[Exercise]) -> None:
    ada = lay(tmp_path / "ada", {"first/Dockerfile": DOCKERFILE, "second/Dockerfile": DOCKERFILE})
    [said] = plan([found(ada)], two).said
    assert said.startswith("found in no hand-in: two-line-image, serve-on-3000; a course.yaml can say in which folder")
    assert "`numbers:`" in said
    assert plan([found(ada)], two[:1]).said == ()
    bob = lay(tmp_path / "bob", {"two-line-image/x": "", "other/x": ""})
    assert plan([found(bob)], two).said[1].startswith("found in no hand-in: serve-on-3000; ")


def test_what_one_of_a_group_hands_in(tmp_path: Path, two: list[Exercise]) -> None:
    ada, grace = (lay(tmp_path / name, {"Dockerfile": DOCKERFILE}) for name in ("17", "18"))
    made = plan([found(ada)], two[:1], roster=CLASS)
    assert [one.person.id for one in made.missing] == ["18", "19"]
    [said] = made.said
    assert said.startswith("in 'team a' one member handed in, and it counts for that member only; work is a group's")
    assert plan([found(ada), found(grace)], two[:1], roster=CLASS).said == ()
    more = Roster((*CLASS.people, Person(id="20", group="B"), Person(id="21", group="B")))
    other = lay(tmp_path / "20", {"Dockerfile": DOCKERFILE})
    # Two of Team A have work of their own: B is no group that hands in together either.
    assert plan([found(ada), found(grace), found(other)], two[:1], roster=more).said == ()


def test_terms_and_extensions(tmp_path: Path) -> None:
    late = "due: 2026-12-01T23:59:00+07:00\nlate: {extensions: {'17': 3d, adda: 1d}}\n"
    one = exercise(tmp_path / "ex", "it", GOOD + late)
    people = (Person(id="17", extensions={"*": "1d", "itt": "2d"}),)
    made = plan([], [one], roster=Roster(people, said=("the columns …",)))
    [(own, terms)] = made.terms
    assert (own, terms.due) == ("it", one.file.due)
    assert isinstance(terms.late, LatePolicy)
    assert made.said == (
        "the columns …",
        "it has an extension for 'adda', who is not on the roster",
        "the roster has extensions for exercises that are not graded here: 'itt'",
    )


def test_what_can_not_be_planned(two: list[Exercise]) -> None:
    with pytest.raises(UsageError, match="no exercise is given"):
        plan([], [])
    with pytest.raises(UsageError, match="several exercises are called 'two-line-image'"):
        plan([], [*two, two[0]])


def test_hostile_names(tmp_path: Path, two: list[Exercise], course: Course) -> None:
    root = os.fsencode(lay(tmp_path / "ada", {}))
    for name in (b"1.7\xff\x1b[31m", b"2.4\n\xe2\x80\xae", b"-rf", b"$(id)", b"a" * 200, b"\xf0\x9f\x92\xa5"):
        os.mkdir(root + b"/" + name)  # noqa: PTH102 - a name that is not UTF-8
        with open(root + b"/" + name + b"/Dockerfile", "wb"):  # noqa: PTH123
            pass
    os.mkfifo(root + b"/1.7.pipe")
    made = plan([found(tmp_path / "ada", name="\x1b]0;x\x07" + "ä" * 5000)], two, course, work=tmp_path / "work")
    assert {one.exercise for one in made.handins} == {"two-line-image", "serve-on-3000"}
    assert all(one.path.is_dir() for one in made.handins)
    assert all(one.label.isprintable() for one in made.handins)
    assert all(one.path.isprintable() for one in made.unplaced)
    assert made.handins[0].model_dump_json()
