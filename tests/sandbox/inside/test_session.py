"""What is kept of a command's output."""

from __future__ import annotations

from grader.sandbox.inside.session import MAX_OUTPUT, Output, _without_obituary


def test_of_very_much_head_and_tail_are_kept() -> None:
    output = Output()
    output.add(b"head" + b"x" * MAX_OUTPUT)
    output.add(b"y" * MAX_OUTPUT + b"tail")
    text = output.text()
    assert text.startswith("head")
    assert text.endswith("tail")
    assert "[… 8 bytes …]" in text


def test_what_the_shell_says_of_programs_that_were_killed_is_left_out() -> None:
    said = (
        "before\n"
        "commands.sh: line 4:   587 Killed                  docker compose down 2>&1\n"
        "       588                       | tail -1\n"
        "after: 12 | table\n"
    )
    assert _without_obituary(said) == "before\nafter: 12 | table\n"
    assert _without_obituary("answer.sh: line 7:    21 Killed                  sleep 9\n") == ""
