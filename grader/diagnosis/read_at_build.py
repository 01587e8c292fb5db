"""A variable is used while the image is built, and set only later: when a container is started, or further down.

https://docs.docker.com/reference/dockerfile/#run
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.diagnosis._evidence import container, source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.dockerfile import Dockerfile, Instruction
    from grader.core.facts import Case

_ABOUT: Final = frozenset({"command", "file", "http", "logs"})
_BUNDLE: Final = re.compile(r"\b(?:npm run|yarn|yarn run|pnpm|pnpm run|npx vite) build\b")
_BUNDLED: Final = re.compile(r"(?:REACT_APP|VITE|VUE_APP|NEXT_PUBLIC)_\w{1,80}")
"""Variables that build tools of web pages put into the files that they make."""
_QUOTED: Final = re.compile(r"'[^']*'")
MAX_LINE: Final = 4_000


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a RUN that reads a variable which the exercise sets in the container, or ENV sets in a later line."""
    dockerfile = source(case)
    if dockerfile is None or case.kind not in _ABOUT or (case.kind != "file" and container(case) is None):
        return None
    runs = [one for stage in reversed(dockerfile.lineage()) for one in stage.instructions if one.name == "RUN"]
    return _in_the_shell(case, dockerfile, runs) or _bundled(case, dockerfile)


def _in_the_shell(case: Case, dockerfile: Dockerfile, runs: list[Instruction]) -> Diagnosis | None:
    known = {name for one in dockerfile.instructions for name in _set(one)}
    known |= set(case.image.env) if case.image is not None else set()
    for run in runs:
        text = " ".join(run.arguments)
        if run.exec_form or run.heredocs or len(text) > MAX_LINE:
            continue
        read = _QUOTED.sub("", text).replace("\\$", "")
        for name in sorted(case.given_env - known):
            if re.search(rf"\$(?:{re.escape(name)}\b|\{{{re.escape(name)}\b)", read) and f"{name}=" not in text:
                return _found(name, run, f"It is set when a container is started, as with docker run -e {name}=…")
    return None


def _bundled(case: Case, dockerfile: Dockerfile) -> Diagnosis | None:
    early = set[str]()
    build: Instruction | None = None
    for one in dockerfile.instructions:
        if build is None and one.name == "RUN" and _BUNDLE.search(" ".join(one.arguments)[:MAX_LINE]):
            build = one
        late = next((each for each in sorted(_set(one) - early) if _BUNDLED.fullmatch(each)), None)
        if build is not None and late is not None:
            return _found(late, build, f"{one.name} in line {one.line} sets it, which is further down.")
        early |= _set(one)
    given = next((each for each in sorted(case.given_env - early) if _BUNDLED.fullmatch(each)), None)
    if build is None or given is None:
        return None
    return _found(given, build, f"It is set when a container is started, as with docker run -e {given}=…")


def _set(instruction: Instruction) -> set[str]:
    return set(_names(instruction))


def _names(instruction: Instruction) -> Iterator[str]:
    if instruction.name == "ENV":
        yield from instruction.arguments[::2]
    elif instruction.name == "ARG":
        yield from (one.partition("=")[0] for one in instruction.arguments)


def _found(name: str, run: Instruction, later: str) -> Diagnosis:
    return Diagnosis(
        cause="read_at_build",
        summary=f"RUN in line {run.line} uses {name} while the image is built, when it has no value yet.",
        explanation=f"{later} What RUN has made by then stays as it is.",
        fix=(
            f"Set {name} above line {run.line}, if the value belongs in the image. "
            "If it is to be another one for each container, do what needs it when the container starts, in CMD."
        ),
        line=run.line,
        certainty=84,
    )
