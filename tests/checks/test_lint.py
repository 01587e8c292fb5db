from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.lint import Lint
from grader.core import process
from grader.core.errors import SandboxError, Unmet
from tests.support.checks import fails, make, passes, refuses
from tests.support.fakes import FakeTarget

if TYPE_CHECKING:
    from pathlib import Path

CLEAN = 'FROM debian:bookworm-slim\nRUN make\nCMD ["make", "run"]\n'
UNTAGGED = "FROM debian\n"
INFO = "FROM debian:12\nRUN apt-get update && apt-get install -y curl=1 && rm -rf /var/lib/apt/lists/*\n"


@pytest.mark.parametrize(
    ("fields", "source"),
    [
        ({}, CLEAN),
        ({"severity": "style"}, CLEAN),
        ({"severity": "error"}, UNTAGGED),
        ({}, INFO),
        ({"ignore": ["DL3006"]}, UNTAGGED),
        ({"rules": ["DL3007"]}, UNTAGGED),
        ({}, '# caf\u00e9 \u2603\nFROM debian:12\nRUN echo "h\u00e9"\n'),
    ],
)
def test_passes(fields: dict[str, Any], source: str) -> None:
    passes(make(Lint, **fields), FakeTarget(source=source))


@pytest.mark.parametrize(
    ("fields", "source", "because"),
    [
        ({}, UNTAGGED, "line 1: DL3006 warning: Always tag the version of an image explicitly"),
        ({}, "FROM debian:12\nRUN sudo make\n", "line 2: DL3004 error:"),
        ({"severity": "info"}, INFO, "line 2: DL3015 info:"),
        ({"rules": ["DL3015"]}, INFO, "line 2: DL3015"),
        ({"rules": ["DL3057"]}, CLEAN, "DL3057"),
        ({"rules": ["SC2086"]}, "FROM debian:12\nRUN echo $a\n", "line 2: SC2086"),
        ({}, f"# hadolint global ignore=DL3006\n{UNTAGGED}", "line 2: DL3006"),
        ({}, f"# hadolint ignore=DL3006\n{UNTAGGED}", "line 2: DL3006"),
        ({}, "# hadolint shell=powershell\nFROM debian:12\nRUN a | b\n", "line 3: DL4006"),
    ],
)
def test_fails(fields: dict[str, Any], source: str, because: str) -> None:
    fails(make(Lint, **fields), FakeTarget(source=source), because)


def test_lists_findings_by_line() -> None:
    failure = fails(make(Lint), FakeTarget(source="FROM debian\nRUN sudo cd /\nRUN cd /x\n"), "line 1")
    assert [line.split(":")[0] for line in failure.message.splitlines()] == sorted(
        line.split(":")[0] for line in failure.message.splitlines()
    )
    assert failure.expected == "no warning or worse"
    assert failure.actual == f"{len(failure.message.splitlines())} findings"
    assert failure.evidence[0].kind == "source"
    assert fails(make(Lint, rules=["DL3006"]), FakeTarget(source=UNTAGGED), "").expected == "no finding of DL3006"


def test_no_configuration_of_others_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (".hadolint.yaml", "hadolint.yaml"):
        (tmp_path / name).write_text("ignored: [DL3006]\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HADOLINT_IGNORE", "DL3006")
    fails(make(Lint), FakeTarget(source=UNTAGGED), "DL3006")


def test_is_skipped_where_hadolint_cannot_read_what_docker_can() -> None:
    with pytest.raises(Unmet, match=r"hadolint can't read this Dockerfile, though Docker can: line 5: DL1000"):
        make(Lint).run(FakeTarget(source="FROM debian:12\nRUN <<EOF\nmake\nEOF\nRUN make\n"))


def finished(**changes: Any) -> process.Finished:
    made: dict[str, Any] = {"exit_code": 0, "stdout": b"[]", "stderr": b"", "timed_out": False, "seconds": 1.0}
    return process.Finished(**{**made, **changes})


@pytest.mark.parametrize(
    ("ended", "error", "because"),
    [
        (finished(timed_out=True), Unmet, "did not finish with this Dockerfile within 30 s"),
        (finished(stdout=b"x" * 100), Unmet, "finds more in this Dockerfile than can be read"),
        (finished(exit_code=127, stdout=b"", stderr=b"no such library\n"), SandboxError, "127.*no such library"),
        (finished(stdout=b"oops"), SandboxError, "oops"),
        (finished(stdout=b"{}"), None, ""),
        (finished(stdout=json.dumps([{"code": "DL1"}]).encode()), SandboxError, "DL1"),
        (finished(stdout=b"[1]"), SandboxError, "1"),
    ],
)
def test_trouble_with_hadolint(
    ended: process.Finished, error: type[Exception] | None, because: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.checks._hadolint.MAX_OUTPUT", 100)
    monkeypatch.setattr(process, "run", lambda *_, **__: ended)
    if error is None:
        make(Lint).run(FakeTarget(source=CLEAN))
        return
    with pytest.raises(error, match=because):
        make(Lint).run(FakeTarget(source=CLEAN))


def test_a_dockerfile_that_overwhelms_it_is_no_trouble_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.checks._hadolint.MAX_MEMORY", 256 * 1024 * 1024)
    with pytest.raises(Unmet, match="hadolint breaks down on this Dockerfile"):
        make(Lint).run(FakeTarget(source=f"FROM debian:12\nRUN {'$(' * 2_000}a{')' * 2_000}\n"))


def test_says_when_hadolint_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(SandboxError, match="not installed"):
        make(Lint).run(FakeTarget(source=CLEAN))


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"rules": ["DL3006"], "severity": "error"}, "rules alone says what fails"),
        ({"rules": ["DL3006"], "ignore": ["DL3007"]}, "rules alone says what fails"),
        ({"rules": ["DL3026", "DL3051"]}, "DL3026, DL3051 can't fail here"),
        ({"rules": ["DL30006"]}, "should match pattern"),
        ({"severity": "fatal"}, "severity"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Lint, because, **fields)


def test_what_counts_is_found_at_lines() -> None:
    failure = fails(make(Lint, severity="warning"), FakeTarget(source=f"{UNTAGGED}RUN sudo make\n"), "DL3004")
    found = [(one.rule, one.level, one.line) for one in failure.findings]
    assert found == [("DL3006", "warning", 1), ("DL3004", "error", UNTAGGED.count("\n") + 1)]
    assert failure.findings[0].message.startswith("Always tag the version of an image explicitly")
