"""An ARG from above FROM is used below it, where it is empty until another ARG takes it over.

https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core import references
from grader.core.result import Diagnosis
from grader.diagnosis._evidence import at, failed_build, instruction_at, source
from grader.diagnosis._variables import args, used, used_by_shell

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Look for such a variable in the instruction that ended the build."""
    failure, dockerfile = failed_build(case), source(case)
    failed = instruction_at(case, failure.line) if failure is not None else None
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
        explanation=(
            "What ARG sets above the first FROM counts for FROM lines alone. "
            "A stage sees it only if the stage has an ARG of that name, too."
        ),
        fix=f"Add this line below FROM in line {stage.line}, without a value: ARG {name}",
        line=failed.line,
        certainty=91 if failed.name == "RUN" else 97,
    )
