from __future__ import annotations

from grader.core.script.patterns import pattern


def test_compiled_once() -> None:
    assert pattern("a+") is pattern("a+")
    assert pattern("a+").match("aab").span() == (0, 2)
