from __future__ import annotations

from typing import Any

import pytest

from grader.core.yaml import read
from grader.exercise.record import FILES
from grader.gradebook.changes import Changes, compare
from tests.support.populated import EXERCISE

TEXT = EXERCISE.format(id="one")


def changes(old: str, new: str) -> Changes:
    assert old in TEXT
    return compare(read(TEXT, "").data, read(TEXT.replace(old, new), "").data)


def test_nothing() -> None:
    assert not compare(read(TEXT, "").data, read(TEXT, "").data)
    assert not changes("points: 2, title: The image", "points: 2.0, feedback: full, title: The image")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("points: 3, needs: [builds], title", "points: 5, needs: [builds], title", "check 'answers': points 3 -> 5"),
        ("hint: Try --port.", "hint: No.", "check 'answers': hint Try --port. -> No."),
        ("visibility: hidden", "visibility: visible", "check 'secret': visibility hidden -> visible"),
        ("bonus: true", "feedback: none", "check 'extra': bonus true -> false"),
        ("title: Serve one", "title: Two", "title Serve one -> Two"),
        ("due: 2026-03-01T12:00:00Z", "due: 2026-03-02T12:00:00Z", "due 2026-03-01T12:00:00Z -> 2026-03-02T12:00:00Z"),
        ("percent_per_day: 10", "percent_per_day: 20", "late.percent_per_day 10 -> 20"),
        ("cut_off: 5d", "at_most: 50", "late.at_most not set -> 50"),
        ("due: 2026-03-01T12:00:00Z\n", "", "due 2026-03-01T12:00:00Z -> not set"),
        ("late: {grace: 10m, percent_per_day: 10, cut_off: 5d}\n", "", "late {"),
        ("due: 2026-03-01T12:00:00Z", "due: '${when}'", "due 2026-03-01T12:00:00Z -> ${when}"),
    ],
)
def test_what_scores_alone_depend_on(old: str, new: str, told: str) -> None:
    found = changes(old, new)
    assert found.scoring[0].startswith(told)
    assert found.grading == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("port: 3000, points", "port: 8080, points", "check 'answers': port 3000 -> 8080"),
        ("{publish: [3000]}", "{publish: [3000, 80]}", "containers.main.publish [3000] -> [3000, 80]"),
        ("kind: dockerfile", "kind: commands", "submission.kind dockerfile -> commands"),
        ("needs: [builds], title: The", "title: The", "check 'answers': needs [\"builds\"] -> []"),
        ("id: extra", "id: other", "check 'other' is new"),
        ("at_most: 50MiB", "at_most: 50MiB, timeout: 9s", "check 'later': timeout 30s -> 9s"),
        ("path: /s", "path: '1'", "check 'secret': path /s -> 1"),
    ],
)
def test_what_outcomes_depend_on(old: str, new: str, told: str) -> None:
    found = changes(old, new)
    assert found.grading[0] == told
    assert found.scoring == ()


def test_gone_and_moved() -> None:
    old = read(TEXT, "").data
    fewer = {**old, "checks": old["checks"][:-1]}
    assert compare(old, fewer).grading == ("check 'extra' is gone",)
    moved = {**old, "checks": [*old["checks"][1:], old["checks"][0]]}
    assert compare(old, moved).grading == ("the checks run in another order",)


def group(port: int) -> dict[str, Any]:
    inner = [{"id": "a", "kind": "http", "port": port}, {"id": "b", "kind": "build"}]
    return {"checks": [{"id": "web", "kind": "all_of", "checks": inner}]}


def test_inside_of_a_group() -> None:
    assert compare(group(1), group(2)).grading == ("check 'web': checks[0].port 1 -> 2",)


@pytest.mark.parametrize(
    ("old", "new"), [({"bonus": True}, {"bonus": False}), ({"visibility": "hidden"}, {"visibility": "visible"})]
)
def test_what_tests_may_have_said_themselves(old: dict[str, Any], new: dict[str, Any]) -> None:
    tests = {"id": "t", "kind": "pytest", "file": "t.py"}
    assert compare({"checks": [{**tests, **old}]}, {"checks": [{**tests, **new}]}).grading
    back = compare({"checks": [{**tests, **new}]}, {"checks": [{**tests, **old}]})
    assert back.scoring
    assert not back.grading


def files(**digests: str) -> dict[str, Any]:
    given = {"app": {"from": "starter/app", "lay": "missing"}}
    return {"submission": {"kind": "dockerfile", "given": given}, "checks": [], FILES: digests}


def test_files() -> None:
    free = compare(files(**{"task.md": "1", "starter/Dockerfile": "1"}), files(**{"task.md": "2"}))
    assert free.scoring == ("the file starter/Dockerfile is gone", "the file task.md has changed")
    assert not free.grading
    read_by_checks = compare(files(**{"starter/app/a.py": "1"}), files(**{"starter/app/a.py": "2", "test_a.py": "1"}))
    assert read_by_checks.grading == ("the file starter/app/a.py has changed", "the file test_a.py is new")


def test_files_that_nobody_noted() -> None:
    old = {"submission": {"kind": "dockerfile"}, "checks": []}
    assert compare(old, files(**{"test_a.py": "1"})).grading[-1] == "its other files may have changed"
    assert not compare(old, {**old, FILES: {"task.md": "1"}})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("due: 2026-03-01T12:00:00Z", "due: '2026-03-01T12:00:00+00:00'"),
        ("due: 2026-03-01T12:00:00Z", "due: 2026-03-01T14:00:00+02:00"),
        ("grace: 10m", "grace: 600.0"),
        ("cut_off: 5d", "cut_off: 120h, at_most: null, extensions: {}"),
    ],
)
def test_the_same_in_other_words(old: str, new: str) -> None:
    assert not changes(old, new)


def test_whether_only_dates_differ() -> None:
    assert changes("percent_per_day: 10", "percent_per_day: 20").only_dates
    assert changes("due: 2026-03-01T12:00:00Z\n", "").only_dates
    assert not changes("title: Serve one", "title: Two").only_dates
    assert not Changes().only_dates
    assert not Changes(("due 1 -> 2",), ("check 'x' is new",)).only_dates
