from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.script.syntax import Syntax

if TYPE_CHECKING:
    import subprocess

    import pytest


def test_problems() -> None:
    syntax = Syntax()
    assert syntax.problem("docker ps && echo 'a\nb'") is None
    assert syntax.problem("fi") == "syntax error near unexpected token `fi'"
    assert syntax.problem("cat <<EOF\na") == "a here-document has no end"
    assert "unexpected EOF" in (syntax.problem("echo 'a") or "")


def test_the_first_that_is_no_statement() -> None:
    assert Syntax().first_bad(["a", "b", "(c)"]) == 3
    assert Syntax().first_bad([]) == 0
    pieces = [f"echo {number}" for number in range(50)]
    for bad in ("if a", "done", "echo 'a", "echo (", "{ a", "}", "cat <<E"):
        assert Syntax().first_bad([*pieces[:20], bad, *pieces[20:]]) == 20
    assert Syntax().first_bad(["{ echo", "}; a"]) == 0


def test_nothing_is_run() -> None:
    assert Syntax().problem("touch /nonexistent/a; exit 3") is None


def test_questions_have_an_end() -> None:
    syntax = Syntax(budget=1)
    assert syntax.problem("fi") is not None
    assert syntax.problem("fi") is None


def test_without_bash_everything_counts_as_right(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> subprocess.Popen[bytes]:
        raise FileNotFoundError

    monkeypatch.setattr("subprocess.Popen", missing)
    syntax = Syntax()
    assert syntax.problem("fi") is None
    assert syntax.budget == 0
