from __future__ import annotations

from typing import Any

import pytest

from grader.checks.dockerfile import Dockerfile
from grader.core.dockerfile import DockerfileError
from tests.support.checks import fails, make, passes, refuses
from tests.support.fakes import FakeTarget

PYTHON = """\
FROM python:3-slim
WORKDIR /app
ENV PORT=3000 NAME="a b"
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache pip install -r requirements.txt
COPY . .
EXPOSE 3000
USER app:app
CMD ["python", "app.py"]
"""
STAGES = """\
ARG TAG=3-slim
FROM python:${TAG} AS base
RUN make base
FROM golang:1 AS build
RUN go build
FROM base
COPY --from=build /x /x
COPY --link . .
RUN <<EOF
pip install flask
EOF
"""


@pytest.mark.parametrize(
    "fields",
    [
        {"instruction": "run"},
        {"instruction": "COPY", "count": 2},
        {"instruction": "COPY", "arguments": {"starts_with": "requirements.txt"}, "before": "RUN"},
        {"instruction": "COPY", "arguments": ". .", "after": "RUN pip install"},
        {"instruction": "COPY", "arguments": ". .", "before": "RUN pip install", "absent": True},
        {"instruction": "COPY", "arguments": ". .", "before": "run", "count": 0},
        {"instruction": "RUN", "flags": {"mount": {"contains": "type=cache"}}},
        {"instruction": "CMD", "form": "exec", "arguments": "python app.py"},
        {"instruction": "CMD", "form": "shell", "absent": True},
        {"instruction": "RUN", "form": "shell"},
        {"instruction": "ENV", "arguments": "PORT=3000 NAME=a b"},
        {"instruction": "HEALTHCHECK", "absent": True},
        {"instruction": "EXPOSE", "arguments": 3000},
        {"base": "python:3-slim", "user": "app", "stages": 1},
        {"bases": {"equals": ["python:3-slim"]}},
    ],
)
def test_passes(fields: dict[str, Any]) -> None:
    passes(make(Dockerfile, **fields), FakeTarget(source=PYTHON))


@pytest.mark.parametrize(
    "fields",
    [
        {"base": "python:3-slim", "stages": 3, "user": "root"},
        {"instruction": "RUN", "stage": "build", "count": 1},
        {"instruction": "RUN", "stage": "BUILD", "arguments": "go build"},
        {"instruction": "RUN", "stage": 1, "arguments": "go build"},
        {"instruction": "RUN", "stage": "final", "count": 2},
        {"instruction": "RUN", "count": 3},
        {"instruction": "RUN", "arguments": {"contains": "pip install"}},
        {"instruction": "RUN", "stage": "final", "arguments": {"contains": "go build"}, "absent": True},
        {"instruction": "COPY", "flags": {"from": "build"}},
        {"instruction": "COPY", "flags": {"link": ""}},
        {"instruction": "ARG", "before": "ARG", "absent": True},
        {"instruction": "ARG"},
        {"instruction": "COPY", "before": "RUN pip install"},
    ],
)
def test_passes_with_stages(fields: dict[str, Any]) -> None:
    passes(make(Dockerfile, **fields), FakeTarget(source=STAGES))


def test_all_that_is_wrong_is_told() -> None:
    check = make(Dockerfile, base="python:3", stages=2, user="root", instruction="HEALTHCHECK")
    failure = fails(check, FakeTarget(source=PYTHON), "line 1: the base image is 'python:3-slim', expected 'python:3'")
    assert failure.message.splitlines()[1:] == [
        "line 8: the user is 'app', expected 'root'",
        "the number of stages is 1, expected 2",
        "there is no HEALTHCHECK in the Dockerfile",
    ]
    assert failure.reproduce == "grep -n -iE '^ *(FROM|USER|HEALTHCHECK)' Dockerfile"
    unknown = fails(make(Dockerfile, stages=2, instruction="RUN", stage="zz"), FakeTarget(source=PYTHON), "of stages")
    assert unknown.message.splitlines()[1] == "the Dockerfile has no stage zz"


