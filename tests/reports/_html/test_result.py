"""The page of one result: names, room, and how two texts are compared."""

from __future__ import annotations

from grader.core.report import Edition
from grader.core.result import Evidence, Outcome, Source, SubmissionRef
from grader.reports._html import result as pages
from grader.reports._html._budget import Budget
from grader.reports._html._diff import MOST_LINES, compare
from tests.support.factories import WHEN, make_check_result, make_result


def _by(name: str) -> SubmissionRef:
    return SubmissionRef(id=name, kind="dockerfile", received_at=WHEN)


def test_file_names_are_safe_and_apart() -> None:
    names = [pages.file_name(make_result(submission=_by(one))) for one in ("ada", "Ada", "../../x", "a b", "a-b", "…")]
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert name.startswith("serve-on-3000-")
        assert name.endswith(".html")
        assert not set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789.-_")
        assert ".." not in name


def test_words_that_differ_are_marked() -> None:
    found = compare("Hello, Ada!\nYou are visitor 1.\n", "Hello, Ada!\nYou are visitor 2.\n")
    assert found is not None
    first, second = found.rows
    assert first.same
    assert second.left is not None
    assert second.right is not None
    assert [one.text for one in second.left.pieces if one.differs] == ["1"]
    assert [one.text for one in second.right.pieces if one.differs] == ["2"]


def test_short_texts_that_have_nothing_in_common_are_not_compared() -> None:
    assert compare("a server on port 3000", "404") is None
    assert compare("404", "one\ntwo\nthree") is None


def test_a_missing_line_end_is_said() -> None:
    for one, other in (("a", "a\n"), ("a\nb", "a\nb\n")):
        found = compare(one, other)
        assert found is not None
        assert found.only_ends


def test_blanks_that_differ_are_seen() -> None:
    found = compare("one two three", "one  two three")
    assert found is not None
    right = found.rows[0].right
    assert right is not None
    assert "··" in [one.text for one in right.pieces]


def test_long_texts_are_compared_in_part() -> None:
    lines = [f"line {number}" for number in range(MOST_LINES + 50)]
    found = compare("\n".join(lines), "\n".join(["other", *lines[1:]]))
    assert found is not None
    assert found.uncompared == 50
    assert [row.left_out for row in found.rows if row.left_out] == [MOST_LINES - 4]


def test_there_is_room_for_so_much_only() -> None:
    budget = Budget(10_000)
    assert budget.take("x" * 4_000) == "x" * 4_000
    assert len(budget.take("y" * 8_000)) < 2_000
    assert "left out" in budget.take("<" * 8_000)
    assert budget.shortened == 2
    assert (budget.remark("ada") or "").startswith("ada: 2 texts are")
    assert Budget().remark("ada") is None


def test_what_failed_comes_first_where_room_is_short() -> None:
    def log(name: str) -> tuple[Evidence, ...]:
        return tuple(Evidence(kind="log", title=f"{name} {n}", text=f"{name}{n}" + "<" * 7_000) for n in range(40))

    checks = (
        *(make_check_result(id=f"p{n}", evidence=log(f"p{n}")) for n in range(3)),
        make_check_result(id="f", outcome=Outcome.FAILED, points=0, message="no", evidence=log("f")),
    )
    shown = pages.view(make_result(checks=checks), Edition.STAFF)
    assert all(text.endswith("<" * 7_000) for _, text in shown.checks[3].evidence)
    assert shown.budget.shortened > 0
    assert "shortened or left out" in (pages.remark(shown) or "")
    assert len(pages.page(shown)) < 2_000_000


def test_the_line_of_a_source_is_found() -> None:
    source = Source(path="Dockerfile", language="dockerfile", text="FROM x\nRUN y\n")
    shown = pages.view(make_result(sources=(source,)), Edition.STUDENT, prefix="r1-")
    [file] = shown.sources
    assert [line.id for line in file.lines] == ["r1-s1-1", "r1-s1-2"]
    assert file.place(2) == "r1-s1-2"
    assert file.place(3) == file.place(None) == "r1-s1"
    assert file.lines[0].parts == (("", ""), ("kw", "FROM"), ("", " x"))


def test_what_may_change_the_score_is_said_above() -> None:
    outcomes = (Outcome.FAILED, Outcome.SKIPPED, Outcome.ERROR, Outcome.WITHHELD, Outcome.WITHHELD)
    checks = [make_check_result(id=f"c{at}", outcome=one, points=0) for at, one in enumerate(outcomes)]
    text = pages.page(pages.view(make_result(checks=tuple(checks)), Edition.STUDENT))
    assert "2 checks are not run yet: the score may change." in text
    assert "1 check could not be done" in text


def test_where_to_begin_is_said_if_there_is_a_choice() -> None:
    def shown(*outcomes: Outcome) -> pages.View:
        checks = [make_check_result(id=f"c{at}", outcome=one, points=0) for at, one in enumerate(outcomes)]
        return pages.view(make_result(checks=tuple(checks)), Edition.STUDENT)

    passed, failed, skipped = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED
    several = shown(passed, failed, skipped, skipped, failed)
    assert several.first is several.checks[1]
    text = pages.page(several)
    assert 'begin with <a class="student" href="#c2">' in text
    assert "2 checks were not looked at, because something they need did not pass." in text
    for none in (shown(passed), shown(passed, failed), shown()):
        assert none.first is None
        assert "What to do next" not in pages.page(none)


def test_an_exercise_may_have_no_points() -> None:
    checks = (make_check_result(points=0, max_points=0),)
    assert "of 0 points" in pages.page(pages.view(make_result(checks=checks), Edition.STUDENT))
