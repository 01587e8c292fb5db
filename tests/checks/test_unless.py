from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.unless import Unless
from grader.core import clock
from grader.core.errors import TimedOut, Unmet
from tests.support.checks import fails, make, passes, refuses
from tests.support.factories import make_entry
from tests.support.fakes import FakeTarget

if TYPE_CHECKING:
    from grader.core.facts import Command, Completed

ABSENT = {"kind": "file", "path": "/app/secret", "exists": False}
SAFE = {"kind": "file", "path": "/app/secret", "mode": "0600"}


def secret() -> Any:
    return make(Unless, unless=ABSENT, check=SAFE)


def holding(mode: int | None) -> FakeTarget:
    return FakeTarget(files={} if mode is None else {"/app/secret": make_entry("/app/secret", mode=0o100000 | mode)})


@pytest.mark.parametrize("mode", [None, 0o600])
def test_passes(mode: int | None) -> None:
    passes(secret(), holding(mode))


def test_fails_in_the_words_of_the_second() -> None:
    failure = fails(secret(), holding(0o644), "/app/secret has the mode 0644, expected 0600")
    assert failure.check is not None
    assert failure.check.kind == "file"
    assert "/app/secret" in str(failure.reproduce)


def test_what_was_not_made_is_skipped() -> None:
    with pytest.raises(Unmet):
        secret().run(FakeTarget())


def test_the_second_is_not_asked_when_the_time_is_up() -> None:
    def answer(_order: Command, _container: object) -> Completed:
        while True:
            clock.remaining(0.01)

    slow = make(Unless, unless={"kind": "command", "run": ["a"]}, check=ABSENT)
    with clock.limit(0.02, "the limit of a test"), pytest.raises(TimedOut, match="the limit of a test"):
        slow.run(FakeTarget(answer=answer, files={}))


def test_refuses() -> None:
    refuses(Unless, "Field required", unless=ABSENT)
    refuses(Unless, "belongs to the group", unless=ABSENT, check={**SAFE, "bonus": True})
