"""The container could not be started: the engine finds no program of that name in the image."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._copies import copied
from grader.diagnosis._evidence import Ended, ended_badly, of_exercise
from grader.diagnosis._services import shell_text
from grader.diagnosis._words import array, base, nearest

if TYPE_CHECKING:
    from grader.core.facts import Case

_NOT_FOUND: Final = re.compile(
    r'exec: "([^"\n]*)": (?:executable file not found in \$PATH|stat [^\n]*: no such file or directory)'
)
_SHELL: Final = re.compile(r"^\S*sh: (?:\d+: |line \d+: )?([\w.+-]+): (?:command )?not found\s*\Z", re.MULTILINE)
_BUILTINS: Final = frozenset({"alias", "cd", "exit", "export", "set", "source", "ulimit", "umask"})
_PROGRAMS: Final = "bash curl echo flask gunicorn java nginx node npm php python python3 ruby sh uvicorn"
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*=\S*\Z")
_NOT_FOUND_CODE: Final = 127


def diagnose(case: Case) -> Diagnosis | None:
    """Look for what the engine, or the shell of a shell form, says of a program it can't find."""
    ended = ended_badly(case)
    if ended is None or ended.building or ended.exit_code != _NOT_FOUND_CODE:
        return None
    found = _NOT_FOUND.search(ended.output) or (_SHELL.search(ended.output.strip()) if shell_text(ended.argv) else None)
    # A program named with its path is a file that is missing; with a space in it, it is a whole command line.
    given = of_exercise(case, ended)
    if found is None or ("/" in found[1] and " " not in found[1] and not given):
        return None
    name = one_line(found[1])
    if given:
        return _of_exercise(case, name)
    summary, fix = _reading(case, ended, name)
    return Diagnosis(
        cause="wrong_command_path",
        summary=summary,
        explanation=(
            f"{ended.where[0].upper()}{ended.where[1:]} names the program that the container starts with. "
            "It is looked for in the image, in the folders of the variable PATH, and not in your working directory."
        ),
        fix=fix,
        line=ended.line,
        certainty=93,
    )


def _of_exercise(case: Case, name: str) -> Diagnosis:
    """Explain a command that the student didn't write."""
    image = f", {one_line(case.dockerfile.final.base, 80)}," if case.dockerfile is not None else ""
    return Diagnosis(
        cause="wrong_command_path",
        summary=f"The image has no program called '{name}', which is needed here.",
        explanation=(
            f"It is not your Dockerfile that names it: the exercise starts a container of your image with the command "
            f"`{one_line(' '.join(case.given_command), 80)}`. An image has only what is in its base image{image} and "
            "what the Dockerfile puts there."
        ),
        fix=f"Start FROM an image that has {name}, or COPY the program into yours.",
        certainty=97,
    )


def _reading(case: Case, ended: Ended, name: str) -> tuple[str, str]:
    if " " in name.strip():
        return (
            f"The whole command '{name}' stands in one pair of quotes, so it is taken for the name of one program.",
            f"Give every word its own quotes in {ended.place}: {array(name.split())}",
        )
    if _ASSIGNMENT.match(name) and ended.instruction is not None:
        rest = ended.argv[ended.argv.index(name) + 1 :] if name in ended.argv else ()
        right = f", and change {ended.place} to: {ended.instruction.name} {one_line(array(rest), 300)}" if rest else ""
        return (
            f"'{name}' sets a variable, and stands where the program has to be named.",
            f"Set the variable with a line of its own, above {ended.place}: ENV {name}{right}",
        )
    if name in _BUILTINS:
        fix = "Use WORKDIR instead of cd." if name == "cd" else "Write the command without brackets, or leave it out."
        return f"'{name}' is no program: only a shell knows it, and the form with brackets starts no shell.", fix
    inside = next((path for path in copied(case) if base(path) == name), None)
    if inside is not None:
        return (
            f"The image has {inside}, and a program is not looked for by its name alone there.",
            f"Write {inside} in {ended.place}.",
        )
    similar = nearest(name, _PROGRAMS.split())
    guess = f"Did you mean {similar}? " if similar is not None and similar != name else ""
    base_image = f": {case.dockerfile.final.base} has not" if case.dockerfile is not None else ""
    return (
        f"The image has no program called '{name}'.",
        f"{guess}Correct the name in {ended.place}. If it is right, use a base image that has it{base_image}.",
    )
