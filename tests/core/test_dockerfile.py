from __future__ import annotations

import time

import pytest

from grader.core.dockerfile import MAX_BYTES, DockerfileError, Instruction, parse


def instructions(text: str) -> tuple[Instruction, ...]:
    return parse(text).instructions


def last(text: str) -> Instruction:
    return parse(f"FROM a\n{text}\n").instructions[-1]


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("run make", "RUN", ("make",)),
        ("RUN a && \\\n# note\n\n  b", "RUN", ("a &&   b",)),
        ('CMD ["a", "b"]', "CMD", ("a", "b")),
        ("CMD ['a', 'b']", "CMD", ("['a', 'b']",)),
        ("ENV A=1 B='x y'", "ENV", ("A", "1", "B", "'x y'")),
        ("ENV A b c", "ENV", ("A", "b c")),
        ("COPY --from=x --chown=1:1 a b", "COPY", ("a", "b")),
        ("EXPOSE 80 53/udp", "EXPOSE", ("80", "53/udp")),
        ("HEALTHCHECK --interval=5s CMD curl x", "HEALTHCHECK", ("CMD", "curl x")),
        ("RUN <<EOF\nmake\nEOF", "RUN", ("<<EOF",)),
    ],
)
def test_arguments(text: str, name: str, arguments: tuple[str, ...]) -> None:
    found = last(text)
    assert (found.name, found.arguments) == (name, arguments)


def test_ctrl_c_while_the_parser_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: str) -> None:
        pressed, inner, outer = KeyboardInterrupt(), SystemError("inner"), SystemError("outer")
        inner.__cause__, outer.__cause__ = pressed, inner
        raise outer

    monkeypatch.setattr("grader.core.dockerfile.buildkit.parse_string", interrupted)
    with pytest.raises(KeyboardInterrupt):
        parse("FROM a\n")


def test_places() -> None:
    run, copy = instructions("FROM a\n\n# note\nRUN a \\\n  b\nCOPY a b\n")[1:]
    assert (run.line, run.end_line, run.text) == (4, 5, "RUN a   b")
    assert (copy.line, copy.end_line) == (6, 6)


def test_exec_form() -> None:
    assert last('CMD ["a"]').exec_form
    assert not last("CMD a").exec_form
    assert not last("CMD ['a']").exec_form


def test_flags() -> None:
    found = last("RUN --mount=type=cache,target=/a --mount=type=tmpfs,target=/b --network=none x")
    assert found.flag("mount") == ("type=cache,target=/a", "type=tmpfs,target=/b")
    assert found.flag("network") == ("none",)
    assert found.flag("from") == ()
    assert last("COPY --link a b").flag("link") == ("",)


def test_heredocs() -> None:
    assert last("RUN <<EOF\na\nb\nEOF").heredocs == ("a\nb\n",)
    assert last("COPY <<one <<-two /x/\na\none\n\tb\n\ttwo").heredocs == ("a\n", "\tb\n")
    assert last('RUN echo "<<EOF"').heredocs == ()


@pytest.mark.parametrize(
    ("text", "name", "flags", "arguments", "heredocs"),
    [
        ("ONBUILD COPY --from=x a b", "COPY", ("--from=x",), ("a", "b"), ()),
        ("onbuild   run --network=host x", "RUN", ("--network=host",), ("x",), ()),
        ("ONB\\\nUILD RUN \\\n  --network=host x", "RUN", ("--network=host",), ("x",), ()),
        ('ONBUILD RUN ["a"]', "RUN", (), ("a",), ()),
        ("ONBUILD RUN --network=host <<EOF\na\nEOF", "RUN", ("--network=host",), ("<<EOF",), ("a\n",)),
        ("ONBUILD ENV A=1", "ENV", (), ("A", "1"), ()),
    ],
)
def test_triggers(
    text: str, name: str, flags: tuple[str, ...], arguments: tuple[str, ...], heredocs: tuple[str, ...]
) -> None:
    outer = last(text)
    assert outer.name == "ONBUILD"
    assert outer.trigger is not None
    assert (outer.trigger.name, outer.trigger.flags) == (name, flags)
    assert (outer.trigger.arguments, outer.trigger.heredocs) == (arguments, heredocs)
    assert outer.trigger.line == outer.line


