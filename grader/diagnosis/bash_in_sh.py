"""A step uses what only bash knows, and RUN uses sh.

https://docs.docker.com/reference/dockerfile/#shell-and-exec-form
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.diagnosis._build import failed_run

if TYPE_CHECKING:
    from grader.core.facts import Case

_SOURCE: Final = re.compile(r"sh: (?:\d+: |line \d+: )?source: not found")
_WORD: Final = re.compile(r"sh: (?:\d+: |line \d+: )?(\[\[|shopt|pushd|popd|declare|mapfile|function): not found")
_OPTION: Final = re.compile(r"set: Illegal option -o pipefail")
_BRACKET: Final = re.compile(r"sh: (?:\d+: |line \d+: )?[Ss]yntax error: (?:\"\(\" unexpected|unexpected \"\(\")")
_ARRAY: Final = re.compile(r"\w=\(|[<>]\(")
_REDIRECTION: Final = re.compile(r"[Ss]yntax error: (?:redirection unexpected|Bad substitution)|: Bad substitution")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for what sh says of the words and signs of bash."""
    ended = failed_run(case)
    if ended is None or ended.instruction is None or ended.instruction.exec_form:
        return None
    text, what, fix = " ".join(ended.argv), None, None
    if _SOURCE.search(ended.output):
        what, fix = "`source`", "Write a dot in place of the word source: `. file`."
    elif (word := _WORD.search(ended.output)) is not None and word[1] in text:
        what = f"`{word[1]}`"
        fix = "Write the condition with single brackets: [ … ]." if word[1] == "[[" else None
    elif _OPTION.search(ended.output):
        what = "`set -o pipefail`"
    elif _BRACKET.search(ended.output) and _ARRAY.search(text):
        what = "a list in round brackets, or <( )"
    elif _REDIRECTION.search(ended.output) and ("<<<" in text or "${" in text):
        what = "`<<<` or a special form of ${ }"
    if what is None:
        return None
    bash = (
        'Or, if the image has bash, let a line above make it the shell of all steps: SHELL ["/bin/bash", "-c"]'
        if fix
        else 'If the image has bash, let a line above make it the shell of all steps: SHELL ["/bin/bash", "-c"]'
    )
    return Diagnosis(
        cause="bash_in_sh",
        summary=f"RUN in line {ended.line} uses {what}, which its shell doesn't know.",
        explanation="RUN gives its line to /bin/sh, a simple shell. What bash adds to that is not known there.",
        fix=f"{fix} {bash}" if fix else bash,
        line=ended.line,
        certainty=93,
    )
