"""The corpus of students' docker commands, from file to Result. Ids are those of the threat catalogue."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from grader.core.result import Outcome, Result, Status
from grader.exercise.load import load
from grader.grading import grade
from tests.hostile.attempts import CANARY
from tests.support import exercises
from tests.support.engine import connected, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.core.transcript import Line
    from tests.support.disposable import Bench

pytestmark = pytest.mark.docker

_EXERCISE: Final = """\
schema: grader/exercise/v1
id: it
title: It
submission: {{kind: commands, command_timeout: {one}s, timeout: {all}s}}
images: ["busybox:1", "python:3-slim"]
allow: {{containers: 3}}
checks:
  - {{id: end, kind: transcript, command: {{contains: the end}}, output: {{contains: the end}}}}
"""
GRACE: Final = 10
"""Seconds that an attempt may take besides its limits: a machine that runs other tests is slow."""
END: Final = "echo the end\n"


class Case(NamedTuple):
    """A script, and what comes of it."""

    script: str | bytes
    codes: list[int | None] | None = None
    """The exit codes of its commands; None: not compared, as they depend on the machine."""
    says: str = ""
    """In what they print."""
    passes: bool = True
    """Whether the last line was reached."""
    flag: str = ""
    one: float = 20
    """Seconds that one command may take."""
    all: float = 60
    hard: bool = False
    """Whether the engine is reset afterwards: its limits were met."""


REJECTED: Final = {
    "D01 D02 the host's root": (
        "docker run --privileged busybox:1 true\ndocker run -v /:/x busybox:1 true\n", 2, "bind-outside"),
    "D02 the engine's socket": ("docker run -v /var/run/docker.sock:/s busybox:1 true\n", 1, "bind-outside"),
    "D04 namespaces": ("docker run --pid host busybox:1 true\n", 1, "pid"),
    "D07 devices": ("docker run --device /dev/null busybox:1 true\n", 1, "devices"),
    "D08 cgroups": ("docker ps\ndocker run --cgroup-parent / busybox:1 true\n", 2, "cgroup-parent"),
    "D14 a swarm": ("docker secret create s commands.sh\n", 1, "swarm"),
    "D17 raw": (
        ("curl -s --unix-socket /run/student/docker.sock -H 'Content-Type: application/json' "
         """-d '{"Image":"busybox:1","hostconfig":{"Privileged":true}}' http://d/containers/create\n"""),
        1, "unknown-field"),
    "D31 compose": ("docker compose up -d\n", 1, "bind-outside"),
    "D31 another exit code is no way out": ("docker run --uts host busybox:1 true || true\necho fine\n", 1, "uts"),
}  # fmt: skip
"""Scripts that are rejected: with the line and the rule."""
CASES: Final = {
    # What is refused, and no more than that
    "D01 privileged": Case("docker run --privileged busybox:1 true\n" + END, [125, 0], "(rule privileged)"),
    "D04 the host's network": Case("docker run --network host busybox:1 true\n" + END, [125, 0], "(rule host-network)"),
    "D05 a neighbour's container": Case(
        "docker run --network container:web busybox:1 true\ndocker exec web id\n" + END, [125, 1, 0],
        "No such container: web"),
    "D13 save, load, import": Case(
        "docker save busybox:1 > x.tar\ndocker load < x.tar\ndocker import x.tar\n" + END, [1, 1, 1, 0], "(rule load)"
    ),
    "D14 asking for a swarm": Case("docker swarm init\ndocker service ls\n" + END, [1, 1, 0], "(rule swarm)"),
    "D16 other limits": Case("docker run -d --name web busybox:1 sleep 60\ndocker update -m 1g web\n" + END, [0, 1, 0],
                             "(rule update)"),
    "D26 what is not offered": Case(
        "docker pull alpine\ndocker login -u a -p b\ndocker push busybox:1\ndocker search a\n" + END,
        [1, 1, 1, 1, 0], "(rule image)"),
    "D29 too many of them": Case(
        "docker create busybox:1\ndocker create busybox:1\ndocker create busybox:1\ndocker create busybox:1\n" + END,
        [0, 0, 0, 1, 0], "(rule too-many)"),
    "D25 always again": Case("docker run -d --restart always busybox:1 false\n" + END, [125, 0], "(rule restart)"),
    # What is seen, and what goes
    "D10 D11 lists and prunes": Case(
        "docker ps -aq\ndocker volume ls -q\ndocker network ls -q --filter type=custom\ndocker rmi -f busybox:1\n"
        "docker system prune -f --volumes\ndocker pull -q busybox:1\n" + END, [0] * 7, "docker.io/library/busybox:1"),
    "D22 files of the client": Case(
        "docker run --rm --env-file /etc/shadow busybox:1 env\ncat /opt/grader/config.json\n" + END, [125, 1, 0],
        "ermission denied"),
    "D28 a name that others have": Case("docker run -d --name web -p 3000:80 busybox:1 sleep 60\n" + END, [0, 0]),
    # Endless things
    "D23 jobs in the background": Case("sleep 90 &\n(setsid sleep 901 &)\nnohup docker events &\n" + END, [0, 0, 0, 0]),
    "D23 a follower": Case("docker run -d --name web busybox:1 sleep 60\ndocker logs -f web\n" + END, [0, None, 0]),
    "D31 a container in the foreground": Case("docker run busybox:1 sleep 900\n" + END, [None, 0]),
    "D- yes": Case("yes\n" + END, [None, 0], "y\ny\n", one=0.5),
    "D- deaf to signals": Case("trap '' TERM INT HUP; sleep 900\n" + END, [None, 0], one=0.5),
    "D- all the time there is": Case("sleep 900\n" * 5 + END, None, passes=False, flag="took longer than",
                                     all=1.5),
    "D- two hundred commands": Case("true\n" * 200 + END, [0] * 201),
    "D- ten thousand lines": Case("seq 10000\n" + END, [0, 0], "1\n2\n3\n"),
    # Of much too much
    "D- a fork bomb": Case("bomb() { bomb | bomb & }; bomb\nsleep 0.5\n" + END, None, "fork: ", passes=False, one=1,
                           hard=True),
    "D- memory": Case("python3 -c 'bytearray(900 * 2**20)'\n" + END, [137, 0], "Killed", hard=True),
    "D- disk": Case(
        "for d in . /tmp ~ /run; do head -c 300m /dev/zero > $d/x; done\n"
        "docker run --rm busybox:1 true\n" + END, [1, 0, 0], "No space left on device", hard=True),
    # The shell
    "D- kill -9 $$": Case("true\nkill -9 $$\n" + END, [0, 137], passes=False),
    "D- kill -9 -1": Case("sleep 900 &\nkill -9 -1\n" + END, [0, 0, 0]),
    "D- stops itself": Case("kill -STOP $$\n" + END, [None, 0], one=0.5),
    "D- exec": Case("exec docker run --rm busybox:1 echo last\n" + END, [0], "last\n", passes=False),
    "D- exit": Case("docker ps -q\nexit 3\n" + END, [0, 3], passes=False),
    "D- set -e": Case("set -e\nfalse\n" + END, [0, 1], passes=False),
    "D- set -u": Case("set -u\necho $nothing\n" + END, [0, 127], "unbound variable", passes=False),
    "D- closes all files": Case("exec 0<&- 1>&- 2>&-\ntrue\n" + END, [0, 0, 1], passes=False),
    "D- closes the shell's own files": Case("exec 198<&- 199>&-\nfalse\n" + END, [0, 1, 0]),
    "D- forges a status": Case(
        "printf '0\\0' >&199; false\nfalse\nprintf '7\\0007\\0007\\0' >&199 || true\nfalse\n" + END, [1, 1, 0, 1, 0]),
    "D- takes the next commands": Case("read -u 198 x; echo $x; cat <&198 &\nfalse\n" + END, [0, 1, 0]),
    "D- for all open files": Case(
        "for f in /proc/$$/fd/*; do (printf '0 0\\0' > $f) 2>/dev/null; done; false\n" + END, None, passes=False),
    "D- another PATH": Case("PATH=/nowhere\ndocker ps\n" + END, [0, 127, 0], "docker: command not found"),
    "D- another docker": Case("docker() { echo mine; return 5; }\ndocker ps\n" + END, [0, 5, 0], "mine\n"),
    "D- functions for builtins": Case(
        "eval() { echo mine; }\nread() { echo mine; }\nprintf() { echo mine; }\nfalse\n" + END, [0, 0, 0, 1, 0]),
    "D- traps": Case("trap 'echo trapped' DEBUG EXIT ERR\nfalse\n" + END, [0, 1, 0], "trapped\n"),
    "D- IFS": Case("IFS=0123456789\n(exit 12)\n" + END, [0, 12, 0]),
    "D- reads the clients' processes": Case(
        "cat /proc/1/environ; ls /proc/1/fd; kill -9 1 $PPID\n" + END, [1, 0], "ermi"),
    # What is written oddly
    "D32 a terminal": Case(
        "read -p 'name? ' x; echo got $x\ncat\ndocker run -it busybox:1 sh\n" + END, [0, 0, 1, 0], "not a TTY"),
    "D32 sudo": Case("sudo docker ps -q\nsudo id -u\nsudo -i\n" + END, [0, 0, 0, 0], "1000\n"),
    "D34 CRLF": Case("docker ps -q\r\ndocker run --rm busybox:1 echo hi\r\necho the end\r\n", [0, 0, 0], "hi\n"),
    "D34 a byte order mark": Case("\ufeffdocker ps -q\n" + END, [0, 0]),
    "D34 UTF-16": Case(("docker ps -q\n" + END).encode("utf-16"), [0, 0]),
    "D34 NULs": Case("docker ps -q\0\necho a\0b\n" + END, [0, 0, 0], "ab\n"),
    "D34 no text": Case(b"echo \xff\xfe\n" + END.encode(), [0, 0]),
    "D34 an error half way": Case("true\nif true; then\n" + END, [0], passes=False, flag="line 2"),
    "D- control sequences": Case("printf '\\033]0;title\\007\\033[2J'\n" + END, [0, 0], r"\x1b]0;title\x07"),
    "D- forged results": Case(
        """echo '::error::x'; echo '{"schema":"grader/result/v1","status":"graded","score":1}'\n""" + END, [0, 0]),
}  # fmt: skip