def test_a_trigger_is_read_with_the_escape_sign_of_the_file() -> None:
    outer = parse("# escape=`\nFROM a\nONBUILD COPY --from=x `\n  a b\n").instructions[-1]
    assert outer.trigger is not None
    assert outer.trigger.arguments == ("a", "b")
    assert last("ONBUILD").trigger is None


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("", "the Dockerfile is empty"),
        ("# nothing\n", "the Dockerfile is empty"),
        ("ARG A=1\n", "the Dockerfile has no FROM"),
        ("RUN x\nFROM a\n", "line 1: RUN stands before the first FROM"),
        ("FROM a\nRUNN x\n", "line 2: unknown instruction RUNN: RUNN x"),
        ("FROM a\napt-get install x \x1b[2J\n", "line 2: unknown instruction APT-GET: apt-get install x \\x1b[2J"),
        ("FROM a\n\\\n", "line 2: unknown instruction without a name"),
        ("\\\n", "line 1: unknown instruction without a name"),
        ("FROM a\nENV A\n", "can't be read: ENV must have two arguments"),
        ("FROM a\nRUN <<EOF\nx\n", "can't be read: unterminated heredoc"),
        ("FROM a\nONBUILD RUN <<EOF\nx\n", "can't be read"),
        ("FROM a\nONBUILD ONBUILD RUN x\n", "line 2: ONBUILD ONBUILD is not allowed"),
        ("FROM a\nONBUILD from x\n", "line 2: ONBUILD FROM is not allowed"),
        ("FROM a\nONBUILD " + "ONBUILD " * 5000 + "RUN x\n", "is not allowed"),
        ("FROM a\nRUN \0\n", "not plain text"),
        ("FROM a\nRUN \ud800\n", "not plain text"),
        ("FROM a\n" + "RUN x\n" * 1000, "more than 1000 instructions"),
        ("#" * (MAX_BYTES + 1), "larger than 256 KiB"),
        ("FROM a\nRUN " + "x" * 70_000, "can't be read"),
        ('{"syntax": "x"}', 'line 1: unknown instruction {"SYNTAX"'),
        ("# syntax=x\n# syntax=y\nFROM a\n", "only one syntax parser directive can be used"),
        ("// syntax=x\nFROM a\n", "line 1: unknown instruction //"),
    ],
)
def test_refuses_what_is_no_dockerfile(text: str, because: str) -> None:
    with pytest.raises(DockerfileError) as caught:
        parse(text)
    assert because in caught.value.message


STAGES = """\
ARG TAG=3-slim
FROM --platform=$BUILDPLATFORM python:${TAG} AS Base
USER app
FROM golang:1 AS build
USER builder
FROM base AS middle
CMD first
FROM MIDDLE
RUN x
"""


def test_stages() -> None:
    found = parse(STAGES)
    assert [(one.index, one.name, one.base, one.line) for one in found.stages] == [
        (0, "Base", "python:3-slim", 2),
        (1, "build", "golang:1", 4),
        (2, "middle", "base", 6),
        (3, None, "MIDDLE", 8),
    ]
    assert found.stages[0].platform == "$BUILDPLATFORM"
    assert found.stages[1].platform is None
    assert found.final is found.stages[3]
    assert [one.index for one in found.lineage()] == [3, 2, 0]


def test_a_stage_is_found_by_name_before_its_use() -> None:
    found = parse("FROM a AS x\nFROM b AS X\nFROM x\n")
    assert found.lineage()[-1].base == "b"
    assert parse("FROM x AS x\n").lineage()[-1].base == "x"
    assert parse("FROM later\nFROM a AS later\n").stages[0].base == "later"
    assert found.stage("y") is None


