from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.core.script import Command, Made, bind, read
from grader.core.script.model import MAX_COMMAND, MAX_COMMANDS, MAX_LINES, MAX_PASSAGES, MAX_TEXT

FILES: Final = Path(__file__).parent / "files"
SAMPLES: Final = sorted(path.with_suffix("") for path in FILES.glob("*.yaml"))


def shown(command: Command) -> object:
    """Give a command as the YAML files write it."""
    if command.stdin is None and command.note is None and not command.references:
        return command.text
    entry: dict[str, Any] = {"run": command.text}
    if command.stdin is not None:
        entry["stdin"] = command.stdin
    if command.note is not None:
        entry["note"] = command.note
    if command.references:
        names = ("text", "command", "name", "image")
        entry["references"] = [
            {name: getattr(one, name) for name in names if getattr(one, name) is not None} for one in command.references
        ]
    return entry


def texts(text: str, name: str = "README.md", task: str = "") -> list[str]:
    return [command.text for command in read(text, name, task).commands]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_files_as_students_write_them(path: Path) -> None:
    expected = yaml.safe_load(Path(f"{path}.yaml").read_text(encoding="utf-8"))
    found = read(path.read_bytes().decode("utf-8", "replace"), path.name)
    assert [shown(command) for command in found.commands] == expected["commands"]
    assert {one.reason for one in found.left_out} == set(expected.get("left_out", ()))
    assert [one.text.split("\n")[0] for one in found.left_out if one.doubtful] == expected.get("doubtful", [])


def test_every_sample_has_its_expectation() -> None:
    assert {path.name for path in FILES.iterdir() if path.suffix != ".yaml"} == {path.name for path in SAMPLES}


@pytest.mark.parametrize("text", ["", "\n\n", "# Title\n", "Only words.\n", "\0\0", "\ufeff", "```\n```\n", "$ \n$\n"])
@pytest.mark.parametrize("name", ["a.md", "a.sh", "a", "a.bat"])
def test_no_commands(text: str, name: str) -> None:
    assert [one for one in read(text, name).commands if name != "a.sh"] == []


