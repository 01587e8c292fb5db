"""What a terminal prints before a command: `$ `, `user@host:~$ `, `PS C:> `, `/ # `, `>>> `."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from grader.core.script.patterns import pattern
from grader.core.script.vocabulary import vocabulary

# Signs of zsh, fish and starship; the first looks like `>`, and so does the second.
_HEAVY: Final = "\N{HEAVY RIGHT-POINTING ANGLE QUOTATION MARK ORNAMENT}"
_SINGLE: Final = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
_ENVIRONMENT: Final = r"^\s*(?:\([\w.-]{1,40}\)\s)"
_POWERSHELL: Final = r"^PS(?: [^<>|]{1,200})?>\s?"
_WINDOWS: Final = r"^[A-Za-z]:\\[^<>|]{0,200}>\s?"
_USER: Final = (
    rf"^\[?([\w.-]{{1,64}})@([\w.-]{{1,64}})(?:[:\s][^$#%>{_HEAVY}➜\n]{{0,200}})?\]?\s?[$#%>{_HEAVY}➜](?:\s|$)"
)
_PATH: Final = rf"^(?:~|/)[\w./~-]{{0,200}}\s?([$#%{_HEAVY}»➜])(?:\s|$)"
_SHELL: Final = r"^(?:ba|a|z)?sh-\d[\d.]{0,8}([$#])(?:\s|$)"
_DIALOGUE: Final = (
    r"^(?:>>>|\.\.\.|In \[\d+\]:|irb\([^)]{1,40}\)[:\d]{0,12}[>*]|\w{1,40}[=-][#>]|mysql>|MariaDB \[[^\]]{1,60}\]>|"
    r"[\w.]{1,60}:\d{1,5}>|sqlite>|test>)(?:\s|$)"
)
_ARROW: Final = rf"^(?:[➜{_HEAVY}λ»→⟩▶►{_SINGLE}⇒]|~>|[└╰]─+[\$#➤{_HEAVY}>]*)(?:\s+|$)"
_LABELLED: Final = rf"^[\w.~/@:()\[\]+-]{{1,80}}(?:\s[\w.~/:()\[\]*✗+-]{{1,40}}){{0,3}}\s?[$%{_HEAVY}»➜]\s"
_PLAIN: Final = r"^([$#%>])\s+"
_GLUED: Final = r"^[$>](?:docker|sudo|curl)(?:\s|-compose\s)"
_ID: Final = r"^[0-9a-f]{12}$"
_SIGNS: Final = frozenset(f"$#%>:.λ»→⟩▶►⇒└╰➜{_HEAVY}{_SINGLE}")
_FARTHEST: Final = 400
"""Characters within which a prompt ends."""
_FIRST: Final = vocabulary("docker docker-compose docker.exe sudo winpty curl")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A line that begins with a prompt."""

    rest: str
    """What was typed."""
    sign: str
    """`$`, `#`, `>`, `%`: a bare sign, which could be something else; `user`, `busybox`, …: a prompt in full."""
    inside: bool = False
    """Whether only a container prompts so."""
    container: str | None = None
    """The id of the container, where the prompt shows it."""

    @property
    def bare(self) -> bool:
        """Whether the prompt is one sign that has other uses: a heading, a quote, a comment."""
        return self.sign in {"#", ">", "%"}


def split(line: str) -> Prompt | None:
    """Part a prompt from what was typed; None if the line begins with none."""
    line = line.strip()
    if _SIGNS.isdisjoint(line[:_FARTHEST]):
        return None
    if len(line) > 2:  # noqa: PLR2004 - "$ " and a letter
        match = pattern(_ENVIRONMENT).match(line)
        after = None if match is None else split(line[match.end() :])
        if after is not None:
            return after
    return _full(line) or _sign(line)


def _full(line: str) -> Prompt | None:
    for one in (_POWERSHELL, _WINDOWS):
        if match := pattern(one).match(line):
            return Prompt(line[match.end() :], "windows")
    return _of_user(line) or _of_shell(line)


def _of_user(line: str) -> Prompt | None:
    if match := pattern(_USER).match(line):
        container = match[2] if pattern(_ID).match(match[2]) else None
        sign = "root" if match[1] == "root" else "user"
        return Prompt(line[match.end() :], sign, inside=container is not None, container=container)
    if match := pattern(_ARROW).match(line):
        return Prompt(_after_folder(line[match.end() :]), "arrow")
    return None


def _of_shell(line: str) -> Prompt | None:
    if match := pattern(_PATH).match(line):
        return Prompt(line[match.end() :], "busybox" if match[1] == "#" else "path", inside=match[1] == "#")
    if match := pattern(_SHELL).match(line):
        return Prompt(line[match.end() :], "shell", inside=match[1] == "#")
    if match := pattern(_DIALOGUE).match(line):
        return Prompt(line[match.end() :], "dialogue", inside=True)
    return None


def _sign(line: str) -> Prompt | None:
    if line in {"$", "%"}:
        return Prompt("", line)
    if match := pattern(_PLAIN).match(line):
        return Prompt(line[match.end() :], match[1])
    if pattern(_GLUED).match(line):
        return Prompt(line[1:], line[0])
    match = pattern(_LABELLED).match(line)
    if match and line[match.end() :].split(" ", 1)[0] in _FIRST:
        # Whatever it shows before its sign, a docker command after it says that it is a prompt.
        return None if line.split(" ", 1)[0] in _FIRST else Prompt(line[match.end() :], "labelled")
    return None


def _after_folder(line: str) -> str:
    """Skip the folder and the branch that such prompts show before the command."""
    word, _, rest = line.partition(" ")
    rest = rest.lstrip()
    branch = rest.startswith(("git:(", "on "))
    if not (branch or word.startswith(("~", "/")) or rest.partition(" ")[0] in _FIRST):
        return line
    while branch and rest and not pattern(r"^(?:docker|sudo|curl)[\s-]").match(rest):
        rest = rest.partition(" ")[2].lstrip()
    return rest
