from __future__ import annotations

from grader.core.result import Diagnosis, Feedback, Outcome, Status, Visibility
from grader.gradebook.feedback import MAX_FEEDBACK, feedback
from tests.support.factories import make_check_result, make_result


def failed(**changes: object) -> str:
    made: dict[str, object] = {"outcome": Outcome.FAILED, "points": 0, "message": "nothing answers.", "hint": "Try it."}
    return feedback(make_result(checks=(make_check_result(**{**made, **changes}),)))


def test_a_line_per_check() -> None:
    assert feedback(make_result()) == "passed (1 of 1): The image builds"
    assert failed() == "failed (0 of 1): The image builds: nothing answers. Try it"


def test_the_fix_goes_before_the_hint() -> None:
    cause = Diagnosis(cause="x", summary="S.", explanation="E.", fix="Mend it.")
    assert failed(diagnosis=cause).endswith("nothing answers. Mend it")


def test_what_is_kept_from_students() -> None:
    assert failed(visibility=Visibility.HIDDEN) == "failed (0 of 1): Hidden check"
    assert failed(feedback=Feedback.NONE) == "failed (0 of 1): The image builds"
    assert failed(feedback=Feedback.ACTUAL_ONLY, actual="500") == "failed (0 of 1): The image builds: found 500"


def test_hostile_text_is_one_line_without_control_characters() -> None:
    told = failed(message="a\n\x1b[31mb\u202e", title="x\ny")
    assert told.count("\n") == 0
    assert "\x1b" not in told
    assert "\u202e" not in told


def test_it_is_bounded() -> None:
    checks = tuple(make_check_result(id=f"c{n}", title="t" * 300) for n in range(100))
    told = feedback(make_result(checks=checks))
    assert len(told) <= MAX_FEEDBACK
    assert told.endswith("more lines)")


def test_without_a_score() -> None:
    rejected = make_result(status=Status.REJECTED, score=None, max_score=None, checks=(), message="it leads out")
    assert feedback(rejected) == "it leads out"
