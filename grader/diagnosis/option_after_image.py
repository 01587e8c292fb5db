"""An option of `docker run` stands behind the image, where it is the container's command.

The command's form is `docker run [OPTIONS] IMAGE [COMMAND]`: https://docs.docker.com/reference/cli/docker/container/run/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._commands import ABOUT_CONTAINERS, lines, named

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.core.transcript import Line

_LONG: Final = frozenset(
    {"--name", "--publish", "--detach", "--rm", "--env", "--volume", "--network", "--mount", "--restart", "--memory"}
)
_ALONE: Final = frozenset({"--detach", "--rm"})
_SWITCHES: Final = frozenset({"-it", "-ti", "-dit", "-itd", "-d", "-P"})
# Options that programs have, too: only with a value as `docker run` takes it.
_WITH_VALUE: Final = {
    "-p": re.compile(r"(?:[\d.]{1,15}:)?\d{0,5}:\d{1,5}(?:/\w+)?"),
    "-e": re.compile(r"\w{1,100}=.*", re.DOTALL),
    "-v": re.compile(r"[^:]{1,400}:/.*", re.DOTALL),
}


def diagnose(case: Case) -> Diagnosis | None:
    """Look at the commands of the containers that were made, the last one first."""
    if case.kind not in ABOUT_CONTAINERS:
        return None
    name = case.where.container if case.where is not None else None
    for line in reversed(lines(case)):
        for call in line.calls:
            words = _command(call.body) if call.name == "container create" else ()
            about = call.container or call.arguments.get("name")
            option = _option(words)
            # With `--name web` behind the image, the container got another name.
            if option is None or (name is not None and about not in {None, name} and name not in words):
                continue
            image = one_line(str(call.body.get("Image")))
            return Diagnosis(
                cause="option_after_image",
                summary=f"In the command {named(line)}, {option} stands behind the image.",
                explanation=(
                    f"All that follows the image is the command which the container runs. "
                    f"So docker run did not see {option}: the container tried to run it."
                ),
                fix=f"Write the image behind all options: {_corrected(line, image, words)}",
                line=line.number,
                certainty=95,
            )
    return None


def _corrected(line: Line, image: str, words: tuple[str, ...]) -> str:
    """Write the command with its options before the image."""
    count = 0
    while count < len(words) and words[count].startswith("-"):
        takes_value = words[count] in _WITH_VALUE or words[count] in _LONG - _ALONE
        count += 2 if takes_value else 1
    options, command = " ".join(words[:count]), " ".join(words[count:])
    written = " ".join(line.text.split())
    wrong = " ".join([image, *words])
    right = " ".join(part for part in (options, image, command) if part)
    return one_line(written.replace(wrong, right) if wrong in written else f"docker run … {right}", 300)


def _command(body: Any) -> tuple[str, ...]:
    words = body.get("Cmd") if isinstance(body, dict) else None
    return tuple(str(word) for word in words) if isinstance(words, list) else ()


def _option(words: tuple[str, ...]) -> str | None:
    first, second = (*words, "", "")[:2]
    name = first.partition("=")[0]
    value = _WITH_VALUE.get(first)
    if name in _LONG or first in _SWITCHES or (value is not None and value.fullmatch(second)):
        return first if value is None else f"{first} {one_line(second, 60)}"
    return None
