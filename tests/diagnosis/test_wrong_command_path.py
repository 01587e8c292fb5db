"""The cause `wrong_command_path`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cases import cannot_start, exited, explains, files, silent

if TYPE_CHECKING:
    from grader.core.facts import Case

CAUSE = "wrong_command_path"


def not_found(argv: list[str], source: str = "FROM busybox:1; CMD {}", reason: str = "", **facts: Any) -> Case:
    error = cannot_start(f'"{argv[0]}": {reason or "executable file not found in $PATH"}')
    return exited(source.format(json.dumps(argv)), argv, 127, error=error, **facts)


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["phyton", "app.py"], "Did you mean python?"),
        (["python app.py"], 'Give every word its own quotes in line 2: ["python", "app.py"]'),
        (["cd", "/app", "&&", "ls"], "Use WORKDIR instead of cd"),
        (["export", "A=b"], "only a shell knows it"),
        (["java", "-jar", "x"], "busybox:1 has not"),
    ],
)
def test_what_the_engine_can_not_find(argv: list[str], says: str) -> None:
    explains(CAUSE, not_found(argv), says, line=2)


def test_a_whole_command_with_a_path_in_it() -> None:
    explains(
        CAUSE,
        not_found(["/bin/sh start.sh"], reason="stat /bin/sh start.sh: no such file or directory"),
        '["/bin/sh", "start.sh"]',
        line=2,
    )


def test_a_file_that_needs_its_path() -> None:
    case = not_found(["start.sh"], "FROM busybox:1; COPY start.sh /app/; CMD {}", files=files("start.sh"))
    explains(CAUSE, case, "Write /app/start.sh in line 3", line=3)


@pytest.mark.parametrize("logs", ["/bin/sh: phyton: not found\n", "/bin/sh: 1: phyton: not found\n"])
def test_what_a_shell_can_not_find(logs: str) -> None:
    explains(
        CAUSE, exited("FROM busybox:1; CMD phyton app.py", "phyton app.py", 127, logs), "Did you mean python?", line=2
    )


def test_is_silent_about_a_file_that_is_missing() -> None:
    silent(CAUSE, not_found(["/start.sh"], reason="stat /start.sh: no such file or directory"))
    silent(CAUSE, exited("FROM busybox:1; CMD ./a.sh", "./a.sh", 127, "/bin/sh: ./a.sh: not found\n"))


def test_is_silent_about_a_script_that_misses_a_program() -> None:
    logs = "/start.sh: line 3: curl: not found\n"
    silent(CAUSE, exited('FROM busybox:1; CMD ["/start.sh"]', ["/start.sh"], 127, logs))


def test_is_silent_about_brackets_taken_for_a_command() -> None:
    silent(CAUSE, exited("FROM busybox:1; CMD ['echo', 'x']", "['echo', 'x']", 127, "/bin/sh: [echo,: not found\n"))


def test_a_variable_in_place_of_the_program() -> None:
    says = ("'A=b' sets a variable", 'above line 2: ENV A=b, and change line 2 to: CMD ["python", "app.py"]')
    explains(CAUSE, not_found(["A=b", "python", "app.py"]), *says, line=2)
    explains(CAUSE, not_found(["A=b"]), "above line 2: ENV A=b", line=2)


@pytest.mark.parametrize(
    ("program", "reason"), [("sleep", ""), ("/bin/sleep", "stat /bin/sleep: no such file or directory")]
)
def test_a_command_of_the_exercise(program: str, reason: str) -> None:
    given = (program, "9")
    case = not_found([*given], "FROM scratch; CMD x", reason, given_command=given)
    explains(
        CAUSE, case, f"`{program} 9`", "the exercise starts a container", f"Start FROM an image that has {program}"
    )
    assert "Correct" not in explains(CAUSE, case).fix
