"""A file was made with `docker run`, in a container of its own, instead of in the one that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import lines, named, subcommand

if TYPE_CHECKING:
    from grader.core.facts import Case


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a container that is not asked for, and whose command names the file."""
    name = case.where.container if case.where is not None else None
    if case.kind != "file" or name is None or not any(one.name == name and one.running for one in case.containers):
        return None
    path = case.message.partition(" ")[0]
    for line in reversed(lines(case)):
        for call in line.calls:
            words = call.body.get("Cmd") if isinstance(call.body, dict) and call.name == "container create" else None
            if call.failed or not isinstance(words, list) or subcommand(line) != "run":
                continue
            if call.container == name or not path.startswith("/") or path not in " ".join(map(str, words)):
                continue
            command = one_line(" ".join(f'"{word}"' if " " in str(word) else str(word) for word in words), 200)
            return Diagnosis(
                cause="done_in_new_container",
                summary=f"The command {named(line)} made a new container, and the file is in that one.",
                explanation=(
                    "docker run always makes a new container. docker exec runs a program in one that runs already."
                ),
                fix=f"Write: docker exec {name} {command}",
                line=line.number,
                certainty=91,
            )
    return None
