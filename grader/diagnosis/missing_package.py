"""The program imports a library that is not installed in the image, or a file of its own that was not copied."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._copies import copied
from grader.diagnosis._evidence import ended_badly, source
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.facts import Case

_PYTHON: Final = re.compile(
    r"^(?:ModuleNotFoundError: No module named '|\S*python[\d.]*: No module named )([\w.]+)'?$", re.MULTILINE
)
_NODE: Final = re.compile(r"^Error: Cannot find (?:module|package) '(\.{0,2}/?[\w@][\w@./-]*)'", re.MULTILINE)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for an import that failed."""
    ended = ended_badly(case)
    if ended is None or ended.building:
        return None
    python, node = _PYTHON.search(ended.output), _NODE.search(ended.output)
    if python is not None:
        name = python[1].split(".")[0]
        install = f"RUN pip install {name}"
        listed = _unused(case, "requirements.txt", "pip")
        own = _own(case, f"{name}.py", f"{name}/__init__.py")
    elif node is not None and not node[1].startswith("/"):
        name = node[1]
        install = f"RUN npm install {name}"
        listed = _unused(case, "package.json", "npm")
        own = (
            _own(case, *(f"{base(name)}{end}" for end in ("", ".js", ".mjs", ".json")))
            if name.startswith(".")
            else None
        )
        if own is None and name.startswith("."):
            return None
    else:
        return None
    # Some exercises give what is to be installed as files.
    offline = case.offline and not any(one.endswith((".whl", ".tar.gz", ".tgz")) for one in case.files)
    return Diagnosis(
        cause="missing_package",
        summary=f"Your program needs '{one_line(name, 60)}', which is not in the image.",
        explanation=(
            f"{own} is in your folder, and the Dockerfile copies only other files into the image."
            if own
            else "What is installed on your own machine isn't in the image: an image has only what its "
            "Dockerfile puts there."
            + (f" Your folder has {base(listed)}, and no RUN installs what is in it." if listed and not offline else "")
        ),
        fix=(
            f"COPY {own} into the image, beside the program that needs it."
            if own
            else "Do without the library, or use a base image that has it: the steps of this build have no network, so "
            "nothing can be downloaded."
            if offline
            else _from_list(listed, ended.line)
            if listed
            else _install(install, ended.line)
        ),
        line=None if own else ended.line,
        certainty=91,
    )


def _own(case: Case, *names: str) -> str | None:
    inside = set(copied(case).values())
    return next(
        (
            one
            for one in sorted(case.files)
            if one.endswith(names) and base(one) in map(base, names) and one not in inside
        ),
        None,
    )


def _unused(case: Case, name: str, program: str) -> str | None:
    """Give a list of libraries in the student's folder, if no step installs any: its path in the image, or its name."""
    dockerfile = source(case)
    stages = dockerfile.lineage() if dockerfile is not None else ()
    if name not in case.files or any(
        program in one.text for stage in stages for one in stage.instructions if one.name == "RUN"
    ):
        return None
    return next((inside for inside, own in copied(case).items() if own == name), name)


def _from_list(listed: str, line: int | None) -> str:
    name, folder = base(listed), listed.rpartition("/")[0] or "/"
    step = f"RUN pip install -r {listed}" if name.endswith(".txt") else f"RUN cd {folder} && npm install"
    if listed != name:
        return f"Add this line to the Dockerfile, before line {line or 'with CMD'}: {step}"
    step = step if name.endswith(".txt") else "RUN npm install"
    return f"Add two lines to the Dockerfile, before line {line or 'with CMD'}: COPY {listed} ./ and {step}"


def _install(command: str, line: int | None) -> str:
    place = f", before line {line}" if line else ""
    return f"Add a line such as `{command}` to the Dockerfile{place}, or do without the library."