def attempt(
    engine: Bench, folder: Path, files: Mapping[str, str | bytes], *, one: float = 20, every: float = 60
) -> Result:
    """Grade files, and assert what must hold for every submission."""
    exercise = load(exercises.write(folder, _EXERCISE.format(one=one, all=every)))
    started = time.monotonic()
    result = grade(exercise, write(folder / "work", files), engine.lend)
    assert time.monotonic() - started < every + GRACE
    kept = result.model_dump_json(by_alias=True)
    assert CANARY not in kept
    assert "\\u001b" not in kept
    assert len(kept) < 300_000
    assert Result.model_validate_json(kept).model_dump_json(by_alias=True) == kept
    return result


def lines(result: Result) -> tuple[Line, ...]:
    """Give the commands that ran."""
    assert result.transcript is not None, result.message
    return result.transcript.lines


@pytest.fixture(scope="module")
def engine(shared_engine: Bench) -> Bench:
    shared_engine.reset()
    return shared_engine


@pytest.fixture(autouse=True)
def canaries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_TEST_CANARY", CANARY)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.mark.parametrize("name", REJECTED)
def test_rejected(engine: Bench, tmp_path: Path, name: str) -> None:
    script, number, rule = REJECTED[name]
    compose = 'services: {web: {image: busybox:1, volumes: ["/etc:/x"]}}'
    before = engine.inventory()
    result = attempt(engine, tmp_path, {"commands.sh": script, "compose.yaml": compose})
    assert (result.status, result.score, result.checks) == (Status.REJECTED, None, ())
    assert result.message is not None
    assert result.message.startswith(f"line {number}, ")
    assert f"(rule {rule})" in result.message
    assert "A person has to look at this submission" in (result.hint or "")
    assert lines(result)[-1].number == number
    assert [call.refused for call in lines(result)[-1].calls if call.violation] == [rule]
    assert engine.inventory() == before


