from __future__ import annotations

import pytest

from grader.core.script.shell import Piece, read


def run(text: str) -> tuple[list[tuple[int, str]], list[tuple[int, str, str]]]:
    left: list[tuple[int, str, str]] = []

    def leave_out(piece: Piece, reason: str) -> None:
        left.append((piece.number, piece.text, reason))

    return [(piece.number, piece.text) for piece in read(text, leave_out)], left


def test_statements() -> None:
    text = "#!/bin/sh\n# one\n\na\nb \\\n c\n\nif d; then\n\n  e\nfi\nf; g\nh \\\n"
    good, left = run(text)
    assert good == [(4, "a"), (5, "b \\\n c"), (8, "if d; then\n\n  e\nfi"), (12, "f; g"), (13, "h")]
    assert left == []


@pytest.mark.parametrize(
    ("bad", "because"),
    [
        ("fi", "near unexpected token `fi'"),
        ("echo 'a", "unexpected EOF"),
        ("if b; then", "unexpected end of file"),
        ("cat <<EOF", "a here-document has no end"),
        ("docker run <image>", "near unexpected token"),
    ],
)
def test_what_comes_before_a_syntax_error_is_run(bad: str, because: str) -> None:
    good, left = run(f"a\n\n{bad}\nb\n")
    assert good == [(1, "a")]
    [(number, text, reason)] = left
    assert (number, text.split("\n")[0]) == (3, bad)
    assert reason.startswith("from line 3 on bash can't read it: ")
    assert because in reason


def test_statements_split_by_mistake_are_joined() -> None:
    # A pattern that looks like the end of a loop.
    text = "x\ncase a in\n  esac) b ;;\n  done) c ;;\nesac\ny\n"
    good, left = run("x\nfor done in a\ndo\n  echo\ndone\ny\n")
    assert [text for _, text in good] == ["x", "for done in a\ndo\n  echo\ndone", "y"]
    assert left == []
    good, left = run("x\n[[ a =~ ( ]]\ny\n")
    assert good[0] == (1, "x")
    assert run(text)[0][0] == (1, "x")
