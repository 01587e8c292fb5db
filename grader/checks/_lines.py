"""What the checks of a transcript share: its lines and calls, as evidence and in sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Evidence, Finding
from grader.core.text import clip, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from grader.core.transcript import Call, Line

_SHOWN: Final = 400
_CONTINUED: Final = re.compile(r"\\\s*\n")

_FULL_ID: Final = re.compile("[0-9a-f]{64}")
_ON_ITS_WAY: Final = frozenset(
    {"container attach", "container inspect", "container resize", "container wait", "exec inspect", "exec resize",
     "exec start", "image inspect", "info", "version"}
)  # fmt: skip

_MAY_BE_DONE: Final = frozenset({"container start", "container stop"})


def spoken(line: Line) -> str:
    """Give a command as one line: continued lines joined, each run of spaces one space."""
    return " ".join(_CONTINUED.sub(" ", line.text).split())


def ending(line: Line) -> str:
    """Say how a command ended."""
    if line.left_running:
        return "went on, and did not end by itself"
    if line.timed_out:
        return "did not end in time"
    return "was not run" if line.exit_code is None else f"ended with exit code {line.exit_code}"


def named(line: Line) -> str:
    """Name a command in a sentence."""
    return f"{quoted(spoken(line))} (line {line.number})"


def findings(kind: str, lines: Iterable[Line], say: Callable[[Line], str]) -> tuple[Finding, ...]:
    """Say at their lines in the file what is wrong with commands."""
    return tuple(Finding(rule=kind, level="error", message=say(line), line=line.number) for line in lines)


def transcript(lines: Sequence[Line]) -> tuple[Evidence, ...]:
    """Show commands with what they printed, as a terminal does."""
    shown = []
    for line in lines:
        shown += [f"$ {line.text}", *([clip(line.output.rstrip(), _SHOWN)] if line.output.strip() else [])]
        shown += [] if line.exit_code == 0 else [f"[{ending(line)}]"]
    return (Evidence(kind="command", title="what the commands printed", text="\n".join(shown)),) if shown else ()


def calls(lines: Sequence[Line], asked: Collection[str] = ()) -> tuple[Evidence, ...]:
    """Show what the engine was asked for, without what the docker command asks on its way, unless it is `asked`."""
    told = [shown for line in lines for shown in _told(line, asked)]
    text = "\n".join(told) or "nothing"
    return (Evidence(kind="command", title="what the commands asked Docker for", text=text),)


def _told(line: Line, asked: Collection[str]) -> list[str]:
    made = [one for one in line.calls if one.name in asked or one.name not in _ON_ITS_WAY]
    # `docker cp` asks first whether the place is there, and no is a good answer, too.
    after = [*made, None][1:]
    again = [
        one.name == "container cp" and next_ is not None and (one.name, one.container) == (next_.name, next_.container)
        for one, next_ in zip(made, after, strict=True)
    ]
    return [
        call_line(one, nothing=_did_nothing(one, line)) for one, twice in zip(made, again, strict=True) if not twice
    ]


def _did_nothing(call: Call, line: Line) -> bool:
    """Whether there was nothing to do: the engine says so with a status that is no success, and docker takes it as one.

    https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Container/operation/ContainerStop
    """
    return call.name in _MAY_BE_DONE and call.failed and call.refused is None and line.exit_code == 0


def tried(line: Line, name: str) -> str:
    """Say how a command went that asked for something: `'docker cp a web:/' (line 2), which did not do it`."""
    failed = all(one.failed and not _did_nothing(one, line) for one in line.calls if one.name == name)
    return f"{named(line)}" + (", which failed" if failed else "")


def call_line(call: Call, *, nothing: bool = False) -> str:
    """Write a call in a line: `container create web: refused`."""
    name = call.container or ""
    about = f" {name[:12] if _FULL_ID.fullmatch(name) else name}" if name else ""
    outcome = ": refused" if call.refused else ": nothing to do" if nothing else ": failed" if call.failed else ""
    return f"{call.name}{about}{outcome}"
