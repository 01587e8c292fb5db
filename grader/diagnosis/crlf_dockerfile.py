r"""The Dockerfile has Windows line ends, and a text after `<<` keeps them: each of its lines ends with a `\r`.

https://docs.github.com/en/get-started/git-basics/configuring-git-to-handle-line-endings
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.diagnosis._evidence import at, ended_badly, source
from grader.diagnosis._words import base

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

# A carriage return is shown as \x0d, and at the end of a message it is left out.
_SAID: Final = re.compile(r"(?:\\x0d|\\r|\r)(?!\n)|[Ii]llegal option -\s|^\S{0,80}: invalid option", re.MULTILINE)
_NOT_STARTED: Final = re.compile(r"exec (\S{1,200}): no such file or directory|sh: (?:\d+: )?(/\S{1,200}): not found")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a text with such line ends in the step that failed, or in a file that could not be started."""
    ended, dockerfile = ended_badly(case), source(case)
    if ended is None or dockerfile is None:
        return None
    if ended.instruction is not None and _ends(ended.instruction) and _SAID.search(ended.output):
        return _explain(ended.instruction)
    missing = {base(one[1] or one[2]) for one in _NOT_STARTED.finditer(ended.output)}
    written = (one for one in dockerfile.instructions if one.name in {"COPY", "ADD"} and one.arguments)
    for one in written:
        if _ends(one) and any(text.startswith("#!") for text in one.heredocs) and base(one.arguments[-1]) in missing:
            return _explain(one)
    return None


def _ends(instruction: Instruction) -> bool:
    return any("\r\n" in text for text in instruction.heredocs)


def _explain(place: Instruction) -> Diagnosis:
    return Diagnosis(
        cause="crlf_dockerfile",
        summary=f"The Dockerfile has Windows line ends, and the text of {at(place)} keeps them, which Linux can't run.",
        explanation=(
            "Windows ends a line with two characters, Linux with one. Docker copes with that in instructions, "
            "but a text after << is taken as it is: each of its lines ends with an invisible character too many."
        ),
        fix=(
            "Save the Dockerfile with the line ends LF: in VS Code, click on CRLF at the lower right and choose LF. "
            "So that git keeps them, put this line into a file called .gitattributes: * text=auto eol=lf"
        ),
        line=place.line,
        certainty=98,
    )
