"""The cause `several_commands`."""

from __future__ import annotations

from grader.diagnosis import diagnoses
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


def test_says_which_one_may_be_meant_when_the_last_one_is_done() -> None:
    source = 'FROM a:1; CMD ["python", "app.py"]; CMD ["echo", "done"]'
    case = exited(source, ["echo", "done"], 0, "done\n")
    says = ("line 3, is used", "If line 2 is the command that is to keep running, leave out line 3")
    assert explains(CAUSE, case, *says, line=2).certainty > 75
    assert [one.cause for one in diagnoses(case)][:2] == [CAUSE, "command_ends"]
    silent(CAUSE, exited(source, ["true"], given_command=("true",)))
