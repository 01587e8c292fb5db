"""What a Dockerfile may not ask for: mistakes are explained, attempts to get out are for a person to look at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.dockerfile import parse
from grader.core.errors import Failure, PolicyError
from grader.sandbox.policy import Policy, Refused, without_syntax

BASE = "FROM python:3-slim\n"


def check(text: str, *images: str) -> None:
    Policy(images or ("python:3-slim",)).check(parse(text))


@pytest.mark.parametrize(
    "text",
    [
        BASE,
        "FROM scratch\n",
        "FROM docker.io/library/python:3-slim\n",
        "ARG TAG=3-slim\nFROM python:$TAG\n",
        f"{BASE}COPY --from=python:3-slim /etc/hostname /h\n",
        "FROM python:3-slim AS build\nFROM build\nCOPY --from=build / /\nCOPY --from=0 / /\n",
        f"{BASE}RUN --mount=type=bind,from=python:3-slim,target=/x true\n",
        f"{BASE}RUN --network=none --mount=type=cache,target=/c --mount=type=tmpfs,target=/t true\n",
        f"# syntax=docker/dockerfile:1\n{BASE}",
        f"# syntax = docker.io/docker/dockerfile:1.7\n{BASE}",
        f"{BASE}ADD app.tar.gz /app/\n",
        f"{BASE}COPY git@example.txt /\n",
    ],
)
def test_ordinary_work_is_let_through(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("images", "FROM debian:latest\n"),
        ("images", "FROM python\n"),
        ("images", "FROM scratch:latest\n"),
        ("images", "FROM python:3-slim@sha256:" + "1" * 64 + "\n"),
        ("images", "FROM evil.example/python:3-slim\n"),
        ("images", "ARG BASE=debian\nFROM ${BASE}\n"),
        ("images", "ARG BASE\nFROM ${BASE:-debian}\n"),
        ("images", "FROM $NOTHING\n"),
        ("images", f"{BASE}COPY --from=debian /etc/passwd /\n"),
        ("images", f"{BASE}RUN --mount=type=bind,from=debian,target=/x true\n"),
        ("images", f"{BASE}ONBUILD COPY --from=debian /a /b\n"),
        ("images", "FROM python:3-slim AS a\nFROM debian AS b\nFROM a\n"),
        ("downloads", f"{BASE}ADD https://example.com/app.tar.gz /\n"),
        ("downloads", f"{BASE}ADD HTTP://93.184.216.34/app /\n"),
        ("downloads", f"{BASE}ADD git@github.com:some/where.git /src\n"),
        ("downloads", f"{BASE}ADD https://github.com/some/where.git#main /src\n"),
        ("downloads", f"{BASE}ADD github.com/some/where /src\n"),
        ("downloads", f"{BASE}ADD ssh://git@github.com/some/where.git /src\n"),
        ("downloads", f"{BASE}ENV U=http:/\nADD $U/example.com/x /\n"),
        ("downloads", f"{BASE}ADD $FROM_THE_BASE_IMAGE /\n"),
        ("downloads", f'{BASE}ADD ["https://example.com/a b", "/"]\n'),
        ("downloads", f"{BASE}ADD http://[::1 /\n"),
        ("syntax", f"# syntax=evil.example/frontend\n{BASE}"),
        ("syntax", f"# syntax=docker/dockerfile-upstream:master\n{BASE}"),
        ("syntax", f"# SYNTAX = evil\n{BASE}"),
        ("privileges", f"{BASE}RUN --network=$NET true\n"),
        ("privileges", f"{BASE}RUN --mount=type=volume,target=/x true\n"),
    ],
)
def test_mistakes_are_refused_with_a_reason(rule: str, text: str) -> None:
    with pytest.raises(Refused) as caught:
        check(text)
    assert caught.value.rule == rule
    assert caught.value.hint
    assert caught.value.expected
    assert caught.value.actual


@pytest.mark.parametrize(
    "line",
    [
        "RUN --network=host true",
        "RUN --network=HOST true",
        "RUN --security=insecure true",
        "RUN --device=/dev/kmsg true",
        "RUN --device=vendor.example/gpu=all true",
        "RUN --mount=type=ssh true",
        "RUN --mount=type=secret,id=token cat /run/secrets/token",
        "RUN --mount=type=bind,type=SECRET,id=token true",
        "ONBUILD RUN --network=host true",
    ],
)
def test_reaching_for_the_host_is_rejected(line: str) -> None:
    with pytest.raises(PolicyError, match=r"line 2: RUN '--.* asks for access to the host"):
        check(f"{BASE}{line}\n")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:8080",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",  # noqa: S104 - what a submission may write
        "localhost",
        "LOCALHOST.",
        "a.localhost:1",
        "someone@localhost",
        "example.com@127.0.0.1",
        "10.0.0.1",
        "172.17.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "metadata.google.internal",
        "host.docker.internal:2375",
        "gateway.docker.internal",
        "printer.local",
        "[::1]",
        "[::ffff:10.0.0.1]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "100.100.100.200",
    ],
)
def test_addresses_inside_are_rejected(host: str) -> None:
    with pytest.raises(PolicyError, match=r"line 2: ADD .* asks for an address inside the network"):
        check(f"{BASE}ADD http://{host}/latest/meta-data /\n")


@pytest.mark.parametrize(
    "source",
    ["git@127.0.0.1:some/where.git", "ssh://git@10.0.0.1/x.git", "git://localhost/x", "https://127.0.0.1/x.git#main:d"],
)
def test_git_references_inside_are_rejected(source: str) -> None:
    with pytest.raises(PolicyError):
        check(f"{BASE}ADD {source} /\n")


def test_an_address_put_together_from_variables_is_rejected() -> None:
    with pytest.raises(PolicyError):
        check(f"{BASE}ARG HOST=127.0.0\nADD http://${{HOST}}.1/x /\n")


def test_an_attempt_counts_even_behind_a_mistake() -> None:
    with pytest.raises(PolicyError):
        check("FROM debian\nRUN --network=host true\n")


def test_messages_show_control_characters_harmless() -> None:
    with pytest.raises(Failure) as caught:
        check(f"{BASE}COPY --from=x\x1b[2J /a /b\n")
    assert "\x1b" not in caught.value.message


def test_without_images_only_scratch_is_left() -> None:
    Policy(()).check(parse("FROM scratch\n"))
    with pytest.raises(Refused) as caught:
        Policy(()).check(parse(BASE))
    assert caught.value.expected == "no base image but scratch"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM a\n# syntax=x\n", "FROM a\n# syntax=x\n"),
        ("# syntax=x\nFROM a\n", "#\nFROM a\n"),
        ("\ufeff# syntax=x\r\nFROM a\r\n", "#\nFROM a\r\n"),
        ("# syntax=x\n# escape=`\nFROM a\n", "# escape=`\n#\nFROM a\n"),
        ("# syntax=x\n# a\x0cb\n#\x0csyntax=y\n\nFROM a\n", "# a\x0cb\n\n#\n#\nFROM a\n"),
        ("# syntaxes are fun\nFROM a", "# syntaxes are fun\nFROM a"),
    ],
)
def test_syntax_lines_go_and_line_numbers_stay(before: str, after: str) -> None:
    assert without_syntax(before) == after


@given(st.lists(st.sampled_from(["#", "//", " ", "\t", "\x0c", "\x85", "syntax", "SYNTAX", "=", "x", "\n", "\r", "a"])))
def test_no_syntax_line_survives(pieces: list[str]) -> None:
    text = "# syntax=docker/dockerfile:1\n" + "".join(pieces) + "\nFROM scratch\n"
    stripped = without_syntax(text)
    assert stripped.count("\n") == text.count("\n")
    try:
        parsed = parse(stripped)
    except Failure:
        return  # never built
    assert parsed.syntax is None