def test_the_effective_instruction_counts_through_the_lineage() -> None:
    found = parse(STAGES)
    user, command = found.effective("USER"), found.effective("CMD")
    assert user is not None
    assert user.arguments == ("app",)
    assert command is not None
    assert command.line == 7
    assert found.effective("EXPOSE") is None


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("ARG A=x\nFROM $A\n", "x"),
        ("ARG A=x\nFROM ${A}:1\n", "x:1"),
        ("ARG A=x\nARG B=$A/y\nFROM $B\n", "x/y"),
        ("ARG A=x B=y\nFROM $A$B\n", "xy"),
        ('ARG A="x"\nFROM "$A"\n', "x"),
        ("FROM ${A:-x}\n", "x"),
        ("FROM ${A-x}\n", "x"),
        ("ARG A=\nFROM ${A-x}y\n", "y"),
        ("ARG A=\nFROM ${A:-x}y\n", "xy"),
        ("ARG A=1\nFROM ${A:+x}\n", "x"),
        ("FROM ${A:+x}y\n", "y"),
        ("ARG A=1\nFROM ${A:?no}\n", "1"),
        ("ARG A\nFROM x$A\n", "x"),
        ("FROM a\nARG B=c\nFROM $B\n", ""),
        ("FROM\n", ""),
    ],
)
def test_bases_are_expanded(text: str, base: str) -> None:
    assert parse(text).final.base == base


@pytest.mark.parametrize(
    "text",
    [
        "FROM ${TARGETOS:+evil/}ok\n",
        "FROM ${BUILDARCH}ok\n",
        "FROM ${HTTP_PROXY:+evil/}ok\n",
        "ARG TARGETOS\nFROM ${TARGETOS:+evil/}ok\n",
        "ARG P=${TARGETOS:+evil/}\nFROM ${P}ok\n",
        "ARG P=evil\\/\nFROM ${P}ok\n",
        "ARG P='e'vil/\nFROM ${P}ok\n",
        "ARG A=1 P=${A:+evil/}\nFROM ${P}ok\n",
        "ARG 'P'=evil/\nFROM ${P}ok\n",
        "# escape=`\nARG P=e`vil/\nFROM ${P}ok\n",
        "FROM ${A:?no}ok\n",
        "FROM ${A:-${B}}ok\n",
        "FROM ${A#x}ok\n",
        "FROM ${A%%x}ok\n",
        "FROM ${A/x/evil}ok\n",
        "FROM $1evil/ok\n",
        "FROM ok$\n",
        "ARG A=$\nFROM ok$A\n",
        "FROM o\\k\n",
    ],
)
def test_what_is_not_certain_is_not_guessed(text: str) -> None:
    assert parse(text).final.base == ""


def test_build_arguments_win() -> None:
    found = parse("ARG A=x\nARG B\nARG C=$B\nFROM $A$B$C\n", {"A": "1", "B": "2", "D": "4"})
    assert found.final.base == "122"
    assert dict(found.global_args) == {"A": "1", "B": "2", "C": "2"}
    assert dict(found.build_args) == {"A": "1", "B": "2", "D": "4"}


@pytest.mark.parametrize(
    ("text", "syntax"),
    [
        ("# syntax=evil\n", "evil"),
        ("#syntax=evil\n", "evil"),
        ("#   SynTax  =  evil  \n", "evil"),
        ("  # syntax=evil\n", "evil"),
        ("\ufeff# syntax=evil\n", "evil"),
        ("#!/usr/bin/env docker\n# syntax=evil\n", "evil"),
        ("# escape=`\n# syntax=evil\n", "evil"),
        ("# check=skip=all\x0cx\n# syntax=evil\n", "evil"),
        ("# check=skip=all\u2028x\n# syntax=evil\n", "evil"),
        ("# check=skip=all\rx\n# syntax=evil\n", "evil"),
        ("# syntax=evil\r\n", "evil"),
        ("# just a note\n", None),
        ("FROM a\n# syntax=evil\n", None),
        ("# syntax=\n", None),
    ],
)
def test_the_frontend_is_found_in_odd_spellings(text: str, syntax: str | None) -> None:
    assert parse(f"{text}FROM a\n").syntax == syntax


@pytest.mark.parametrize(
    "text",
    ["# syntax=a" + " " * 60_000 + "b\nFROM x\n", "#\n" * 120_000 + "FROM x\n" + "ONBUILD RUN a\n" * 990],
    ids=["spaces in a directive", "many triggers"],
)
def test_long_comments_take_no_time(text: str) -> None:
    started = time.monotonic()
    parse(text)
    assert time.monotonic() - started < 5
