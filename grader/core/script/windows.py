"""Paths as Windows writes them, on a page that was typed there."""

from __future__ import annotations

from typing import Final

from grader.core.script import prompts
from grader.core.script.patterns import pattern
from grader.core.script.vocabulary import vocabulary
from grader.core.text import quoted

ENDINGS: Final = frozenset([".ps1", ".bat", ".cmd"])
# Programs whose arguments are paths.
PROGRAMS: Final = vocabulary("cd cat cp copy mv move ls dir type mkdir md rm del")
# A path from the folder on, with the words that shells have for it.
_RELATIVE: Final = (
    r"(^|[\s\"'=,(])((?:\.{1,2}|\$\{(?:PWD|pwd)\}|\$(?:PWD|pwd)|\$\((?:PWD|pwd)\)|%cd%|%CD%)\\[^\s\"':,;|&<>*?`()]*)"
)
_NAMES: Final = r"(^|[\s\"'])([\w.-]+(?:\\[\w.-]+)+)"
_TARGET: Final = (
    r"^(.*\bdocker(?:\.exe)?\s+(?:container\s+)?cp\s+(?:-\S+\s+)*(?:<[^>]*>|[^\s:]{2,}):(\S+)\s+)"
    r"(?:\"([A-Za-z]:[\\/][^\"]*)\"|'([A-Za-z]:[\\/][^']*)'|([A-Za-z]:[\\/][^\s\"';&|<>]*))(\s*(?:\s#.*|[;&|].*)?)$"
)
_SAFE: Final = r"^[\w.-]+$"


def is_windows(text: str) -> bool:
    """Whether a page shows a prompt of PowerShell's or of the command prompt's."""
    for line in text.split("\n"):
        start = line.lstrip(" \t>")[:512]
        if start.startswith(("PS ", "PS>")) or start[1:3] == ":\\":
            prompt = prompts.split(start)
            if prompt is not None and prompt.sign == "windows":
                return True
    return False


def translated(line: str, program: str) -> tuple[str, tuple[str, ...]]:
    """Write the paths in a line that calls `program` as they are written here; say what was changed."""
    if "\\" not in line and ":/" not in line:
        return line, ()
    notes: list[str] = []
    line = _target(line, notes)
    for path in (_RELATIVE, _NAMES) if program in PROGRAMS else (_RELATIVE,):
        kept, end = "", 0
        for match in pattern(path).finditer(line):
            start, stop = match.span(2)
            meant = match[2].replace("\\", "/")
            kept += line[end:start] + meant
            notes.append(f"{quoted(match[2])} is taken for {quoted(meant)}")
            end = stop
        line = kept + line[end:]
    return line, tuple(dict.fromkeys(notes))


def _target(line: str, notes: list[str]) -> str:
    """Let `docker cp` copy to this folder what it copied to a place on the student's disk."""
    match = pattern(_TARGET).match(line)
    if not match:
        return line
    path = match[3] or match[4] or match[5]
    last = path.replace("\\", "/").rsplit("/", 1)[-1]
    name = match[2].rstrip("/").rsplit("/", 1)[-1]
    folder = not last or ("." in name and "." not in last)  # a file is copied into it
    if not folder and not pattern(_SAFE).match(last):
        return line
    meant = "." if folder else f"./{last}"
    notes.append(f"{quoted(path)} is taken for {quoted(meant)}")
    return f"{match[1]}{meant}{match[6]}"
