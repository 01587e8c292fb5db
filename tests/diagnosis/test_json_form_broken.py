"""The cause `json_form_broken`."""

from __future__ import annotations

import pytest

from tests.support.cases import built, exited, explains, silent, step_failed

CAUSE = "json_form_broken"


@pytest.mark.parametrize(
    ("written", "said", "reason", "right"),
    [
        ("['python', '-m', 'http.server']", "[python,", "single quotes", '["python", "-m", "http.server"]'),
        ("[\u201cecho\u201d, \u201cx\u201d]", "[\u201cecho\u201d,", "curly quotes", '["echo", "x"]'),
        ('["echo", "x",]', "[echo,", "a comma after the last word", '["echo", "x"]'),
        ("[echo, x]", "[echo,", "no quotes", '["echo", "x"]'),
        ('["echo" "x"]', "[echo", "a quote or a comma is missing", "CMD ["),
    ],
)
@pytest.mark.parametrize("shell", ["/bin/sh: 1:", "/bin/sh:"])
def test_a_list_that_is_none(written: str, said: str, reason: str, right: str, shell: str) -> None:
    case = exited(f"FROM some:1; CMD {written}", written, 127, f"{shell} {said}: not found\n")
    explains(CAUSE, case, reason, f"Change line 2 to: CMD {right}" if "CMD" not in right else right, line=2)


def test_a_step_of_the_build() -> None:
    case = step_failed("FROM some:1; RUN ['echo', 'x']", 2, 127, "/bin/sh: 1: [echo,: not found\n")
    explains(CAUSE, case, 'Change line 2 to: RUN ["echo", "x"]', line=2)


def test_a_check_of_the_form() -> None:
    case = built(
        "FROM some:1; CMD ['echo', 'x']", kind="dockerfile", message="line 2: CMD is not written in the exec form"
    )
    explains(CAUSE, case, "single quotes", line=2)


def test_is_silent_about_a_plain_shell_form() -> None:
    silent(
        CAUSE,
        built("FROM some:1; CMD echo x", kind="dockerfile", message="line 2: CMD is not written in the exec form"),
    )
    silent(
        CAUSE, built("FROM some:1; CMD ['echo', 'x']", kind="dockerfile", message="the number of CMD is 1, expected 2")
    )


@pytest.mark.parametrize(
    ("line", "code", "logs"),
    [
        ("[ -f /x ] && run", 1, ""),
        ("phyton app.py", 127, "/bin/sh: phyton: not found\n"),
        ("sh /start.sh", 127, "/start.sh: line 2: [[: not found\n"),
    ],
)
def test_is_silent_about_other_commands(line: str, code: int, logs: str) -> None:
    silent(CAUSE, exited(f"FROM some:1; CMD {line}", line, code, logs))


def test_is_silent_about_conditions_of_bash() -> None:
    silent(CAUSE, step_failed("FROM a:1; RUN [[ -d /srv ]]", 2, 127, "/bin/sh: 1: [[: not found\n"))
