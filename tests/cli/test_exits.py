from __future__ import annotations

import pytest

from grader.cli.exits import exit_code
from grader.core.result import Outcome, Status
from tests.support.factories import make_check_result, make_result


def code(*outcomes: Outcome, status: Status = Status.GRADED, zero: bool = False) -> int:
    checks = tuple(make_check_result(id=f"c{n}", outcome=one) for n, one in enumerate(outcomes))
    return exit_code(make_result(checks=checks, status=status), zero_if_graded=zero)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ((Outcome.PASSED,), 0),
        ((Outcome.PASSED, Outcome.WITHHELD), 0),
        ((Outcome.FAILED, Outcome.SKIPPED), 1),
        ((Outcome.PASSED, Outcome.SKIPPED), 1),
        ((Outcome.FAILED, Outcome.ERROR), 1),
        ((Outcome.PASSED, Outcome.ERROR), 2),
        ((Outcome.WITHHELD,), 1),
        ((), 1),
    ],
)
def test_graded(outcomes: tuple[Outcome, ...], expected: int) -> None:
    assert code(*outcomes) == expected
    # Only 1 becomes 0: a broken exercise is to be noticed.
    assert code(*outcomes, zero=True) == (0 if expected == 1 else expected)


@pytest.mark.parametrize("zero", [True, False])
def test_not_graded(*, zero: bool) -> None:
    assert code(Outcome.PASSED, status=Status.UNGRADED, zero=zero) == 3
    assert code(Outcome.FAILED, status=Status.REJECTED, zero=zero) == 4
