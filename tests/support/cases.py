"""Cases as a real engine leaves them, and the words to say what a cause makes of one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from grader.core import dockerfile, kinds
from grader.core.facts import Build, BuildFailure, Case, ContainerState, Listener
from grader.core.specs import Where
from grader.core.transcript import Transcript
from grader.diagnosis import PACKAGE
from tests.support.factories import make_build, make_image

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.core.inventory import ContainerFacts
    from grader.core.result import Diagnosis
    from grader.core.transcript import Line

_CANNOT_START: Final = (
    "failed to create task for container: failed to create shim task: OCI runtime create failed: "
    "runc create failed: unable to start container process: exec: "
)


def cannot_start(words: str) -> str:
    """Give the engine's message for a command that it can't start."""
    return f"{_CANNOT_START}{words}: unknown"


def parsed(source: str) -> dockerfile.Dockerfile:
    """Parse lines given as `FROM a; CMD b`."""
    return dockerfile.parse("\n".join(line.strip() for line in source.split("; ")) + "\n")


def files(*paths: str) -> dict[str, int]:
    """Give a build context of small files."""
    return dict.fromkeys(("Dockerfile", *paths), 100)


def built(source: str, **facts: Any) -> Case:
    """Give a failed check of an image that was built; the Dockerfile's lines are joined by `;`."""
    made = {"kind": "http", "message": "", "port": 3000, "files": files(), "build": make_build()}
    return Case(**{**made, "dockerfile": parsed(source), "image": make_image(workdir=""), **facts})


def exited(source: str, argv: Iterable[str] | str, code: int = 0, logs: str = "", **facts: Any) -> Case:
    """Give a failed check of a container that has ended; a text as `argv` is the line of a shell form."""
    error = facts.pop("error", "")
    state = ContainerState(
        id="c" * 64,
        status="created" if error else "exited",
        exit_code=code,
        oom_killed=facts.pop("oom", False),
        error=error,
        argv=("/bin/sh", "-c", argv) if isinstance(argv, str) else tuple(argv),
    )
    return built(source, **{"container": state, "logs": logs, **facts})


def running(source: str, argv: Iterable[str] | str, *addresses: str, **facts: Any) -> Case:
    """Give a failed check of a running container that listens on addresses such as `127.0.0.1:3000`."""
    case = exited(source, argv, **facts)
    assert case.container is not None
    state = replace(case.container, status="running", exit_code=None)
    found = [(host, int(port)) for host, _, port in (one.rpartition(":") for one in addresses)]
    return replace(case, container=state, listeners=tuple(Listener(host, port) for host, port in found))


def unbuilt(source: str, message: str, **facts: Any) -> Case:
    """Give a failed build; fields of BuildFailure are told from those of Case by their names."""
    names = ("step", "line", "exit_code", "output")
    failure = BuildFailure(message=message, **{name: facts.pop(name) for name in names if name in facts})
    build = Build(image=None, seconds=60.0, log="", failure=failure, timed_out=facts.pop("timed_out", False))
    made = {"kind": "build", "port": None, "image": None, "build": build}
    return built(source, **{**made, **facts})


def step_failed(source: str, line: int, code: int, output: str, **facts: Any) -> Case:
    """Give a build that a RUN in `line` ended."""
    command = parsed(source).text.splitlines()[line - 1]
    message = f'failed to solve: process "/bin/sh -c {command[4:]}" did not complete successfully: exit code: {code}'
    return unbuilt(source, message, step=f"[2/2] {command}", line=line, exit_code=code, output=output, **facts)


def absent(source: str, line: int, path: str, **facts: Any) -> Case:
    """Give a build that ended with a COPY in `line`, as BuildKit says it of a file that isn't there."""
    step = parsed(source).text.splitlines()[line - 1]
    reference = "e5b7784e-c7a6-4ad1-90cf-8cec4557f73e::aeaw9u77gvgcaexmgbl2rn332"
    message = f'failed to compute cache key: failed to calculate checksum of ref {reference}: "{path}": not found'
    return unbuilt(source, f"failed to solve: {message}", step=f"[2/2] {step}", line=line, **facts)


def unparsed(message: str, **facts: Any) -> Case:
    """Give a check that failed because the Dockerfile can't be read."""
    return Case(**{"kind": "build", "message": message, "files": files(), **facts})


def commanded(*lines: Line, left: Iterable[ContainerFacts] = (), **facts: Any) -> Case:
    """Give a failed check of the containers that commands left; `where` is as in YAML."""
    where = Where.model_validate(facts.pop("where", {"container": "web"}))
    transcript = Transcript(file="commands.sh", lines=lines)
    known = {"kind": "http", "message": "", "where": where, "host_port": where.publishes, **facts}
    return Case(**known, containers=tuple(left), transcript=transcript)


def explains(cause: str, case: Case, *says: str, line: int | None = None) -> Diagnosis:
    """Assert that a cause recognises a case, names the line, and says certain words."""
    diagnosis: Diagnosis | None = kinds.module(PACKAGE, cause).diagnose(case)
    assert diagnosis is not None
    assert diagnosis.cause == cause
    assert diagnosis.line == line
    told = f"{diagnosis.summary}\n{diagnosis.explanation}\n{diagnosis.fix}"
    assert [words for words in says if words not in told] == []
    return diagnosis


def silent(cause: str, case: Case) -> None:
    """Assert that a cause does not recognise a case."""
    assert kinds.module(PACKAGE, cause).diagnose(case) is None
