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
_WITH_SCRIPTS: Final = frozenset({"sh", "bash", "ash", "/bin/sh", "docker", "xargs"})
"""Programs that are given commands, which may have any option."""
_SWITCHES: Final = frozenset({"-it", "-ti", "-dit", "-itd", "-d", "-P"})
_SAME: Final = {"-d": "--detach", "-e": "--env", "-p": "--publish", "-v": "--volume"}
_ASKED: Final = {
    "--rm": "AutoRemove", "--env": "Env", "--publish": "PortBindings", "--volume": "Binds",
    "--restart": "RestartPolicy", "--memory": "Memory", "--network": "Network", "--mount": "Mounts",
}  # fmt: skip
"""What options set in the request for a container."""
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
            behind = _behind(words) if _ended_badly(line, about, case) else None
            option = _option(words) or behind
            # With `--name web` behind the image, the container got another name.
            if option is None or (name is not None and about != name and name not in words):
                continue
            if case.kind == "calls" and not _asked(option, case.asked):
                continue
            image = one_line(str(call.body.get("Image")))
            return Diagnosis(
                cause="option_after_image",
                summary=f"In the command {named(line)}, {option} stands behind the image.",
                explanation=(
                    f"All that follows the image is the command which the container runs. "
                    f"So docker run did not see {option}: "
                    + ("the program got it." if option == behind else "the container tried to run it.")
                ),
                fix=(
                    f"Write {option} before the image, not behind the program: docker run {option} … {image}"
                    if option == behind
                    else f"Write the image behind all options: {_corrected(line, image, words)}"
                ),
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


def _behind(words: tuple[str, ...]) -> str | None:
    """Find an option behind the program, in a form that hardly any program has itself."""
    if words[:1] and words[0] in _WITH_SCRIPTS:
        return None
    for index in range(1, len(words)):
        word, rest = words[index], words[index:]
        last = len(rest) == 1
        if word in _ALONE or (last and word in _SWITCHES) or (word in _LONG and not last):
            return word if word in _ALONE or last else f"{word} {one_line(rest[1], 60)}"
        if word in _WITH_VALUE and _option(rest) is not None:
            return _option(rest)
    return None


def _ended_badly(line: Line, about: str | None, case: Case) -> bool:
    """Whether the program ended with an error, as one does that is given an option it doesn't know."""
    one = next((one for one in case.containers if one.name == about), None)
    return not line.succeeded or bool(one is not None and one.exit_code)


def _asked(option: str, asked: tuple[str, ...]) -> bool:
    """Whether the call that is missing is one with this option."""
    name = option.partition(" ")[0].partition("=")[0]
    path = _ASKED.get(_SAME.get(name, name))
    if name == "--name":
        return asked[:1] == ("container create",) and option.rpartition(" ")[2] in asked
    return (
        path is not None and asked[:1] == ("container create",) and any(path in one for one in asked if one[0] == "$")
    )
