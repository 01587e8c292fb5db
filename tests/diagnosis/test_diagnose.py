"""What holds for every cause, and how one is chosen."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from grader.core import kinds
from grader.core.binaries import Program
from grader.core.facts import Case, Probe, Process
from grader.core.result import Diagnosis
from grader.diagnosis import PACKAGE, diagnose
from tests.support.cases import absent, built, commanded, exited, files, running, step_failed, unbuilt
from tests.support.states import line, made

if TYPE_CHECKING:
    from collections.abc import Iterator

CAUSES = kinds.names(PACKAGE)
LIMIT = "the build was not finished after 60 s (the build limit)"
NOT_FOUND = "/bin/sh: 1: /start.sh: not found\n"


@pytest.mark.parametrize("cause", CAUSES)
def test_each_cause_has_its_test_and_says_what_it_is(cause: str) -> None:
    assert Path(__file__).with_name(f"test_{cause}.py").is_file()
    module = kinds.module(PACKAGE, cause)
    assert (module.__doc__ or "").strip()
    assert module.diagnose.__doc__


@pytest.mark.parametrize(
    ("cause", "case"),
    [
        ("service_in_run", exited("FROM python:3-slim; RUN python -m http.server 3000 &", ["python3"])),
        ("service_in_run", unbuilt("FROM a:1; RUN nginx", LIMIT, step="[2/2] RUN nginx", timed_out=True)),
        ("install_in_cmd", running("FROM a:1; CMD pip install flask && run", "pip install flask && run")),
        ("no_command", exited("FROM python:3-slim", ["python3"])),
        ("json_form_broken", step_failed("FROM a:1; RUN ['x']", 2, 127, "/bin/sh: 1: [x]: not found\n")),
        (
            "crlf_script",
            step_failed(
                "FROM a:1; COPY . /; RUN /start.sh",
                3,
                127,
                NOT_FOUND,
                files=files("start.sh"),
                scripts={"start.sh": b"#!/bin/sh\r\n"},
            ),
        ),
        ("copy_ignored", absent("FROM a:1; COPY a /", 2, "/a", files=files("a"), ignored=frozenset({"a"}))),
        ("dockerfile_syntax", built("FROM a :1", kind="build", build=None, refused="images", allowed_images=("a:1",))),
        ("variable_not_expanded", exited('FROM a:1; CMD ["echo", "$A"]', ["echo", "$A"], logs="$A\n")),
        ("crashed", exited("FROM a:1; CMD x; CMD y", "y", 1, "Traceback (most recent call last):\nValueError: no\n")),
        ("several_commands", exited("FROM a:1; CMD x; CMD y", "y", 1, "no\n")),
    ],
)
def test_the_most_certain_cause_is_given(cause: str, case: Case) -> None:
    diagnosis = diagnose(case)
    assert diagnosis is not None
    assert diagnosis.cause == cause


def test_nothing_is_made_up() -> None:
    assert diagnose(Case(kind="http", message="")) is None
    assert diagnose(running("FROM a:1; CMD x", "x", "0.0.0.0:3000")) is None


def _cause(name: str, certainty: int) -> SimpleNamespace:
    made = Diagnosis(cause=name, summary="s", explanation="e", fix="f", certainty=certainty)
    return SimpleNamespace(diagnose=lambda _case: made)


@pytest.fixture
def causes(monkeypatch: pytest.MonkeyPatch) -> dict[str, SimpleNamespace]:
    found: dict[str, SimpleNamespace] = {}
    monkeypatch.setattr(kinds, "names", lambda _package: tuple(sorted(found, reverse=True)))
    monkeypatch.setattr(kinds, "module", lambda _package, name: found[name])
    return found


def test_equally_certain_causes_are_taken_by_name(causes: dict[str, SimpleNamespace]) -> None:
    causes |= {"b": _cause("b", 70), "a": _cause("a", 70), "c": _cause("c", 60)}
    diagnosis = diagnose(Case(kind="http", message=""))
    assert diagnosis is not None
    assert diagnosis.cause == "a"


def test_a_broken_cause_costs_nothing_else(
    causes: dict[str, SimpleNamespace], caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_case: Case) -> None:
        raise ValueError("a bug")

    causes |= {"a": SimpleNamespace(diagnose=broken), "b": _cause("b", 10)}
    diagnosis = diagnose(Case(kind="http", message=""))
    assert diagnosis is not None
    assert diagnosis.cause == "b"
    assert "the diagnosis a broke" in caplog.text


def _hostile() -> Iterator[Case]:
    texts = (
        "",
        "\0\x1b[31m\u202e\ud800" * 50,
        'exec: "' + "/" * 30_000,
        "sh: " * 10_000,
        "sh: 1: " + "/a" * 20_000,
        "E: Unable to locate package " * 1_000,
        "A" * 40_000 + "Error",
        "\n".join(["Traceback (most recent call last):", "  " * 9_000, "KeyError: 'x"]),
        "127 2>&1 & " * 3_000,
        "pip -a -b " * 4_000 + "install",
        "line 3: unknown instruction " + "x" * 30_000,
        "[" * 20_000 + ": not found",
        f'exec: "/{"a" * 15_000}": stat x: no such file or directory',
        f"unable to find user {'a' * 9_000}: no matching entries in passwd file",
    )
    dockerfiles = (
        "FROM a:1; COPY; CMD []; ENTRYPOINT []; USER; WORKDIR; ENV; EXPOSE; RUN",
        f"FROM a:1; CMD {'host ' * 4_000}; COPY {'*' * 500} {'?' * 500} /; RUN {'nginx & ' * 2_000}",
        f"FROM a:1; CMD --host 127.0.0.1:8000 {'x ' * 9_000}$A",
        'FROM a:1; ENV HOST=localhost PORT=1; CMD ["$X", ""]; CMD ["", ""]; ONBUILD RUN x; COPY --from=0 a b',
    )
    for text in texts:
        context = {"files": files("a" * 3_000, "b/c"), "scripts": {"b/c": text.encode("utf-8", "replace")}}
        yield Case(kind="build", message=text)
        ran = line(
            f"docker run -v x.txt:/x {text}", 1, f"No such container: {text}\n{text}\n: No such file or directory"
        )
        yield commanded(ran, line(f'docker exec web sh -c "read {text}; echo ${text}"'), left=[made("web")], logs=text)
        for source in dockerfiles:
            yield step_failed(source, 2, 127, text, **context)
            yield unbuilt(source, text, step=text, line=9, timed_out=True)
            yield absent(source, 2, f"/{text}", **context)
            yield built(source, kind="build", refused="images", message=text)
            yield exited(source, [text, text], 127, text, error=text, **context)
            yield exited(source, text, 0, text, kind="stop", **context)
            yield running(source, text, "127.0.0.1:3000", "::1:1", logs=text, kind="process", message=text)
            yield running(source, text, "127.0.0.1:8000", logs=text)
            yield exited(source, [], 1, text, kind="file", message=text)
            program = Program(text, text, on_path=False, target=text, loader=text, loader_there=False)
            yield exited(source, [text], 1, f"exec: no such file or directory, not found {text}", program=program)
            yield _stopped_by(running(source, [text], message=text, kind="stop", given_env=frozenset({text})), text)


def _stopped_by(case: Case, text: str) -> Case:
    assert case.container is not None
    state = replace(case.container, health_log=(Probe(1, text),))
    return replace(case, container=state, processes=(Process(1, "root", text),))


@pytest.fixture(scope="module")
def hostile() -> tuple[Case, ...]:
    return tuple(_hostile())


@pytest.mark.parametrize("cause", CAUSES)
def test_hostile_text_neither_breaks_a_cause_nor_holds_it_up(cause: str, hostile: tuple[Case, ...]) -> None:
    found = kinds.module(PACKAGE, cause).diagnose
    for case in hostile:
        started = time.monotonic()
        diagnosis = found(case)
        assert time.monotonic() - started < 1
        if diagnosis is not None:
            assert diagnosis.cause == cause
            assert "\x1b" not in f"{diagnosis.summary}{diagnosis.explanation}{diagnosis.fix}"
            assert max(map(len, (diagnosis.summary, diagnosis.explanation, diagnosis.fix))) < 1_500
