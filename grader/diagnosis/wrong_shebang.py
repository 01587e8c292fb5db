"""A script whose first line names no interpreter, or one that the image doesn't have.

https://man7.org/linux/man-pages/man2/execve.2.html#NOTES (Interpreter scripts)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._copies import copied
from grader.diagnosis._evidence import ended_badly
from grader.diagnosis._scripts import interpreter, named, not_started
from grader.diagnosis._words import array, base

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.diagnosis._evidence import Ended

_NO_FORMAT: Final = re.compile(r"exec ([^\s:]+): exec format error")
_ENV: Final = re.compile(r"env: ['\u2018]?([\w.+-]+)['\u2019]?: No such file or directory")
_RUNNERS: Final = {"py": "python", "js": "node", "sh": "sh", "rb": "ruby", "php": "php"}


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a script that the kernel could not run though it is there."""
    ended = ended_badly(case)
    return None if ended is None else _absent(case, ended) or _none(case, ended)


def _absent(case: Case, ended: Ended) -> Diagnosis | None:
    env = _ENV.search(ended.output)
    scripts = [one for one in named(case, ended) if env and interpreter(case.scripts[one]) == env[1]] or not_started(
        case, ended
    )
    script = next((one for one in scripts if not case.scripts[one].split(b"\n", 1)[0].endswith(b"\r")), None)
    if script is None:
        return None
    wanted = one_line(interpreter(case.scripts[script]), 60)
    if not wanted or wanted == "/bin/sh":
        return None
    return Diagnosis(
        cause="wrong_shebang",
        summary=f"The first line of {script} asks for {wanted}, which the image doesn't have.",
        explanation=(
            "Linux starts a script with the program that its first line names. "
            f"'No such file' is about that program, {wanted}, and not about the script."
        ),
        fix=(
            f"Write #!/bin/sh as the first line of {script}, if it does without what only {base(wanted)} knows."
            if base(wanted) in {"bash", "zsh", "ksh", "fish"}
            else f"Correct the first line of {script}, or start FROM an image that has {base(wanted)}."
        ),
        line=ended.line,
        certainty=93,
    )


def _none(case: Case, ended: Ended) -> Diagnosis | None:
    found = _NO_FORMAT.search(ended.output)
    if found is None:
        return None
    path = next((own for own in copied(case).values() if base(own) == base(found[1])), None)
    runner = _RUNNERS.get(found[1].rsplit(".", 1)[-1])
    # A compiled program for another kind of processor leaves the same message.
    if path is None or path in case.scripts or runner is None:
        return None
    return Diagnosis(
        cause="wrong_shebang",
        summary=f"{path} doesn't say which program has to run it.",
        explanation=(
            "Linux starts a script with the program that its first line names after #!, and there is no such line."
        ),
        fix=(
            f"Name the program in {ended.place}: {array([runner, found[1]])}, "
            f"or write #!{'/bin/sh' if runner == 'sh' else f'/usr/bin/env {runner}'} as the first line of {path}."
        ),
        line=ended.line,
        certainty=92,
    )