@pytest.mark.parametrize("text", ["docker ps " * (MAX_TEXT // 10 + 1), "\n" * (MAX_LINES + 1)], ids=["text", "lines"])
def test_a_text_too_long_is_left_out_as_a_whole(text: str) -> None:
    found = read(text, "a.sh")
    assert found.commands == ()
    [left] = found.left_out
    assert (left.number, left.doubtful, left.reason) == (1, True, "the file is longer than 256 KiB or 10000 lines")
    assert len(left.text) < 10_000


@pytest.mark.parametrize("name", ["a.md", "a.sh"])
def test_too_many_commands(name: str) -> None:
    found = read("docker ps\n" * (MAX_COMMANDS + 2), name)
    assert len(found.commands) == MAX_COMMANDS
    [left] = found.left_out
    assert (left.number, left.text) == (MAX_COMMANDS + 1, "docker ps\ndocker ps")
    assert left.reason == "too many: only 500 commands are run"
    assert left.doubtful


@pytest.mark.parametrize("name", ["a.md", "a.sh"])
@pytest.mark.parametrize(
    "long",
    ["docker run " + "x" * MAX_COMMAND, "docker run \\\n" + f"{'x' * 60} \\\n" * 300 + "y"],
    ids=["line", "lines"],
)
def test_a_command_too_long(name: str, long: str) -> None:
    found = read(f"docker ps\n{long}\ndocker images\n", name)
    assert [one.text for one in found.commands] == ["docker ps", "docker images"]
    assert ("too long", True) in {(one.reason, one.doubtful) for one in found.left_out}


def test_passages_without_end_are_told_as_one() -> None:
    found = read("docker ps\nwords\n\n```json\n{}\n```\n" * MAX_PASSAGES, "a.md")
    assert len(found.left_out) == MAX_PASSAGES
    assert found.left_out[-1].reason == "too many passages to tell them apart"


def test_controls_never_reach_the_shell() -> None:
    assert texts("$ \x1b[1mdocker\x1b[0m p\0s\udc00\n") == ["docker ps\ufffd"]


def test_a_script_is_run_as_it_is() -> None:
    assert texts("$ docker ps\n", "a.sh") == ["docker ps"]  # no script: what a terminal showed
    assert texts("#!/bin/sh\n$ docker ps\n", "a.sh") == ["$ docker ps"]
    assert texts("#!/usr/bin/env bash\ndocker run <image>\n", "commands") == []
    assert texts("# docker ps\r\ndocker images\r\n", "a.bash") == ["docker images"]
    assert texts("```\ndocker ps\n```\n", "a.sh") == ["docker ps"]
    assert texts("#!/usr/bin/python3\ndocker ps\n", "a") == ["docker ps"]


TASK: Final = """\
# Pull images

Pull the image nginx from Docker Hub and look at it.

```
docker pull nginx
docker images
```

Then start a container from it with the command

    docker run -d -p 3000:3000 nginx

1. Run `docker ps` to see whether it runs on your machine.
2. Stop it again, in whichever way you like.
"""


def test_the_task_is_not_the_answer() -> None:
    found = read(f"{TASK}\n## Answer\n\ndocker pull nginx\ndocker run -d nginx\n", "a.md", TASK)
    assert [one.text for one in found.commands] == ["docker pull nginx", "docker run -d nginx"]
    assert {one.reason for one in found.left_out} == {"part of the task's text"}
    # The student gave one of the task's commands, but neither of these.
    assert [one.text for one in found.left_out if one.doubtful] == ["docker images", "docker run -d -p 3000:3000 nginx"]


def test_a_command_of_the_task_may_be_the_answer() -> None:
    answer = "```\ndocker pull nginx\ndocker images\n```\n\n```\ndocker run -d -p 3000:3000 nginx\n```\n"
    assert texts(answer, task=TASK) == ["docker pull nginx", "docker images", "docker run -d -p 3000:3000 nginx"]
    below = "Pull the image nginx from Docker Hub and look at it.\ndocker pull nginx\n"
    assert texts(below, "a.txt", TASK) == ["docker pull nginx"]


def test_a_copy_of_the_task_with_nothing_else_is_taken_as_the_answer() -> None:
    assert texts(TASK, task=TASK) == ["docker pull nginx", "docker images", "docker run -d -p 3000:3000 nginx"]


def test_a_quoted_command_given_again_is_run_once() -> None:
    quote = "> Pull the image nginx from Docker Hub\n> and look at it.\n\n```\ndocker pull nginx\ndocker images\n```\n"
    found = read(f"{quote}My answer\n```\n$ docker pull nginx\n$ docker images\n```\n", "a.md", TASK)
    assert [one.number for one in found.commands] == [10, 11]
    assert not any(one.doubtful for one in found.left_out)


def test_a_command_told_and_given_is_run_once() -> None:
    text = "## docker run -d nginx\n\nI ran `docker run -d nginx` and `docker images`.\n```\ndocker run -d nginx\n```\n"
    found = read(text, "a.md")
    assert [(one.number, one.text) for one in found.commands] == [(3, "docker images"), (5, "docker run -d nginx")]
    assert not any(one.doubtful for one in found.left_out)


def test_headings_count_where_there_is_nothing_else() -> None:
    assert texts("### `docker pull nginx`\n![](a.png)\n### docker run -d nginx\n![](b.png)\n") == [
        "docker pull nginx",
        "docker run -d nginx",
    ]


def test_what_a_container_prints_between_its_prompts_is_told() -> None:
    [left] = read("$ docker run -it ubuntu bash\nso much\nroot@3f2a1b7c9d10:/# ls\n", "a.md").left_out
    assert (left.number, left.text) == (2, "so much")


def test_ids_are_bound_to_containers() -> None:
    [_, stop, _] = read("docker run -d nginx\ndocker stop 3f2a1b7c9d10\ndocker rm <container id>\n", "a.txt").commands
    made = [Made("f" * 64, "web", "nginx", 1)]
    assert bind(stop, made) == ("docker stop web", ("'3f2a1b7c9d10' is taken for the container 'web'",))
    assert bind(stop, []) == (stop.text, ())


LINES: Final = (
    "",
    "docker run -d -p 3000:3000 --name web nginx",
    "$ docker ps -a",
    "$ docker run -it ubuntu bash",
    "root@3f2a1b7c9d10:/# ls",
    "/ # exit",
    "exit",
    "# docker ps",
    "> docker images",
    "CONTAINER ID   IMAGE   COMMAND   NAMES",
    "3f2a1b7c9d10   nginx   sh   quirky_einstein",
    "docker stop 3f2a1b7c9d10 quirky_einstein <container id>",
    "docker run \\",
    "  -p 80:80 `",
    "  nginx",
    "cat <<EOF",
    "EOF",
    "for i in 1 2; do",
    "done",
    "```",
    "```bash",
    "```json",
    "~~~",
    "I used `docker logs web` and `docker run`.",
    "1. docker pull nginx",
    "| docker ps | lists |",
    "<pre>",
    "</pre>",
    "<code>docker ps</code><br>docker images",
    "<!-- hidden",
    "-->",
    "docker exec web echo 'open",
    'say "it',
    "Hello from Docker!",
    "## docker info",
    "PS C:\\> docker version",
    "sudo docker-compose up \u2013d",
    "docker run )",
)
MARKUP: Final = ("#", "`", "~", "<", "-->", ">", "$", "exit", "/ #", "| docker", "EOF")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(LINES), max_size=14), st.sampled_from(["a.md", "a.txt", "a.sh", "a.ps1"]))
def test_no_line_is_lost(lines: list[str], name: str) -> None:
    found = read("\n".join(lines), name, "\n".join(lines[:4]))
    told: set[int] = set()
    for command in found.commands:
        told |= set(range(command.number, command.number + command.text.count("\n") + 1))
        typed = (command.stdin or "").splitlines()
        told |= {at for at, line in enumerate(lines, 1) if {line.rstrip(), line.split("# ")[-1]} & {*typed}}
    for passage in found.left_out:
        told |= set(range(passage.number, passage.number + passage.text.count("\n") + 1))
    lost = [line for number, line in enumerate(lines, 1) if line and number not in told]
    assert [line for line in lost if not line.strip().startswith(MARKUP)] == []


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300), st.sampled_from(["a.md", "a", "a.sh", "a.cmd"]), st.text(max_size=60))
def test_nothing_makes_it_fail(text: str, name: str, task: str) -> None:
    for one in read(text, name, task).commands:
        assert one.text.strip()
        for reference in one.references:
            assert reference.text in one.text[reference.start : reference.end]


SIZE: Final = MAX_TEXT - 64


@pytest.mark.parametrize("name", ["a.md", "a.sh"])
@pytest.mark.parametrize(
    "unit",
    [
        '"${', "(", "`", "` ", "`a\n", "<a ", "<code ", '$ docker run "\n', " -p\n", "docker run <<a\n", "a\n",
        "docker run 'a\n", "for i in a\ndo\n", "- ", "|a", "```\n", "`docker ps` ", "docker run \\\n", "a;", "a|",
        "docker run )\n", "\x1b[", "\b", "> ", "<br>", "<!--\n", "docker stop <a b>\n", "docker run `\n", "$((",
        "docker run -it a\nexit\n", "docker run -it a\nls\n", "exit()\n", "docker run -it a\nfor a in b\nexit\n",
    ],
)  # fmt: skip
def test_hostile_files_end(unit: str, name: str) -> None:
    times = min(SIZE // len(unit), (MAX_LINES - 2) // max(unit.count("\n"), 1) if "\n" in unit else SIZE)
    read("docker run\n" + unit * times, name, TASK)