def test_what_must_be_absent_is_shown_alone() -> None:
    check = make(Dockerfile, instruction="COPY", arguments={"contains": "requirements"}, absent=True)
    assert fails(check, FakeTarget(source=PYTHON), "line 4: ").actual == "line 4: COPY requirements.txt ."


def test_scratch_has_no_tag() -> None:
    passes(make(Dockerfile, base="scratch"), FakeTarget(source="FROM scratch\nCOPY a /\n"))
    fails(make(Dockerfile, base={"not": "scratch"}), FakeTarget(source="FROM scratch\nCOPY a /\n"), "'scratch'")


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"instruction": "HEALTHCHECK"}, "there is no HEALTHCHECK in the Dockerfile"),
        ({"instruction": "HEALTHCHECK", "stage": "final"}, "there is no HEALTHCHECK in stage final"),
        ({"instruction": "RUN", "stage": "build"}, "the Dockerfile has no stage build"),
        ({"instruction": "RUN", "stage": 1}, "the Dockerfile has no stage 1"),
        ({"instruction": "COPY", "count": 1}, "the number of COPY is 2, expected 1"),
        ({"instruction": "CMD", "absent": True}, "line 9: there must be no CMD"),
        ({"instruction": "CMD", "form": "shell"}, "line 9: CMD is not written in the shell form"),
        ({"instruction": "RUN", "form": "exec", "absent": False}, "line 5: RUN is not written in the exec form"),
        ({"instruction": "WORKDIR", "arguments": "/src"}, "line 2: what follows WORKDIR is '/app', expected '/src'"),
        (
            {"instruction": "COPY", "flags": {"from": "x"}},
            "line 4: the flag --from of COPY is missing\nline 6: the flag",
        ),
        ({"instruction": "RUN", "flags": {"mount": "x"}}, "line 5: the flag --mount of RUN is 'type=cache,"),
        ({"instruction": "WORKDIR", "after": "COPY"}, "line 2: no COPY stands before this WORKDIR"),
        ({"instruction": "USER", "before": "RUN"}, "line 8: no RUN follows this USER"),
        (
            {"instruction": "COPY", "arguments": ". .", "before": "RUN npm ci"},
            "expected '. .'\nline 6: no RUN npm ci follows this COPY",
        ),
        ({"base": "python:3"}, "line 1: the base image is 'python:3-slim', expected 'python:3'"),
        ({"user": "root"}, "line 8: the user is 'app', expected 'root'"),
        ({"stages": {"at_least": 2}}, "the number of stages is 1, expected at least 2"),
    ],
)
def test_fails(fields: dict[str, Any], because: str) -> None:
    fails(make(Dockerfile, **fields), FakeTarget(source=PYTHON), because)


def test_a_failure_shows_what_is_there_and_how_to_see_it() -> None:
    check = make(Dockerfile, instruction="COPY", form="exec", flags={"from": "x"}, after="RUN", arguments="a b")
    failure = fails(check, FakeTarget(source=PYTHON), "what follows COPY")
    assert failure.expected == (
        "COPY followed by text that equals 'a b', in the exec form, whose flag --from equals 'x', after RUN"
    )
    assert failure.actual == "line 4: COPY requirements.txt .\nline 6: COPY . ."
    assert failure.reproduce == "grep -n -i '^ *COPY' Dockerfile"


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        (
            {"instruction": "COPY", "form": "exec"},
            [(4, "COPY is not written in the exec form"), (6, "COPY is not written in the exec form")],
        ),
        ({"instruction": "USER", "absent": True}, [(8, "there must be no USER")]),
        ({"base": "busybox:1"}, [(1, "the base image is 'python:3-slim', expected 'busybox:1'")]),
        ({"instruction": "HEALTHCHECK"}, [(None, "there is no HEALTHCHECK in the Dockerfile")]),
        ({"instruction": "COPY", "count": 1}, [(None, "the number of COPY is 2, expected 1")]),
    ],
)
def test_what_is_wrong_is_found_at_lines(fields: dict[str, Any], found: list[tuple[int | None, str]]) -> None:
    failure = fails(make(Dockerfile, **fields), FakeTarget(source=PYTHON), "")
    assert [(one.line, one.message) for one in failure.findings] == found
    assert {(one.rule, one.level) for one in failure.findings} == {("dockerfile", "error")}


