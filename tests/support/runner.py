"""What GitHub's runner reads from a step: commands in its output, and the files whose names it puts in the environment.

After `ActionCommand.cs`, `ActionCommandManager.cs` and `FileCommandManager.cs` of actions/runner, to the letter: where
these are strict, so is this; only in what counts as one character after another it takes more than they do.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

STOP: Final = "stop-commands"
REGISTERED: Final = frozenset({
    *("error", "warning", "notice", "debug", "group", "endgroup", "echo", "add-mask", STOP),
    *("add-matcher", "remove-matcher", "set-output", "save-state", "set-env", "add-path", "internal-set-repo-path"),
})  # fmt: skip
"""What the runner takes for a command; upper and lower case are the same to it."""
ANNOTATIONS: Final = ("error", "warning", "notice")
SUMMARY_LIMIT: Final = 1024 * 1024
"""Bytes of a step summary, above which none of it is shown."""

_DATA: Final = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_PROPERTY: Final = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
_BRACKETS: Final = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%"))
_FILES: Final = {
    "GITHUB_OUTPUT": "set_output", "GITHUB_STEP_SUMMARY": "step_summary", "GITHUB_ENV": "set_env",
    "GITHUB_PATH": "add_path", "GITHUB_STATE": "save_state",
}  # fmt: skip
_IGNORED: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")


@dataclass(frozen=True, slots=True)
class Command:
    """One command."""

    name: str
    properties: Mapping[str, str]
    data: str


def parse(line: str, registered: frozenset[str] | set[str] = REGISTERED) -> Command | None:
    """Read a line in the syntax `::name key=value::data`, then in `##[name key=value;]data`.

    .NET compares by the rules of a language, to which characters without a width are nothing: a line that is a
    command without them counts as one here, although the runner's own parser mostly stumbles over them.
    """
    for text in (line, "".join(char for char in line if not _weightless(char))):
        found = _colons(text, registered) or _brackets(text, registered)
        if found is not None:
            return found
    return None


def _weightless(char: str) -> bool:
    code = ord(char)
    return (
        unicodedata.category(char) in {"Cf", "Cc"}
        or char in _IGNORED
        or 0xFE00 <= code <= 0xFE0F  # variation selectors, here and below
        or 0x180B <= code <= 0x180F
        or 0xE0100 <= code <= 0xE01EF
    )


def _colons(line: str, registered: frozenset[str] | set[str]) -> Command | None:
    line = line.lstrip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, properties = line[2:end].partition(" ")
    if name.lower() not in registered:
        return None
    return Command(
        name.lower(), _properties(properties.strip().split(","), _PROPERTY), _unescaped(line[end + 2 :], _DATA)
    )


def _brackets(line: str, registered: frozenset[str] | set[str]) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name, _, properties = line[start + 3 : end].partition(" ")
    if name.lower() not in registered:
        return None
    return Command(name.lower(), _properties(properties.split(";"), _BRACKETS), _unescaped(line[end + 1 :], _BRACKETS))


def _properties(pairs: Sequence[str], table: Sequence[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, _, value = pair.lstrip("=").partition("=")
        if value := value.lstrip("="):
            found[name.lower()] = _unescaped(value, table)
    return found


def _unescaped(text: str, table: Sequence[tuple[str, str]]) -> str:
    for escape, char in table:
        text = text.replace(escape, char)
    return text


@dataclass
class Runner:
    """Reads what the steps of a job print, as it comes."""

    commands: list[Command] = field(default_factory=list)
    """What was a command, in order; those that were stopped are none."""
    log: list[str] = field(default_factory=list)
    """Lines that were no commands."""
    _token: str | None = None

    def read(self, output: str) -> None:
        """Read what a step printed."""
        for line in re.split(r"\r\n|\n|\r", output):
            self._line(line)

    def _line(self, line: str) -> None:
        found = parse(line, REGISTERED if self._token is None else {*REGISTERED, self._token.lower()})
        if found is None:
            self.log.append(line)
        elif self._token is not None:
            if found.name == self._token.lower():
                self._token = None
            else:
                self.log.append(line)
        else:
            self.commands.append(found)
            if found.name == STOP:
                self._stop(found.data)

    def _stop(self, token: str) -> None:
        if not token or token.lower() in {*REGISTERED, "pause-logging"}:
            raise ValueError(f"the runner refuses the token '{token}'")
        self._token = token

    @property
    def annotations(self) -> list[Command]:
        """Errors, warnings and notices."""
        return [one for one in self.commands if one.name in ANNOTATIONS]


def commands(output: str) -> list[Command]:
    """Give the commands in what one step printed."""
    runner = Runner()
    runner.read(output)
    return runner.commands


def variables(text: str) -> dict[str, str]:
    """Read an environment file: `NAME=VALUE`, or `NAME<<END`, lines, `END`. Raises ValueError where the runner does."""
    found: dict[str, str] = {}
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    while lines:
        line = lines.pop(0)
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, _, value = line.partition("=")
        elif heredoc >= 0:
            name, _, end = line.partition("<<")
            if not end or end not in lines:
                raise ValueError(f"no end of the value that begins with {line!r}")
            at = lines.index(end)
            value, lines = "\n".join(lines[:at]), lines[at + 1 :]
        else:
            raise ValueError(f"neither NAME=VALUE nor NAME<<END: {line!r}")
        if not name:
            raise ValueError(f"no name: {line!r}")
        found[name] = value
    return found


class Files:
    """The files of one step."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._paths = {name: folder / file for name, file in _FILES.items()}
        for path in self._paths.values():
            path.touch()

    @property
    def environment(self) -> dict[str, str]:
        """The variables that a step finds them by."""
        return {name: str(path) for name, path in self._paths.items()}

    @property
    def outputs(self) -> dict[str, str]:
        """What the step gives to others."""
        return variables(self._read("GITHUB_OUTPUT"))

    @property
    def exported(self) -> dict[str, str]:
        """What it puts into the environment of the steps after it."""
        return variables(self._read("GITHUB_ENV"))

    @property
    def paths(self) -> list[str]:
        """What it puts before the PATH of the steps after it."""
        return [line for line in self._read("GITHUB_PATH").splitlines() if line]

    @property
    def summary(self) -> str:
        """What is shown of the step. Raises ValueError if it is so long that nothing is."""
        text = self._read("GITHUB_STEP_SUMMARY")
        if len(text.encode()) > SUMMARY_LIMIT:
            raise ValueError(f"the step summary has {len(text.encode())} bytes")
        return text

    def _read(self, name: str) -> str:
        return self._paths[name].read_bytes().decode("utf-8")
