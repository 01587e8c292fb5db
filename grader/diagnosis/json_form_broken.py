"""A command meant as a JSON array that is none, so that a shell is given it as text, brackets and all.

The array needs straight double quotes: https://docs.docker.com/reference/dockerfile/#shell-and-exec-form
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import ended_badly, source
from grader.diagnosis._services import shell_text
from grader.diagnosis._words import array

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

_SHELL: Final = re.compile(r"sh: (?:\d+: |line \d+: )?\[\S*?,?: (?:command )?not found")
_CURLY: Final = "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b\u00ab\u00bb"
_QUOTES: Final = "'\"`" + _CURLY
_NOT_FOUND: Final = 127


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a shell that was asked to run something that begins with a bracket."""
    ended = ended_badly(case)
    if ended is not None and ended.exit_code == _NOT_FOUND and _SHELL.search(ended.output):
        return _explain((shell_text(ended.argv) or "").strip(), ended.instruction)
    # A check of the form itself fails before anything is run.
    dockerfile = source(case)
    if case.kind != "dockerfile" or dockerfile is None or "exec form" not in case.message:
        return None
    found = [one for name in ("CMD", "ENTRYPOINT") if (one := dockerfile.effective(name)) is not None]
    shells = [one for one in found if one.arguments and not one.exec_form]
    return next(filter(None, (_explain(one.arguments[0].strip(), one) for one in shells)), None)


def _explain(written: str, instruction: Instruction | None) -> Diagnosis | None:
    # Two brackets are a condition of bash, not a list.
    if not written.startswith("[") or written.startswith("[["):
        return None
    name, place = (instruction.name, f"line {instruction.line}") if instruction else ("CMD", "the line")
    inner = written[1:].partition("]")[0]
    words = [word.strip().strip(_QUOTES) for word in inner.split(",")]
    right = one_line(array([word for word in words if word]), 300)
    return Diagnosis(
        cause="json_form_broken",
        summary=f"The brackets of {name} in {place} don't hold a proper list: {_reason(written)}",
        explanation=(
            "With brackets, each word needs straight double quotes, and a comma between two words. Otherwise Docker "
            "gives the line as it is to a shell, which looks for a program whose name begins with a bracket."
        ),
        fix=f"Change {place} to: {name} {right}",
        line=instruction.line if instruction else None,
        certainty=97,
    )


def _reason(written: str) -> str:
    if "'" in written and '"' not in written:
        return "single quotes (') are used instead of double quotes (\")."
    if any(quote in written for quote in _CURLY):
        return 'curly quotes (“ ”) are used instead of straight ones (").'
    if re.search(r",\s*\]", written):
        return "there is a comma after the last word."
    if '"' not in written:
        return "the words have no quotes."
    return "a quote or a comma is missing, or something stands behind the bracket."
