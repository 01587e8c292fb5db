"""A call of the `docker` command: what it does, its options, and what they are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.core.script.lexing import RESERVED, Word
from grader.core.script.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

# How many arguments each must have; https://docs.docker.com/reference/cli/docker/.
_LEAST: Final = {
    "attach": 1, "build": 1, "commit": 1, "cp": 2, "create": 1, "diff": 1, "events": 0, "exec": 2, "export": 1,
    "help": 0, "history": 1, "images": 0, "import": 1, "info": 0, "inspect": 1, "kill": 1, "load": 0, "login": 0,
    "logout": 0, "logs": 1, "pause": 1, "port": 1, "prune": 0, "ps": 0, "pull": 1, "push": 1, "rename": 2,
    "restart": 1, "rm": 1, "rmi": 1, "run": 1, "save": 1, "search": 1, "start": 1, "stats": 0, "stop": 1, "tag": 2,
    "top": 1, "unpause": 1, "update": 1, "version": 0, "wait": 1,
    "network connect": 2, "network create": 1, "network disconnect": 2, "network inspect": 1, "network rm": 1,
    "volume inspect": 1, "volume rm": 1, "image inspect": 1,
}  # fmt: skip
_GROUPS: Final = frozenset(
    ["builder", "buildx", "compose", "container", "context", "image", "network", "system", "volume"]
)
SUBCOMMANDS: Final = frozenset([*(name for name in _LEAST if " " not in name), *_GROUPS, "swarm", "scout", "stack"])
_SAME: Final = {"image ls": "images", "image rm": "rmi", "container ls": "ps", "image prune": "image prune"}
_OWN: Final = frozenset(["image inspect", "image prune"])

# Options without a value, of the commands most of whose options have one.
_RUN_BARE: Final = vocabulary(
    "detach init interactive no-healthcheck oom-kill-disable privileged publish-all quiet read-only rm sig-proxy "
    "tty help disable-content-trust use-api-socket"
)
_BARE: Final = {
    "run": _RUN_BARE,
    "create": _RUN_BARE,
    "exec": vocabulary("detach interactive tty privileged help"),
    "build": vocabulary("check compress force-rm load no-cache pull push quiet rm squash help"),
    "update": frozenset(["help"]),
}
_SHORT_BARE: Final = {"run": "ditPq", "create": "itPq", "exec": "dit", "build": "qD", "update": ""}
# Options with a value, of the others.
_VALUED: Final = {
    "attach": "detach-keys", "commit": "m a c message author change", "events": "f filter format since until",
    "images": "f filter format", "inspect": "f format type", "image inspect": "f format", "kill": "s signal",
    "login": "u p username password", "logs": "n tail since until", "network create": "d driver subnet gateway label o",
    "prune": "filter", "ps": "f filter format n last", "restart": "t time s signal timeout", "save": "o output",
    "search": "f filter format limit", "start": "detach-keys checkpoint checkpoint-dir", "stats": "format",
    "stop": "t time s signal timeout", "load": "i input", "network connect": "alias ip", "pull": "platform",
}  # fmt: skip
_GLOBAL: Final = frozenset(["-H", "--host", "-c", "--context", "--config", "-l", "--log-level"])
# Whatever follows the first argument belongs to the program in the container.
_UNTIL_ARGUMENT: Final = frozenset(["run", "create", "exec"])


@dataclass(frozen=True, slots=True)
class Invocation:
    """A `docker` command, taken apart."""

    name: str
    """`run`, also for `container run`; empty if there is none."""
    options: tuple[tuple[str, Word], ...]
    """Names without dashes, and values: of an option without a value, the option itself."""
    arguments: tuple[Word, ...]

    def values(self, *names: str) -> tuple[Word, ...]:
        """Give the values of an option by any of its names."""
        return tuple(value for name, value in self.options if name in names)

    @property
    def lacks(self) -> bool:
        """Whether docker would say that something is missing."""
        return len(self.arguments) < _LEAST.get(self.name, 0)


def parse(words: Sequence[Word]) -> Invocation | None:
    """Take a simple command apart; None if it isn't docker's."""
    rest = list(words)
    while rest and (rest[0].text in RESERVED or _is_assignment(rest[0].text)):
        rest.pop(0)
    if not rest or rest.pop(0).text not in {"docker", "docker.exe"}:
        return None
    while rest and rest[0].text.startswith("-"):
        option = rest.pop(0).text
        if option in _GLOBAL and rest:
            rest.pop(0)
    if not rest:
        return Invocation("", (), ())
    name = rest.pop(0).text
    if name in _GROUPS and rest and not rest[0].text.startswith("-"):
        name = _plain(name, rest.pop(0).text)
    options, arguments = _split(name, rest)
    return Invocation(name, options, arguments)


def _is_assignment(text: str) -> bool:
    name, equals, _ = text.partition("=")
    return bool(equals) and name.isidentifier()


def _plain(group: str, name: str) -> str:
    both = f"{group} {name}"
    if both in _SAME:
        return _SAME[both]
    if group == "container" or (group == "image" and both not in _OWN) or (group, name) == ("buildx", "build"):
        return name
    return both


def _split(name: str, words: list[Word]) -> tuple[tuple[tuple[str, Word], ...], tuple[Word, ...]]:
    options: list[tuple[str, Word]] = []
    arguments: list[Word] = []
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word.text == "--":
            arguments += words[at:]
            break
        if not word.text.startswith("-") or word.text == "-":
            arguments.append(word)
            if name in _UNTIL_ARGUMENT:
                arguments += words[at:]
                break
            continue
        for option, value in _options(name, word):
            if value is None and at < len(words):
                options.append((option, words[at]))
                at += 1
            else:
                options.append((option, value or word))
    return tuple(options), tuple(arguments)


def _options(name: str, word: Word) -> list[tuple[str, Word | None]]:
    """Take one word apart; the value is None where the next word has it."""
    text = word.text
    if text.startswith("--"):
        option, equals, value = text[2:].partition("=")
        if equals:
            return [(option, Word(value, word.end - len(value), word.end))]
        return [(option, None if _takes_value(name, option) else word)]
    found: list[tuple[str, Word | None]] = []
    for at, letter in enumerate(text[1:], 2):
        if _takes_value(name, letter):
            value = text[at:].removeprefix("=")
            found.append((letter, Word(value, word.end - len(value), word.end) if value else None))
            break
        found.append((letter, word))
    return found


def _takes_value(name: str, option: str) -> bool:
    if name in _BARE:
        return option not in (_SHORT_BARE[name] if len(option) == 1 else _BARE[name])
    return option in _VALUED.get(name, "").split()


# What leaves its user inside a container, until `exit`.
_SHELLS: Final = vocabulary("sh bash ash zsh dash")
_DIALOGUES: Final = vocabulary("python python3 node irb psql mysql mariadb redis-cli mongo mongosh sqlite3")
_SHELL_IMAGES: Final = vocabulary(
    "ubuntu debian alpine busybox fedora centos rockylinux almalinux archlinux amazonlinux bash python node"
)


def is_interactive(call: Invocation) -> bool:
    """Whether what is typed goes to the container: `-i` without `-d`, or an attached one."""
    if call.name == "attach":
        return True
    if call.name == "start":
        return bool(call.values("i", "interactive"))
    return call.name in {"run", "exec"} and bool(call.values("i", "interactive")) and not call.values("d", "detach")


def opens_shell(call: Invocation) -> bool:
    """Whether what is typed next is typed in a shell, or a language's prompt, inside a container."""
    if not is_interactive(call) or call.name not in {"run", "exec"} or not call.arguments:
        return False
    program = call.arguments[1:]
    entry = call.values("entrypoint")
    if entry:
        return _base(entry[-1].text) in _SHELLS and not program
    if not program:
        image = _base(call.arguments[0].text.partition("@")[0]).partition(":")[0]
        return call.name == "run" and image in _SHELL_IMAGES
    return _is_shell(program)


def takes_lines(call: Invocation) -> bool:
    """Whether lines below it may have been typed inside: with a terminal, and with no program that isn't a dialogue."""
    if call.name in {"start", "attach"}:
        return is_interactive(call)
    if call.name not in {"run", "exec"} or not call.arguments or call.values("d", "detach"):
        return False
    program, entry = call.arguments[1:], call.values("entrypoint")
    if not call.values("i", "interactive", "t", "tty"):
        return False
    if entry:
        return _base(entry[-1].text) in _SHELLS | _DIALOGUES and not program
    return _is_shell(program) if program else call.name == "run"


def _is_shell(program: Sequence[Word]) -> bool:
    name = _base(program[0].text)
    return name in _SHELLS | _DIALOGUES and all(
        word.text in {"-i", "-l", "-it", "--login"} or (name in _DIALOGUES and word.text != "-c")
        for word in program[1:]
    )


def _base(path: str) -> str:
    return path.rsplit("/", 1)[-1]
