"""Variables of a Dockerfile: where they are set, and which commands use them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.diagnosis._evidence import container, source, starters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.core.dockerfile import Dockerfile, Instruction
    from grader.core.facts import Case

MAX_TEXT: Final = 4_000
_SHOWS_IT: Final = frozenset({"http", "logs", "port"})
"""Checks that fail for an empty variable although the container runs, or has run to its end."""
_USED: Final = re.compile(r"(?<!\\)\$(?:([A-Za-z_]\w{0,80})|\{([A-Za-z_]\w{0,80})\})")
_QUOTED: Final = re.compile(r"'[^']*'")
_KEY: Final = re.compile(r"^KeyError: '([A-Za-z_]\w{0,80})'\s*\Z", re.MULTILINE)


def used_by_shell(text: str) -> set[str]:
    """Name the variables that a shell line uses, without those that it sets itself."""
    text = _QUOTED.sub("", text[:MAX_TEXT])
    names = {one[1] or one[2] for one in _USED.finditer(text)}
    return {one for one in names if not re.search(rf"(?:^|[\s;&|(]){one}=|\b(?:for|read(?: -\w)*) {one}\b", text)}


def used(text: str) -> set[str]:
    """Name the variables that a text uses, whoever replaces them."""
    return {one[1] or one[2] for one in _USED.finditer(text[:MAX_TEXT])}


def args(instructions: Iterable[Instruction]) -> dict[str, Instruction]:
    """Give the ARG of each name."""
    return {word.partition("=")[0]: one for one in instructions if one.name == "ARG" for word in one.arguments}


def envs(dockerfile: Dockerfile) -> set[str]:
    """Name what ENV sets, in any stage."""
    return {name for one in dockerfile.instructions if one.name == "ENV" for name in one.arguments[::2]}


def unset(case: Case) -> dict[str, Instruction | None]:
    """Name the variables that the command of a failed container needed, and nobody set; with the CMD that uses them."""
    dockerfile, state = source(case), container(case)
    if dockerfile is None or state is None or state.oom_killed:
        return {}
    if not state.exit_code and case.kind not in _SHOWS_IT:
        return {}
    known = envs(dockerfile) | case.given_env | (set(case.image.env) if case.image is not None else set())
    found: dict[str, Instruction | None] = {}
    for one in starters(case):
        if not one.exec_form:
            found |= dict.fromkeys(used_by_shell(" ".join(one.arguments)) - known, one)
    key = _KEY.search(case.logs.strip()[-MAX_TEXT:])
    if key is not None and re.search(rf"""environ\[["']{key[1]}["']\]""", case.logs) and key[1] not in known:
        found[key[1]] = None
    return found
