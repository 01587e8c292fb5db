r"""A script with Windows line ends: the kernel looks for an interpreter called `/bin/sh\r`.

https://docs.github.com/en/get-started/git-basics/configuring-git-to-handle-line-endings
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.diagnosis._copies import copied
from grader.diagnosis._evidence import ended_badly
from grader.diagnosis._replay import not_replayed
from grader.diagnosis._scripts import named, not_started

if TYPE_CHECKING:
    from grader.core.facts import Case
from grader.diagnosis._evidence import Ended

# env and shells name what they looked for; the grader writes the line end as \r or \x0d.
_INTERPRETER: Final = re.compile(r"(?:env: |bad interpreter: |exec: )['\"\u2018]?[\w./-]{1,80}(?:\\r|\\x0d|\r)(?!\n)")
_INSIDE: Final = re.compile(r"[Ii]llegal option -|(?:\\r|\\x0d|\r)(?!\n)|: not found|invalid option|unexpected")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a line end in the interpreter's name, in the script or in the message about it."""
    ended = ended_badly(case)
    if ended is None:
        return None
    script = _script(case, ended)
    if script is None and not _INTERPRETER.search(ended.output):
        return None
    return Diagnosis(
        cause="crlf_script",
        summary=f"{script or 'The script'} has Windows line ends, which Linux can't run.",
        explanation=(
            "Windows ends a line with two characters, Linux with one. Linux takes the first of the two as part of the "
            "line: it looks for a program whose name ends with an invisible character, and finds 'no such file'."
        ),
        fix=(
            f"Save {script or 'the script'} with the line ends LF: in VS Code, click on CRLF at the lower right and "
            "choose LF. So that git keeps them, put this line into a file called .gitattributes: * text=auto eol=lf"
        ),
        flag=not_replayed(
            f"{script or 'a script'} has Windows line ends (CRLF), which git may have added on the way here"
        ),
        certainty=97,
    )


def _script(case: Case, ended: Ended) -> str | None:
    for path in not_started(case, ended):
        if case.scripts[path].split(b"\n", 1)[0].endswith(b"\r"):
            return path
    # Given to a shell as `sh start.sh`, the first line is a comment, and the line ends break the commands.
    there = set(copied(case).values())
    for path in named(case, ended):
        if path in there and case.scripts[path].split(b"\n", 1)[0].endswith(b"\r") and _INSIDE.search(ended.output):
            return path
    return None
