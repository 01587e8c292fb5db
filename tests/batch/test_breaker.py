from __future__ import annotations

import pytest

from grader.batch.breaker import GIVES_UP, OPENS_AT, PAUSES, Breaker


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock)


def fail(breaker: Breaker, number: int = OPENS_AT) -> None:
    for n in range(number):
        breaker.failed(f"student {n}", "no engine")


def state(breaker: Breaker) -> str:
    return "hopeless" if breaker.hopeless else "trying" if breaker.trying else "open" if breaker.open else "closed"


def test_students_in_a_row_open_it(breaker: Breaker) -> None:
    fail(breaker, OPENS_AT - 1)
    assert state(breaker) == "closed"
    breaker.failed("one more", "no engine")
    assert state(breaker) == "open"
    assert breaker.cause == "no engine"
    assert breaker.pause == PAUSES[0]


def test_one_student_again_and_again_does_not(breaker: Breaker) -> None:
    for _ in range(10):
        breaker.failed("ada", "no engine")
    assert not breaker.open


def test_a_success_in_between_begins_anew(breaker: Breaker) -> None:
    fail(breaker, OPENS_AT - 1)
    breaker.succeeded()
    fail(breaker, OPENS_AT - 1)
    assert not breaker.open


def test_one_attempt_is_let_through_once_the_engine_answers(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.now += PAUSES[0]
    assert breaker.pause == 0
    breaker.looked(answers=True)
    assert state(breaker) == "trying"
    breaker.succeeded()
    assert state(breaker) == "closed"


def test_it_waits_longer_each_time(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    found = []
    for _ in range(len(PAUSES) + 2):
        found.append(breaker.pause)
        clock.now += breaker.pause
        breaker.looked(answers=False)
    assert found == [*PAUSES, PAUSES[-1], PAUSES[-1]]


def test_an_attempt_that_fails_again_puts_off_the_next(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.now += PAUSES[0]
    breaker.looked(answers=True)
    breaker.failed("student 0", "still none")
    assert state(breaker) == "open"
    assert breaker.pause == PAUSES[1]


def test_others_that_were_on_their_way_put_nothing_off(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.now += 1
    breaker.failed("late", "no engine")
    assert breaker.pause == PAUSES[0] - 1


def test_it_gives_up_in_the_end(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.now += GIVES_UP - 1
    assert state(breaker) == "open"
    clock.now += 1
    assert state(breaker) == "hopeless"
    breaker.succeeded()
    assert state(breaker) == "closed"
