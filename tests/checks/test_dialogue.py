"""The `dialogue` check, as a table, and on the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.dialogue import Dialogue
from grader.core.clock import limit
from grader.core.facts import Command
from grader.core.specs import Where
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.fakes import FakeConversation, FakeTarget
from tests.support.scratch import SCRATCH, SLEEPS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.sandbox.project import Project

STEPS: list[dict[str, Any]] = [
    {"expect": "Name? "},
    {"send": "Ada"},
    {"expect": {"matches": "Hello, (Ada|Bob)"}},
    {"exit_code": 0},
]

SECOND = "# then, in a second terminal:\n"


def says(*pieces: bytes | None, code: int | None = None) -> FakeTarget:
    return FakeTarget(conversation=FakeConversation(says=list(pieces), code=code))


def dialogue(*steps: dict[str, Any], **fields: Any) -> Dialogue:
    made = make(Dialogue, **{"steps": list(steps) or STEPS, "each": "100ms", **fields})
    assert isinstance(made, Dialogue)
    return made


@pytest.mark.parametrize(
    ("target", "fields"),
    [
        (says(b"Na", b"", b"me? ", b"", b"Ada\r\nHello, ", b"Ada\r\n", None, code=0), {}),
        (says(b"\x1b[?25hName\x1b[0m? ", b"", b"Hello, Ada", None, code=0), {}),
        (says(b"Name? Hello, Ada", None, code=0), {"steps": [STEPS[0], STEPS[2]]}),
        (says(b"working", b"", b"", b"done", None, code=0), {"steps": [{"quiet": "50ms"}, {"exit_code": 0}]}),
        (says(b"a", None, code=3), {"steps": [{"exit_code": {"not": 0}}], "output": "a"}),
        (says(b"12\n", None, code=0), {"steps": [{"expect": 12}, {"end_of_input": True}][:1]}),
    ],
)
def test_passes(target: FakeTarget, fields: dict[str, Any]) -> None:
    passes(dialogue(**fields), target)


@pytest.mark.parametrize(
    ("tty", "done"),
    [
        (True, [b"Ada\r", b"\x03", b"\x1b[A", "end", (40, 120)]),
        (False, [b"Ada\n", b"\x1b[A", "end"]),
    ],
)
def test_what_is_typed(tty: bool, done: list[object]) -> None:  # noqa: FBT001 - a table
    talk = FakeConversation(says=[b"x"])
    steps: list[dict[str, Any]] = [{"send": "Ada"}, {"key": "Ctrl+C"}, {"send_raw": "\x1b[A"}]
    steps += [{"end_of_input": True}, {"resize": [40, 120]}]
    wanted = [one for one in steps if tty or not one.keys() & {"key", "resize"}]
    passes(dialogue(*wanted, {"expect": "x"}, tty=tty), FakeTarget(conversation=talk))
    assert talk.done == done


def test_what_it_asks_for() -> None:
    target = says(b"x", None, code=0)
    passes(dialogue({"expect": "x"}, command=["sh"], tty=False), target)
    passes(dialogue({"expect": "x"}, command=["sh"], exec=True, **{"in": {"container": "web"}}), says(b"x"))
    [(name, variation, command)] = target.conversed
    assert (name, variation.command, variation.tty, variation.stdin, command) == (None, ("sh",), False, True, None)
    target = says(b"x")
    passes(dialogue({"expect": "x"}, command=["sh"], exec=True, **{"in": {"container": "web"}}), target)
    [(name, variation, command)] = target.conversed
    assert (name, variation.command, command) == (Where(container="web"), None, Command(("sh",)))


@pytest.mark.parametrize(
    ("target", "steps", "because", "actual"),
    [
        (says(), [], "the program did not write 'Name? ' within 0.1 s", "nothing"),
        (says(b"Who? "), [], "the program did not write 'Name? ' within 0.1 s", "Who? "),
        (says(None, code=1), [], "the program ended with exit code 1, and did not write 'Name? '", "nothing"),
        (says(b"Name? ", None), [], "the program closed its output before 'Ada' was typed", "closed its output"),
        (
            says(b"Name? ", b"", b"Ada\r\nBye\r\n", None, code=2),
            [],
            "ended with exit code 2 after 'Ada' was typed, and did not write what matches /Hello, (Ada|Bob)/",
            "Ada\nBye\n",
        ),
        (
            says(b"Name? ", b"", b"Hello, Ada"),
            [],
            "the program was still running 0.1 s after 'Ada' was typed",
            "it is still running",
        ),
        (
            says(b"Name? ", b"", b"Hello, Ada", None, code=1),
            [],
            "the program ended after 'Ada' was typed, but its exit code is 1, expected 0",
            "1",
        ),
        (
            says(b"aba"),
            [{"expect": "b"}, {"expect": "b"}],
            "the program did not write 'b' within 0.1 s",
            "a",
        ),
        (
            says(b"x" * 2_000_000),
            [],
            "the program wrote more than 1 MiB, and not 'Name? '",
            "x" * 2000,
        ),
        (
            says(b"x" * 2_000_000),
            [{"end_of_input": True}, {"exit_code": 0}],
            "the program was still running 0.1 s after the end of its input",
            "it is still running",
        ),
        (
            says(None, code=0),
            [{"end_of_input": True}, {"exit_code": 0}],
            "the program ended with exit code 0 before its input ended",
            "ended with exit code 0",
        ),
    ],
)
def test_fails(target: FakeTarget, steps: list[dict[str, Any]], because: str, actual: str) -> None:
    assert fails(dialogue(*steps), target, because).actual == actual


def test_one_that_is_never_quiet() -> None:
    target = says(*[b"tick "] * 10_000)
    failure = fails(
        dialogue({"quiet": "50ms"}, {"exit_code": 0}), target, "went on writing, and was not quiet for 0.1 s"
    )
    assert str(failure.actual).startswith("tick tick")


def test_all_that_it_wrote() -> None:
    failure = fails(
        dialogue({"expect": "x"}, output={"not": {"contains": "Traceback"}}),
        says(b"Traceback x"),
        "what the program wrote contains 'Traceback', and should not",
    )
    assert failure.evidence[0].text == "Traceback x"


def test_the_dialogue_is_evidence() -> None:
    target = says(b"Name? ", b"", b"Ada\r\nBye\r\n", None, code=2)
    failure = fails(dialogue(STEPS[0], {"resize": [40, 120]}, *STEPS[1:]), target, "ended with exit code 2")
    [evidence] = failure.evidence
    assert evidence.text == (
        "Name? [the terminal has 40 rows and 120 columns]\n[typed: Ada]Ada\nBye\n[its output ended]"
    )


@pytest.mark.parametrize(
    ("fields", "commands"),
    [
        ({}, "docker run --rm -it --name try IMAGE\n# then type:\n#   Ada"),
        (
            {"tty": False, "command": ["cat", "a b"]},
            "docker run --rm -i --name try IMAGE cat 'a b'\n# then type:\n#   Ada",
        ),
        (
            {"exec": True, "command": ["sh"], "in": {"container": "web"}},
            "docker exec -it web sh\n# then type:\n#   Ada",
        ),
        (
            {"exec": True, "command": ["sh"]},
            f"docker run --rm --name try IMAGE\n{SECOND}docker exec -it try sh\n# then type:\n#   Ada",
        ),
    ],
)
def test_how_to_see_it_oneself(fields: dict[str, Any], commands: str) -> None:
    assert fails(dialogue(**fields), says(None, code=1), "ended").reproduce == commands


def test_without_a_terminal_a_prompt_may_be_held_back() -> None:
    assert "flush" in str(fails(dialogue(tty=False), says(), "did not write").hint)
    assert fails(dialogue(), says(), "did not write").hint is None


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"steps": []}, "at least 1"),
        ({"steps": [{"send": "x"}]}, "expects nothing; a step needs expect or exit_code"),
        ({"steps": [{}]}, "takes one of expect, send, send_raw, key"),
        ({"steps": [{"expect": "x", "send": "y"}]}, "takes one of expect, send, send_raw, key"),
        ({"steps": [{"expect": ""}]}, "takes text, or {matches: PATTERN}"),
        ({"steps": [{"expect": {"not": "x"}}]}, "what must not appear goes into 'output'"),
        ({"steps": [{"expect": {"matches": "("}}]}, "not a regular expression of RE2"),
        ({"steps": [{"key": "ctrl-1"}]}, "there is no key 'ctrl-1'; there are ctrl-a to ctrl-z, enter"),
        ({"steps": [{"exit_code": 0}, {"expect": "x"}]}, "exit_code can only be the last step"),
        ({"steps": [{"send": "x", "within": "1s"}, {"expect": "x"}]}, "within is for what the program does"),
        ({"steps": [{"key": "ctrl-c"}, {"expect": "x"}], "tty": False}, "key and resize need a terminal"),
        (
            {"steps": [{"end_of_input": True}, {"send": "x"}, {"exit_code": 0}], "tty": False},
            "nothing can be typed after the end of the input",
        ),
        ({"exec": True}, "exec needs a command"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Dialogue, because, **{"steps": STEPS, **fields})


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with project_in(tmp_path_factory.mktemp("dialogue"), SLEEPS) as project:
        yield project


ASKS = ["/busybox", "sh", "-c", "printf 'Name? '; read -r name; echo \"Hello, $name\"; exit 3"]


@pytest.mark.docker
@pytest.mark.parametrize("tty", [True, False])
@pytest.mark.parametrize("inside", [True, False])
def test_a_prompt_without_a_line_end(project: Project, *, tty: bool, inside: bool) -> None:
    steps: list[dict[str, Any]] = [{"expect": "Name? "}, {"send": "Ada"}, {"expect": "Hello, Ada"}, {"exit_code": 3}]
    dialogue(*steps, command=ASKS, tty=tty, exec=inside, each="5s").run(project)
    failure = fails(
        dialogue(*steps[:2], {"expect": "Bye"}, command=ASKS, tty=tty, exec=inside, each="5s"),
        project,
        "the program ended with exit code 3 after 'Ada' was typed, and did not write 'Bye'",
    )
    shown = "Name? [typed: Ada]Ada\nHello, Ada" if tty else "Name? [typed: Ada]\nHello, Ada"
    assert failure.evidence[0].text == f"{shown}\n[its output ended]"


@pytest.mark.docker
def test_keys_sizes_and_the_end_of_input_on_a_terminal(project: Project) -> None:
    steps: list[dict[str, Any]] = [
        {"expect": "# "},
        {"send": "/busybox stty size"},
        {"expect": "24 80"},
        {"resize": [40, 120]},
        {"send": "/busybox stty size"},
        {"expect": "40 120"},
        {"send": "/busybox sleep 50"},
        {"quiet": "500ms"},
        {"key": "ctrl-c"},
        {"expect": "# "},
        {"send": "echo code $?"},
        {"expect": "code 130"},
        {"end_of_input": True},
        {"exit_code": {"one_of": [0, 130]}},
    ]
    for inside in (True, False):
        dialogue(*steps, each="5s", exec=inside, command=["/busybox", "sh"]).run(project)


@pytest.mark.docker
@pytest.mark.parametrize(
    ("command", "steps", "because"),
    [
        (["/busybox", "true"], STEPS, "the program ended with exit code 0, and did not write 'Name? '"),
        (["/busybox", "sleep", "50"], STEPS, "the program did not write 'Name? ' within 0.5 s"),
        (["/busybox", "yes"], STEPS, "the program wrote more than 1 MiB, and not 'Name? '"),
        (
            ["/busybox", "sleep", "50"],
            [{"end_of_input": True}, {"exit_code": 0}],
            "the program was still running 0.5 s after the end of its input",
        ),
        (
            ["/busybox", "sleep", "50"],
            [{"send": "x" * 3_000_000}, {"exit_code": 0}],
            "not finished within 3 s (the limit of check 'it')",
        ),
        (["/nothing"], STEPS, "the container could not be started"),
    ],
)
def test_programs_that_do_not_talk(project: Project, command: list[str], steps: Any, because: str) -> None:
    with limit(3, "the limit of check 'it'"):
        fails(dialogue(*steps, command=command, tty=False, each="500ms"), project, because)


@pytest.mark.docker
def test_a_container_that_ends(tmp_path: Path) -> None:
    steps: list[dict[str, Any]] = [{"expect": "ready"}, {"send": "x"}, {"expect": "never"}]
    with project_in(tmp_path, f'{SCRATCH}CMD ["/busybox", "true"]\n') as project:
        failure = fails(dialogue(*steps, command=ASKS, exec=True), project, "the container is not running: it ")
        assert failure.evidence == ()
    with project_in(tmp_path / "later", f'{SCRATCH}CMD ["/busybox", "sleep", "1"]\n') as project:
        waits = ["/busybox", "sh", "-c", "echo ready; read it; /busybox sleep 50"]
        because = "; its container ended with exit code 0 meanwhile"
        fails(dialogue(*steps, command=waits, exec=True, each="5s"), project, because)


def test_a_dialogue_in_which_nothing_was_said_is_not_shown() -> None:
    assert fails(dialogue(STEPS[0]), says(b"", b"", None, code=1), "did not write").evidence == ()
