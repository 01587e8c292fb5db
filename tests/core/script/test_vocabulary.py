from __future__ import annotations

from grader.core.script.vocabulary import vocabulary


def test_words() -> None:
    assert vocabulary("a b  a") == {"a", "b"}
