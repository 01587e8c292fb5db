"""Everything is copied before packages are installed, so that each change of a file installs them anew.

https://docs.docker.com/build/cache/optimize/#order-your-layers
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import source

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

_INSTALLS: Final = {
    "requirements.txt": re.compile(r"\bpip3?(?: -\S{1,80}){0,9} install\b"),
    "package.json": re.compile(r"\b(?:npm|pnpm|yarn)(?: -\S{1,80}){0,9} (?:install|ci|i)\b|\byarn\s*(?:$|&&)"),
    "Gemfile": re.compile(r"\bbundle(?: -\S{1,80}){0,9} install\b"),
    "go.mod": re.compile(r"\bgo mod download\b"),
    "pyproject.toml": re.compile(r"\b(?:poetry install|uv sync)\b"),
}
"""The list of packages, and the command that reads it."""
_LOCKS: Final = {
    "package.json": ("package-lock.json", "yarn.lock"), "Gemfile": ("Gemfile.lock",), "go.mod": ("go.sum",),
    "pyproject.toml": ("poetry.lock", "uv.lock"),
}  # fmt: skip
_AGAIN: Final = re.compile(r"line (\d{1,6}), [^\n]* was run again")
MAX_TEXT: Final = 4_000


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a COPY of the whole folder above the installation that was run again."""
    dockerfile, found = source(case), _AGAIN.search(case.message) if case.kind == "cache" else None
    if dockerfile is None or found is None:
        return None
    for stage in dockerfile.stages:
        run = next((one for one in stage.instructions if one.line == int(found[1]) and one.name == "RUN"), None)
        lists = _lists(run) if run is not None else None
        if run is None or lists is None:
            continue
        above = [one for one in stage.instructions if one.line < run.line and one.name in {"COPY", "ADD"}]
        whole = next((one for one in above if not one.flag("from") and _everything(one)), None)
        if whole is not None:
            return _explain(case, run, whole, lists)
    return None


def _lists(run: Instruction) -> str | None:
    text = " ".join((*run.arguments, *run.heredocs))[:MAX_TEXT]
    return next((name for name, command in _INSTALLS.items() if command.search(text)), None)


def _everything(copy: Instruction) -> bool:
    return any(one.rstrip("/") in {"", "."} for one in copy.arguments[:-1])


def _explain(case: Case, run: Instruction, whole: Instruction, lists: str) -> Diagnosis:
    names = [one for one in (lists, *_LOCKS.get(lists, ())) if one in case.files]
    target = whole.arguments[-1]
    place = target if target.endswith("/") or target == "." else f"{target}/"
    place = "./" if place == "." and len(names) > 1 else place
    first = f"`COPY {' '.join(names)} {one_line(place, 80)}`" if names else "a COPY of the list of packages alone"
    return Diagnosis(
        cause="cache_order",
        summary=f"Line {whole.line} copies everything before line {run.line} installs the packages.",
        explanation=(
            "A step is taken from the cache only if nothing above it has changed. With any change of any file, "
            f"line {whole.line} has another outcome, so line {run.line} installs the same packages once more."
        ),
        fix=(
            f"Write {first} above line {run.line}, and move line {whole.line}, `{one_line(whole.text, 80)}`, below it."
        ),
        line=whole.line,
        certainty=95,
    )
