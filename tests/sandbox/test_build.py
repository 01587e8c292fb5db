"""Builds on the real engine, and what is told about those that fail."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

import pytest

from grader.core.errors import Failure, SandboxError
from grader.core.process import Finished
from grader.core.specs import BuildSpec
from grader.sandbox import build as builder
from grader.sandbox.engine import LABEL
from tests.support.engine import processes_with, project_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grader.core.facts import Build


def built(folder: Path, dockerfile: str | bytes, files: dict[str, str | bytes] | None = None) -> Build:
    with project_in(folder, dockerfile, files) as project:
        return project.build()


@pytest.mark.docker
def test_a_build_makes_an_image_with_a_label_of_ours_that_checks_do_not_see(tmp_path: Path) -> None:
    text = f"FROM busybox:1\nLABEL course=docker {LABEL}=forged\nRUN echo {uuid.uuid4()}\n"
    with project_in(tmp_path, text) as project:
        build = project.build()
        assert build.ok
        assert "RUN echo" in build.log
        image = project.image()
        assert image.id == build.image
        assert image.labels == {"course": "docker"}
        raw = project._ledger.engine.api.inspect_image(image.id)
        assert raw["Config"]["Labels"][LABEL] == project._ledger.attempt
        assert not raw["RepoTags"]


@pytest.mark.docker
def test_an_image_from_scratch(tmp_path: Path) -> None:
    with project_in(tmp_path, "FROM scratch\nCOPY a /\n", {"a": "text"}) as project:
        assert project.image().layers == 1
        entry = project.entry("/a")
        assert entry is not None
        assert entry.content == b"text"
        assert project.entry("/b") is None
        assert project.entry("/etc/passwd", follow=True) is None


@pytest.mark.docker
def test_a_failing_step_is_named(tmp_path: Path) -> None:
    build = built(tmp_path, "FROM busybox:1\nRUN echo before; echo oh no >&2; exit 7\n")
    assert not build.ok
    assert build.failure is not None
    assert (build.failure.line, build.failure.exit_code) == (2, 7)
    assert build.failure.step == "[2/2] RUN echo before; echo oh no >&2; exit 7"
    assert "oh no" in build.failure.output


@pytest.mark.docker
def test_a_missing_file_is_the_dockerfiles_doing(tmp_path: Path) -> None:
    build = built(tmp_path, "FROM busybox:1\nCOPY missing /\n")
    assert build.failure is not None
    assert "missing" in build.failure.message
    assert build.failure.line == 2
    assert build.failure.exit_code is None


@pytest.mark.docker
@pytest.mark.parametrize(
    "text",
    [
        'FROM busybox:1\nCOPY ["no space left on device", "/x"]\n',
        "FROM busybox:1\nARG X\nUSER ${X:?transport is closing}\n",
        'FROM busybox:1\nCOPY ["no space left on device/x", "/y"]\n',
        "FROM busybox:1\nSTOPSIGNAL transport is closing\n",
        'FROM busybox:1\nENV A="no space left on" B=\nUSER ${B:?$A device}\n',
    ],
)
def test_words_of_the_dockerfile_do_not_pass_for_trouble_of_the_engine(tmp_path: Path, text: str) -> None:
    assert not built(tmp_path, text).ok


@pytest.mark.docker
def test_after_a_timeout_nothing_of_the_build_goes_on(tmp_path: Path) -> None:
    marker = f"9{uuid.uuid4().int % 10**9}"
    text = f"FROM busybox:1\nRUN trap '' TERM; echo begun; (trap '' TERM HUP; setsid sleep {marker}) & sleep {marker}\n"
    with project_in(tmp_path, text, build=BuildSpec(timeout=2)) as project:
        started = time.monotonic()
        build = project.build()
        assert time.monotonic() - started < 5
        assert build.timed_out
        assert build.failure is not None
        assert build.failure.message == "the build was not finished after 2 s (the build limit)"
        assert build.failure.step is not None
        assert build.failure.step.startswith("[2/2] RUN trap")
        assert "begun" in build.failure.output
        end = time.monotonic() + 5
        while processes_with(f"sleep\0{marker}") and time.monotonic() < end:
            time.sleep(0.1)
        assert processes_with(f"sleep\0{marker}") == []


@pytest.mark.docker
def test_floods_of_output_are_bounded(tmp_path: Path) -> None:
    text = (
        f"FROM busybox:1\nRUN yes {uuid.uuid4()} | head -c 30000000; head -c 30000000 /dev/zero; echo the end; false\n"
    )
    build = built(tmp_path, text)
    assert build.failure is not None
    assert len(build.log) < 9_000
    assert len(build.failure.output) < 5_000


@pytest.mark.docker
def test_cache_mounts_are_not_shared_between_attempts(tmp_path: Path) -> None:
    marker = uuid.uuid4().hex
    text = f"FROM busybox:1\nRUN --mount=type=cache,id={marker},target=/c ls /c > /seen; touch /c/left; echo %s\n"
    for number in ("one", "two"):
        with project_in(tmp_path / number, text % number) as project:
            seen = project.entry("/seen")
            assert seen is not None
            assert seen.content == b""


@pytest.mark.docker
@pytest.mark.parametrize("syntax", ["docker/dockerfile:1", "docker/dockerfile:1.99-of-no-registry"])
def test_a_syntax_line_needs_no_network(tmp_path: Path, syntax: str) -> None:
    text = f"# syntax={syntax}\n# escape=`\nFROM busybox:1\nRUN echo a ` \n && false\n"
    build = built(tmp_path, text)
    assert build.failure is not None
    assert (build.failure.line, build.failure.exit_code) == (4, 1)


@pytest.mark.docker
@pytest.mark.parametrize(
    "text",
    [
        "FROM busybox:1\nRUN <<EOF\nset -e\necho one > /out\nEOF\n",
        "FROM busybox:1\r\nRUN echo one \\\r\n  > /out\r\n",
        "\ufeffFROM busybox:1\nRUN echo one > /out\n",
        "# syntax=docker/dockerfile:1\r\nFROM busybox:1\r\nRUN echo one > /out\r\n",
        "from busybox:1\nrun echo one > /out",
        "FROM busybox:1\nCOPY <<EOF /out\none\nEOF\n",
        "FROM busybox:1 AS first\nRUN echo one > /x\nFROM scratch\nCOPY --from=first /x /out\n",
        "FROM busybox:1\nCOPY --from=busybox:1 /bin/busybox /b\nRUN echo one > /out\n",
    ],
    ids=["heredoc", "crlf", "bom", "crlf syntax", "lower case", "copy heredoc", "stages", "from image"],
)
def test_dockerfiles_in_every_shape(tmp_path: Path, text: str) -> None:
    with project_in(tmp_path, text.encode()) as project:
        out = project.entry("/out")
        assert out is not None
        assert out.content == b"one\n"


@pytest.mark.docker
@pytest.mark.parametrize(
    ("raw", "because"),
    [
        ("FROM busybox:1\n".encode("utf-16"), "saved as UTF-16"),
        (b"FROM busybox:1\n# caf\xe9\n", "line 2: the Dockerfile is not UTF-8 text"),
        (b"FROM busybox:1\0\n", "not plain text"),
        (b"", "empty"),
        (b"FROM busybox:1\nRUNN x\n", "unknown instruction RUNN"),
        (b"FROM busybox:1\nRUN " + b"x" * 300_000, "larger than 256 KiB"),
        (b"FROM busybox:1\n" + b"RUN true\n" * 5_000, "more than 1000 instructions"),
    ],
    ids=["utf-16", "latin-1", "nul", "empty", "unknown", "long line", "many"],
)
def test_what_is_no_dockerfile_is_never_built(tmp_path: Path, raw: bytes, because: str) -> None:
    with project_in(tmp_path, raw) as project, pytest.raises(Failure) as caught:
        project.build()
    assert because in caught.value.message


@pytest.mark.docker
def test_ignore_files_are_honoured(tmp_path: Path) -> None:
    text = "# syntax=docker/dockerfile:1\nFROM scratch\nCOPY . /\n"
    files: dict[str, str | bytes] = {"a": "", "b": "", ".dockerignore": "*", "Dockerfile.dockerignore": "a\nD*\n.d*\n"}
    with project_in(tmp_path, text, files) as project:
        assert project.entry("/b") is not None
        assert project.entry("/a") is None
    build = built(tmp_path / "all", "FROM scratch\nCOPY a /\n", {"a": "", ".dockerignore": "**"})
    assert build.failure is not None
    assert "not found" in build.failure.message


@pytest.mark.docker
def test_a_foreign_platform_is_the_students(tmp_path: Path) -> None:
    build = built(tmp_path, "FROM --platform=linux/s390x busybox:1\n")
    assert build.failure is not None


@pytest.mark.docker
def test_a_step_that_was_cached_is_counted(tmp_path: Path) -> None:
    text = f"FROM busybox:1\nRUN echo {uuid.uuid4()}\n"
    assert built(tmp_path / "one", text).ok
    assert built(tmp_path / "two", text).cached_steps == 1


def ends_with(stderr: bytes, exit_code: int = 1) -> Callable[..., Finished]:
    def run(*_: object, on_stderr: Callable[[bytes], None], **__: object) -> Finished:
        on_stderr(stderr)
        return Finished(exit_code, b"", b"", timed_out=False, seconds=0.1)

    return run


class NoLedger:
    """A ledger whose engine is never reached."""

    attempt = "a" * 32
    engine = property(lambda self: self)

    def add(self, *_: str) -> None:
        pass

    def buildx(self) -> tuple[str, ...]:
        return ("buildx",)

    def environment(self) -> dict[str, str]:
        return {}


def outcome(folder: Path, monkeypatch: pytest.MonkeyPatch, stderr: bytes, exit_code: int = 1) -> Build:
    monkeypatch.setattr(builder, "run", ends_with(stderr, exit_code))
    dockerfile = folder / "Dockerfile"
    dockerfile.write_text('COPY "lease does not exist" /\n')
    return builder.build(NoLedger(), folder, dockerfile, BuildSpec(), namespace="")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "stderr",
    [
        b"ERROR: Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?\n",
        b"ERROR: failed to solve: write /var/lib/docker/x: no space left on device\n",
        b"ERROR: failed to receive status: rpc error: code = Unavailable desc = transport is closing\n",
        b"docker: 'buildx' is not a docker command.\n",
        b"unknown flag: --progress\n",
    ],
)
def test_trouble_of_the_engine_is_nobodys_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stderr: bytes) -> None:
    with pytest.raises(SandboxError):
        outcome(tmp_path, monkeypatch, stderr)


def test_words_of_the_dockerfile_are_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = b'ERROR: failed to solve: "/lease does not exist": not found\n'
    assert not outcome(tmp_path, monkeypatch, stderr).ok


def test_success_without_an_image_is_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SandboxError, match="without an image"):
        outcome(tmp_path, monkeypatch, b"", exit_code=0)


def test_no_client_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "run", lambda *_, **__: (_ for _ in ()).throw(FileNotFoundError))
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    with pytest.raises(SandboxError, match="not installed"):
        builder.build(NoLedger(), tmp_path, tmp_path / "Dockerfile", BuildSpec(), namespace="")  # type: ignore[arg-type]
