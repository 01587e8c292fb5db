"""`docker network connect` was given the container first, where the network comes first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.diagnosis._commands import mentions, named, said, subcommand

if TYPE_CHECKING:
    from grader.core.facts import Case

_KINDS: Final = frozenset({"calls", "command", "container", "network"})
_SAID: Final = re.compile(r"No such container: (\S{1,128})|network (\S{1,128}) not found")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a container in the place of the network."""
    there = {one.name for one in case.containers}
    for line, found in said(case, _SAID):
        action = subcommand(line)
        words = [word for word in line.text.split() if not word.startswith("-")][-2:]
        if action not in {"network connect", "network disconnect"} or len(words) != 2:  # noqa: PLR2004 - two names
            continue
        container, network = words
        swapped = container in there and network not in there and (found[1] or found[2]) in words
        if not swapped or not _matters(container, network, case):
            continue
        return Diagnosis(
            cause="network_swapped",
            summary=f"The command {named(line)} did nothing: it has its two names in the wrong order.",
            explanation=f"docker {action} takes the network first, then the container. '{container}' is a container.",
            fix=f"Write: docker {action} {network} {container}",
            line=line.number,
            certainty=95,
        )
    return None


def _matters(container: str, network: str, case: Case) -> bool:
    if case.kind == "network":
        return mentions(case.message, f"the network {network}")
    if case.kind == "calls":
        return case.asked[:1] in {("network connect",), ("network disconnect",)} and container in case.asked
    about_networks = case.kind == "command" or mentions(case.message, "networks")
    return case.kind in _KINDS and about_networks and case.where is not None and case.where.container == container
