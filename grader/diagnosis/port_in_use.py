"""A container could not start, since another one already has its port of the machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.diagnosis._commands import ABOUT_CONTAINERS, named, said

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.inventory import ContainerFacts

_SAID: Final = re.compile(
    r"Bind for \S{1,60}:(\d{1,5}) failed: port is already allocated|:(\d{1,5}): bind: address already in use"
)


def diagnose(case: Case) -> Diagnosis | None:
    """Look for the engine's own words about the port that is asked for, or any."""
    if case.kind not in ABOUT_CONTAINERS:
        return None
    for line, found in said(case, _SAID):
        port = int(found[1] or found[2])
        if case.host_port not in {None, port}:
            continue
        holders = [one.name for one in case.containers if one.running and _has(one, port)]
        holder = holders[0] if holders else None
        who = f"Container '{holder}' has it." if holder is not None else "Another program or container has it."
        remove = f"docker rm -f {holder}" if holder is not None else "docker rm -f NAME"
        if case.host_port is None:
            fix = f"Publish another port of the machine for one of them. If nobody needs the other one: {remove}."
        else:
            fix = f"Port {port} is to lead to this one: remove the other one ({remove}), or give it another port."
        return Diagnosis(
            cause="port_in_use",
            summary=f"The container of {named(line)} did not start: port {port} of the machine was taken.",
            explanation=f"Each port of the machine can lead to one container only. {who}",
            fix=f"{fix} The one that could not start is still there: remove it, too, before you run it again.",
            line=line.number,
            certainty=92,
        )
    return None


def _has(one: ContainerFacts, port: int) -> bool:
    return any(each.host_port == port for each in one.published)