def test_an_instruction_that_is_nowhere_is_missing() -> None:
    failure = fails(make(Dockerfile, instruction="HEALTHCHECK"), FakeTarget(source=PYTHON), "there is no")
    assert (failure.expected, failure.actual) == ("HEALTHCHECK", "no HEALTHCHECK")
    assert failure.actual == "no HEALTHCHECK"


@pytest.mark.parametrize(
    ("source", "user"),
    [
        ("FROM a\n", "root"),
        ("FROM a\nUSER app\n", "app"),
        ("FROM a\nUSER app\nUSER 0:0\n", "root"),
        ("FROM a\nUSER 00\n", "root"),
        ("FROM a AS b\nUSER app\nFROM b\nRUN x\n", "app"),
        ("FROM a AS b\nUSER app\nFROM a\n", "root"),
        ("FROM a\nARG WHO=root\nUSER $WHO\n", "root"),
        ("FROM a\nENV WHO=app\nUSER ${WHO}:${WHO}\n", "app"),
        ("FROM a\nUSER ${WHO%x}\n", "${WHO%x}"),
        ("FROM a\nUSER\n", "root"),
    ],
)
def test_user(source: str, user: str) -> None:
    passes(make(Dockerfile, user=user), FakeTarget(source=source))


@pytest.mark.parametrize(
    ("source", "base"),
    [
        ("FROM python\n", "python:latest"),
        ("FROM docker.io/library/python:3\n", "python:3"),
        ("FROM a AS b\nFROM b AS c\nFROM C\n", "a:latest"),
        ("FROM $X$\n", "$X$"),
        ("FROM\n", ""),
    ],
)
def test_base(source: str, base: str) -> None:
    passes(make(Dockerfile, base={"equals": base}), FakeTarget(source=source))


def test_text_that_is_no_dockerfile_fails() -> None:
    failure = fails(make(Dockerfile, instruction="RUN"), FakeTarget(source="hello\n"), "line 1: unknown instruction")
    assert isinstance(failure, DockerfileError)


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, "nothing is expected"),
        ({"instruction": "COYP"}, "unknown instruction 'COYP'; did you mean 'COPY'?"),
        ({"instruction": "zzz"}, "unknown instruction 'zzz'"),
        ({"instruction": "RUN", "before": "CDM x"}, "did you mean 'CMD'?"),
        ({"instruction": "RUN", "absent": True, "count": 0}, "absent and count exclude each other"),
        ({"user": "app", "arguments": "x"}, "arguments: needs an instruction"),
        ({"absent": True}, "absent: needs an instruction"),
        ({"instruction": "COPY", "flags": {"--from": "x"}}, "without dashes"),
        ({"instruction": "COPY", "stage": -1}, "numbered from 0"),
        ({"instruction": "COPY", "form": "json"}, "form"),
        ({"instruction": "COPY", "stage": "last"}, "the last stage is called `final`"),
        ({"user": "app:app"}, "the user is compared without its group: write app"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Dockerfile, because, **fields)


def test_all_base_images() -> None:
    source = STAGES.replace("COPY --link", "COPY --from=docker.io/library/busybox").replace(
        "FROM base\n", "FROM scratch\n"
    )
    target = FakeTarget(source=source)
    passes(make(Dockerfile, bases={"equals": ["python:3-slim", "golang:1", "busybox:latest"]}), target)
    unpinned = make(Dockerfile, bases={"not": [{"ends_with": ":latest"}]})
    failure = fails(unpinned, target, "the list of base images contains ends with ':latest', and should not")
    assert failure.actual == '["python:3-slim", "golang:1", "busybox:latest"]'
