"""The cause `several_commands`."""

from __future__ import annotations

from tests.support.cases import exited, explains, running, silent

CAUSE = "several_commands"
TWO = 'FROM busybox:1; CMD ["sh", "prepare.sh"]; CMD ["sh", "start.sh"]'


def test_names_the_one_without_effect() -> None:
    case = exited(TWO, ["sh", "start.sh"], 1, "cat: can't open '/notes': No such file or directory\n", kind="logs")
    explains(CAUSE, case, "2 CMD lines", "only the last one, line 3", '`CMD ["sh", "prepare.sh"]`', line=2)


def test_is_silent_about_one_command_in_each_stage() -> None:
    silent(CAUSE, exited("FROM a:1 AS x; CMD one; FROM x; CMD two", "two", 1))


def test_is_silent_about_a_running_container() -> None:
    silent(CAUSE, running(TWO, ["sh", "start.sh"]))
    silent(CAUSE, exited(TWO, ["sh", "start.sh"], 1, kind="dockerfile"))