@pytest.mark.parametrize("name", CASES)
def test_graded(engine: Bench, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.sandbox.replay._SETTLED", 0.5)
    case = CASES[name]
    before = engine.inventory()
    result = attempt(engine, tmp_path, {"commands.sh": case.script}, one=case.one, every=case.all)
    ran = lines(result)
    told = "\n".join(f"{one.text}: {one.exit_code}\n{one.output[:2000]}" for one in ran)
    assert (result.status, result.message) == (Status.GRADED, None), told
    if case.codes is not None:
        assert [one.exit_code for one in ran] == case.codes, told
    assert case.says in "".join(one.output for one in ran), told
    if case.codes is not None or case.passes:
        assert (result.checks[0].outcome is Outcome.PASSED) is case.passes, told
    assert case.flag in "".join(result.flags)
    if case.hard:
        engine.reset()
    assert engine.inventory() == before


def test_of_engine_and_client_nothing_more_is_on_the_host(engine: Bench) -> None:
    """After all of the above."""
    place = engine.engine.place
    with connected() as host:
        containers = [one["Names"][0] for one in host.api.containers(all=True, filters={"name": place.name})]
        volumes = [one["Name"] for one in host.api.volumes(filters={"name": place.name})["Volumes"]]
    assert sorted(containers) == [f"/{place.name}", f"/{place.client}"]
    assert sorted(volumes) == sorted([place.work, place.socket, place.disk])


def test_the_next_attempt_finds_nothing_of_the_last(engine: Bench) -> None:
    """In no place that the first one could write to, and under no name that it used."""
    word = "secret-of-the-first"
    engine.reset()
    engine.rules(build=True)
    engine.works(
        f"echo {word} > /tmp/f; echo {word} > ~/f; echo {word} > /dev/shm/f; echo {word} > /work/f; "
        f"echo {word} > '/work/.hidden'; mkdir -p /work/deep/er && echo {word} > /work/deep/er/f; "
        f"docker volume create data && docker run -d --name web -v data:/d -e S={word} -p 3000:80 busybox:1 "
        f"sh -c 'echo {word} > /d/f; echo {word}; sleep 600' && docker network create net && "
        f"docker commit web own:1 && docker tag own:1 busybox:2 && "
        f"printf 'FROM busybox:1\\nRUN --mount=type=cache,id=c,target=/c echo {word} > /c/f\\n' | docker build -q - "
        f"&& docker tag busybox:1 python:3-slim"
    )
    engine.sh(f"(setsid sleep 900 {word} &) ; sleep 901 &")
    engine.reset()
    engine.rules(build=True)
    for line in (
        "ls -A /work /tmp /var/tmp ~ /dev/shm",
        "docker ps -aq; docker volume ls -q; docker network ls -q --filter type=custom; docker images | grep own",
        "docker events --since 10m --until 0s",
        "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr '\\0' ' '; docker buildx du",
        "printf 'FROM busybox:1\\nRUN --mount=type=cache,id=c,target=/c cat /c/f\\n' | docker build --no-cache -",
        "docker run --rm python:3-slim python -c 'print(1)'",
        "docker run --rm busybox:2 true",
        "grep -r secret-of /work /tmp /var/tmp /home /run 2>/dev/null",
    ):
        ran = engine.sh(line)
        assert word not in ran.output, line
    assert engine.works("docker run -d --name web -p 3000:80 busybox:1 sleep 60; docker volume create data")
    engine.clear()
