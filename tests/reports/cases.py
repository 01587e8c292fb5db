"""Results that every report format is tried on."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from grader.core.redact import for_student
from grader.core.result import (
    CheckResult,
    Diagnosis,
    Evidence,
    Feedback,
    Finding,
    ImageRef,
    Outcome,
    Result,
    Source,
    Status,
    SubmissionRef,
    Visibility,
)
from grader.core.transcript import Call, Line, Passage, Transcript
from tests.support.factories import WHEN, make_check_result, make_result

_TRY: Final = "docker run --rm -p 3000:3000 IMAGE\n# then, in a second terminal:\ncurl -i http://localhost:3000/"
_LOOPBACK: Final = Diagnosis(
    cause="loopback",
    summary="The server listens on 127.0.0.1 inside the container.",
    explanation="That address exists in every container and reaches only programs in the same one, "
    "so a published port never gets there.",
    fix='Let it listen on all addresses: CMD ["flask", "run", "--host=0.0.0.0"].',
    line=7,
)
_ENDS: Final = WHEN + timedelta(seconds=4, milliseconds=250)
_CLOCKS: Final = {"pull": 0.01, "build": 2.5, "start": 0.4, "checks": 1.2}


def _check(name: str, title: str, **changes: object) -> CheckResult:
    failed = changes.get("outcome", Outcome.PASSED) is not Outcome.PASSED
    return make_check_result(id=name, title=title, **{"max_points": 2, "points": 0 if failed else 2, **changes})


def _failed(name: str, title: str, **changes: object) -> CheckResult:
    return _check(name, title, **{"outcome": Outcome.FAILED, "kind": "http", **changes})


def _attempt(*checks: CheckResult, **changes: object) -> Result:
    return for_student(make_result(checks=checks, finished_at=_ENDS, clocks=_CLOCKS, **changes))


def _passed() -> Result:
    return _attempt(
        _check("builds", "The image builds"),
        _check("answers", "The server answers", kind="http", points="0.5", max_points="0.5"),
        _check("small", "The image is small", kind="size", points=1, max_points=1, bonus=True),
        submission=SubmissionRef(
            id="ada", kind="dockerfile", received_at=WHEN, taken={"dockerfile": "Dockerfile", "context": "."}
        ),
    )


def _log(lines: int) -> Evidence:
    text = "\n".join(f"2026-03-01 12:00:{number:02} INFO worker {number} started" for number in range(lines))
    return Evidence(kind="log", title="what the container wrote", text=f"{text}\nlistening on 127.0.0.1:3000")


def _typical() -> Result:
    """Give one of everything that a student meets in a week."""
    return _attempt(
        _check("builds", "The image builds"),
        _failed(
            "answers",
            "The server answers on port 3000",
            message="nothing answers on port 3000: the container listens on 127.0.0.1:3000 only, "
            "which can't be reached from outside it",
            expected="a server that listens on port 3000, on 0.0.0.0",
            actual="GET / on port 3000: the connection was closed without an answer",
            diagnosis=_LOOPBACK,
            hint="Look at the address in the first line of the log.",
            reproduce=_TRY,
            evidence=(_log(14),),
        ),
        _failed(
            "name",
            "It greets by name",
            message="nothing answers on port 3000",
            expected="an answer",
            actual="none",
            diagnosis=_LOOPBACK,
            reproduce=_TRY,
        ),
        _check(
            "missing",
            "An unknown page gives 404",
            outcome=Outcome.SKIPPED,
            message="needs “The server answers”, which did not pass",
        ),
        _failed(
            "greeting",
            "The greeting has two lines",
            message="GET / on port 3000: the body is not as expected",
            expected="Hello, Ada!\nYou are visitor 1.\nBye.\n",
            actual="Hello, Ada!\nYou are visitor 2.\nBye.\n",
        ),
        _failed("status", "The status", message="the status is 404, expected 200", expected="equals 200", actual="404"),
        _failed("silent", "It logs", message="stdout does not contain 'x'", expected="contains 'x'", actual=""),
        _failed("secret", "Looks at a secret place", visibility=Visibility.HIDDEN, message="not shown"),
        _failed("terse", "Tells only the outcome", feedback=Feedback.NONE, message="not shown"),
        _failed("found", "Tells what was found", feedback=Feedback.ACTUAL_ONLY, message="not shown", actual="404"),
        _check("late", "Not before the due date", outcome=Outcome.WITHHELD, visibility=Visibility.AFTER_DUE),
        _check("broken", "The check itself is broken", outcome=Outcome.ERROR, message="no such image: python:9"),
        submission=SubmissionRef(
            id="ada", kind="dockerfile", received_at=WHEN, taken={"dockerfile": "docker/Dockerfile", "context": "."}
        ),
        images=(ImageRef(ref="python:3-slim", id="sha256:1", standin=True),),
        flags=("limits were hit while the machine was busy",),
    )


_DOCKERFILE: Final = """\
FROM python
WORKDIR /srv
RUN apt-get update && apt-get install -y curl
COPY . .
RUN apt-get update && apt-get install -y curl
RUN pip install flsk
CMD python app.py
"""


def _found(rule: str, level: str, line: int | None, message: str) -> Finding:
    made = {"rule": rule, "level": level, "message": message, "line": line, "path": "my app/Dockerfile"}
    return Finding.model_validate(made)


def _findings() -> Result:
    """Give faults at lines, as several checks find them."""
    pinned = "Always tag the version of an image explicitly"
    lists = "Delete the apt lists (/var/lib/apt/lists) after installing something"
    tidy = (
        _found("DL3006", "warning", 1, pinned),
        _found("DL3009", "info", 3, lists),
        _found("DL3009", "info", 5, lists),
        _found("SC2086", "style", 6, "Double quote to prevent globbing and word splitting."),
    )
    said = "\n".join(f"line {one.line}: {one.rule} {one.level}: {one.message}" for one in tidy)
    return _attempt(
        _failed(
            "builds",
            "The image builds",
            kind="build",
            message="the build stopped at line 6, RUN pip install flsk: its command ended with exit code 1",
            findings=(_found("missing_package", "error", 6, "There is no package flsk."),),
        ),
        _failed("tidy", "Hadolint has no complaints", kind="lint", message=said, findings=tidy),
        _failed(
            "checked",
            "Docker sees whether it works",
            kind="dockerfile",
            message="there is no HEALTHCHECK in the Dockerfile",
            findings=(_found("dockerfile", "error", None, "there is no HEALTHCHECK in the Dockerfile"),),
        ),
        _failed("answers", "The server answers", message="nothing answers on port 3000"),
        _check("broken", "The check itself is broken", outcome=Outcome.ERROR, message="no such image: python:9"),
        _failed("secret", "Looks at a secret place", visibility=Visibility.HIDDEN, message="not shown", findings=tidy),
        submission=SubmissionRef(
            id="ada", kind="dockerfile", received_at=WHEN, taken={"dockerfile": "my app/Dockerfile", "context": "."}
        ),
        sources=(Source(path="my app/Dockerfile", language="dockerfile", text=_DOCKERFILE),),
    )


def _hostile() -> Result:
    """Give an attempt whose every text tries to get out of its medium."""
    nasty = (
        "\x1b[2J\x1b]0;owned\x07 [bold red]markup[/] [link=http://x]y[/link] :smile: <b>&amp;</b> ]]> "
        "\x00\x0b\ufffe\ud800 \u202eabc\u200b ::error::x %0A \r\roverwritten 漢字かな zalgo e\u0301\u0302\u0303"
    )
    return _attempt(
        _failed(
            "nasty",
            f"Title {nasty}",
            message=nasty,
            expected=nasty * 20,
            actual=f"{nasty}\n" * 30,
            diagnosis=Diagnosis(cause="x", summary=nasty, explanation=nasty, fix=nasty, line=1),
            hint=nasty,
            reproduce=nasty,
            evidence=(
                Evidence(kind="log", title=f"log {nasty}", text="begins\n" + f"{nasty}\n" * 30),
                Evidence(kind="http", title="exchange", text="x" * 5000 + f"\n{nasty}\n" * 30),
            ),
            findings=(
                Finding(rule="DL3006", level="error", message=nasty, path=nasty, line=1),
                Finding(rule="nasty", level="style", message="[x](http://x) {0} \\", path=f"../{nasty}"),
            ),
        ),
        _check("skipped", nasty, outcome=Outcome.SKIPPED, message=nasty),
        submission=SubmissionRef(id=nasty, kind="dockerfile", received_at=WHEN, taken={"dockerfile": nasty}),
        flags=(nasty,),
        sources=(Source(path=nasty, language="dockerfile", text=f"{nasty}\n" * 3),),
        message=f"Message {nasty}",
        hint=nasty,
    )


def _commands() -> Result:
    denied = (
        "docker: Error response from daemon: authorization denied by plugin grader: --privileged is not available in "
        "this exercise (rule privileged): a privileged container has all rights of the machine it runs on.\n"
        "See 'docker run --help'.\n"
    )
    create = Call(name="container create", container="web", arguments={"name": "web"}, body={"Image": "x"}, status=201)
    return _attempt(
        _check("runs", "A container named web runs", kind="container"),
        submission=SubmissionRef(id="ada", kind="commands", received_at=WHEN, taken={"commands": "README.md"}),
        transcript=Transcript(
            file="README.md",
            lines=(
                Line(number=3, text="docker pull busybox:1", exit_code=0, output="1: Pulling", seconds=2.25),
                Line(number=4, text="docker run --privileged x", exit_code=125, output=denied, seconds=0.1),
                Line(number=7, text="docker run x", left_running=True, seconds=8, calls=(create,)),
                Line(number=8, text="docker stop web", exit_code=0, notes=("'3f2a1b' is taken for 'web'",)),
                Line(number=9, text="cat <<E\n\x1b[31mred\nE", exit_code=1, output="\x1b]0;title\x07bad\n::error::no"),
                Line(number=12, text=f"echo {'long ' * 60}", exit_code=None, timed_out=True, seconds=60),
                Line(number=14, text="docker ps"),
            ),
            left_out=(
                Passage(number=1, text="# My answer", reason="not a command"),
                Passage(number=16, text="docker run <image>", reason="a placeholder stands there", doubtful=True),
            ),
        ),
    )


def cases() -> dict[str, Result]:
    """Give the results by name: golden files have these names."""
    no_score = {"score": None, "max_score": None, "checks": ()}
    return {
        "commands": _commands(),
        "passed": _passed(),
        "typical": _typical(),
        "hostile": _hostile(),
        "findings": _findings(),
        "unusable": _attempt(
            _failed(
                "submission",
                "The submission can be graded",
                max_points=0,
                message="there is no Dockerfile in the submission",
                hint="Name the file Dockerfile, without an ending.",
            ),
            _check("builds", "The image builds", outcome=Outcome.SKIPPED, message="there is nothing to look at"),
            message="there is no Dockerfile in the submission",
            hint="Name the file Dockerfile, without an ending.",
        ),
        "rejected": make_result(
            **no_score,
            status=Status.REJECTED,
            message="Dockerfile:1: the image evil/miner is not allowed",
            hint="Use one of: python:3-slim.",
        ),
        "ungraded": make_result(**no_score, status=Status.UNGRADED, message="the engine did not answer"),
    }
