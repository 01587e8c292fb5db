from __future__ import annotations

import pytest

from grader.core.script.page import read


def runs(text: str, task: str = "") -> list[str]:
    return [draft.text for draft in read(text, task).drafts]


@pytest.mark.parametrize("info", ["", "bash", "sh", "console", "shell-session", "powershell", "docker", "{.sh}"])
def test_fences_with_commands(info: str) -> None:
    assert runs(f"```{info}\ndocker ps\n```") == ["docker ps"]


@pytest.mark.parametrize("info", ["dockerfile", "Dockerfile", "yaml", "json", "python", "output", "yml,linenos"])
def test_fences_with_something_else(info: str) -> None:
    session = read(f"```{info}\n\n$ docker ps\nFROM a\n```")
    assert session.drafts == []
    assert [left.doubtful for left in session.left] == [True, False]


def test_only_a_shells_block_may_call_any_program() -> None:
    assert runs("```sh\nnpm start\n```\n```\nnpm stop\n```") == ["npm start"]


def test_lines_that_are_none_of_it() -> None:
    session = read("words\n# note\n\n---\nmore\n")
    assert [(left.row.number, left.reason) for left in session.left] == [(1, "not a command"), (5, "not a command")]
    assert runs("words\n## docker info -f x\n") == ["docker info -f x"]


def test_a_heading_is_no_command_beside_others() -> None:
    session = read("## docker run -d a\n\ndocker ps\n")
    assert [draft.text for draft in session.drafts] == ["docker ps"]
    assert [(left.reason, left.doubtful) for left in session.left] == [("a heading", True)]


def test_a_file_may_be_one_block() -> None:
    assert [draft.text for draft in read("- a\ncall x\ndocker ps\n", block=True).drafts] == ["call x", "docker ps"]


def test_lines_too_long() -> None:
    [left] = read("docker run " + "x" * 20_000).left
    assert (left.reason, left.doubtful) == ("too long", True)


def test_copied_lines_part_a_block() -> None:
    task = "Here are some words of it.\n"
    session = read("docker run \\\nHere are some words of it.\n-d a\n", task)
    assert [draft.text for draft in session.drafts] == ["docker run"]
