"""An ARG from above FROM is used below it, where it is empty until another ARG takes it over.

https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core import references
from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._evidence import at, failed_build, instruction_at, source
from grader.diagnosis._variables import args, used, used_by_shell

if TYPE_CHECKING:
    from grader.core.dockerfile import Dockerfile
    from grader.core.facts import Case

_WHOLE: Final = re.compile(r"[\"']?\$(?:([A-Za-z_]\w{0,80})|\{([A-Za-z_]\w{0,80})\})[\"']?")
_WHY: Final = (
    "What ARG sets above the first FROM counts for FROM lines alone. "
    "A stage sees it only if the stage has an ARG of that name, too."
)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for such a variable in the instruction that ended the build."""
    failure, dockerfile = failed_build(case), source(case)
    failed = instruction_at(case, failure.line) if failure is not None else None
    if dockerfile is not None and failure is None:
        return _empty_variable(case, dockerfile)
    if dockerfile is None or failed is None or failed.name == "FROM" or (failed.name == "RUN" and failed.exec_form):
        return None
    outside = args(one for one in dockerfile.instructions if one.line < dockerfile.stages[0].line)
    seen = next((set(known) for _, one, known in references.walk(dockerfile) if one is failed), None)
    if not outside or seen is None:
        return None
    names = (
        used_by_shell(" ".join((*failed.arguments, *failed.heredocs))) if failed.name == "RUN" else used(failed.text)
    )
    name = next((one for one in sorted(names) if one in outside and one not in seen), None)
    if name is None:
        return None
    stage = next(one for one in dockerfile.stages if failed in one.instructions)
    return Diagnosis(
        cause="arg_not_redeclared",
        summary=f"{at(failed)} uses {name}, which is empty there: its ARG in line {outside[name].line} is above FROM.",
        explanation=_WHY,
        fix=f"Add this line below FROM in line {stage.line}, without a value: ARG {name}",
        line=failed.line,
        certainty=91 if failed.name == "RUN" else 97,
    )


def _empty_variable(case: Case, dockerfile: Dockerfile) -> Diagnosis | None:
    """Look for an ENV that passes such an ARG on, and so is empty, where its value is what a check waits for."""
    values = {name: value for name, value in dockerfile.global_args if value}
    outside = args(one for one in dockerfile.instructions if one.line < dockerfile.stages[0].line)
    for stage, one, known in references.walk(dockerfile):
        if one.name != "ENV" or stage not in dockerfile.lineage() or case.image is None:
            continue
        for name, value in zip(one.arguments[::2], one.arguments[1::2], strict=False):
            found = _WHOLE.fullmatch(value)
            meant = found[1] or found[2] if found is not None else ""
            if meant in known or meant not in values or meant not in outside or case.image.env.get(name) != "":
                continue
            if not any(_has(case.message, word) for word in (values[meant], name)):
                continue
            return Diagnosis(
                cause="arg_not_redeclared",
                summary=(
                    f"{at(one)} sets {name} to {one_line(value, 100)}, which is empty there: "
                    f"its ARG in line {outside[meant].line} is above FROM."
                ),
                explanation=_WHY,
                fix=f"Add this line below FROM in line {stage.line}, without a value: ARG {meant}",
                line=one.line,
                certainty=94,
            )
    return None


def _has(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None
