"""Whether a line is a command or a sentence about one."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from grader.core.script.invocation import SUBCOMMANDS, parse
from grader.core.script.patterns import pattern
from grader.core.script.rewrite import quote_placeholders
from grader.core.script.statement import statement
from grader.core.script.vocabulary import vocabulary

if TYPE_CHECKING:
    from grader.core.script.lexing import Word

DOCKER: Final = vocabulary("docker docker-compose docker.exe docker-compose.exe")
_FRONT: Final = vocabulary("sudo winpty time")
KNOWN: Final = vocabulary(
    "curl wget echo cat cd ls mkdir touch cp mv rm pwd export sleep printf grep wc head tail test [ [[ true false exit "
    "sh bash source . kill nc ping tee seq date set unset python python3 xargs awk sed sort jq chmod chown ln find "
    "which command whoami id env uname hostname uniq cut tr diff until while for if case function timeout wait read "
    "nohup tar unzip clear history open type alias trap eval exec"
)
# Typed inside a container, most of all.
INNER: Final = KNOWN | vocabulary(
    "apt apt-get apk yum dnf microdnf ps top npm node pip pip3 nginx mysql psql redis-cli vi vim nano less more "
    "useradd adduser su df du free mount ip ifconfig netstat ss git make"
)
_LOOPS: Final = vocabulary("for while until if case function")
_ONE_NAME: Final = vocabulary("cd mkdir touch sleep ls cat rm source sh bash kill ping export")
_CLIENTS: Final = vocabulary("curl wget")
_ALONE: Final = vocabulary("pwd ls exit cd whoami")
_STOP: Final = vocabulary(
    "the an is are was were be been to of in and with that this these those which will would can could we i you it "
    "they my your our its when where because so then for from as on at by if all not but also has have had do does "
    "did using used should must command commands there here into"
)
_VERBS: Final = vocabulary(
    "is was are will would can could may should must command commands starts shows lists creates gives prints runs "
    "stops removes pulls downloads makes does doesn't has had lets allows means works worked failed fails returns "
    "displays executes opens uses takes needs then and or to with without on for in instead again first after before "
    "followed where when which that"
)
_PRINTS: Final = vocabulary("echo printf sh bash curl figlet cowsay python python3 node say")
_SENTENCE: Final = 4
_MISTAKES: Final = 2


class Verdict(Enum):
    """What a line is."""

    COMMAND = "command"
    MENTION = "mention"
    """A command's name, without what it would need to run."""
    DOUBT = "doubt"
    """Perhaps a command, perhaps a sentence."""
    OTHER = "other"


def first_word(text: str) -> str:
    """Give the program that a line calls."""
    return next(iter(_behind_front(text)), "")


def _behind_front(text: str) -> list[str]:
    words = text.rstrip("\\").split()
    while words and words[0] in _FRONT:
        words = words[1:]
        while words and words[0].startswith("-"):
            words = words[2:] if words[0] in {"-u", "-g"} else words[1:]
    return words


def is_docker(text: str) -> bool:
    """Whether a line begins as a call of docker: with a subcommand or an option."""
    words = _behind_front(text)
    if len(words) < _MISTAKES or words[0] not in DOCKER:
        return False
    return words[1] in SUBCOMMANDS or words[1].startswith("-") or words[0].startswith("docker-compose")


def in_block(text: str) -> Verdict:
    """Judge a line of a block of commands."""
    first = first_word(text)
    if first in DOCKER or first in KNOWN or _assigns(first) or first.startswith(("./", "../")):
        return Verdict.DOUBT if _only_words(text) and is_sentence(text) else Verdict.COMMAND
    if first.lower() in DOCKER and len(text.split()) > 1:
        return Verdict.DOUBT
    return Verdict.OTHER


def in_prose(text: str) -> Verdict:
    """Judge a line that stands by itself, among sentences."""
    first = first_word(text)
    if first.lower() in DOCKER:
        return _docker(text, first)
    if first in KNOWN or _assigns(first):
        return Verdict.COMMAND if _shell(text, first) else Verdict.OTHER
    return Verdict.OTHER


def in_list(text: str) -> Verdict:
    """Judge a line of a script that is written as a list, or as a terminal shows it."""
    found, first = in_prose(text), first_word(text)
    if found is Verdict.OTHER and first not in DOCKER and (first in INNER or in_block(text) is Verdict.COMMAND):
        return Verdict.OTHER if is_sentence(text) and first not in {"echo", "printf"} else Verdict.COMMAND
    return found


def lacks(text: str) -> bool:
    """Whether docker would say that an argument is missing."""
    for words in calls(text):
        call = parse(words)
        if call is not None:
            return call.lacks
    return False


def calls(text: str) -> list[list[Word]]:
    """Give the simple commands of a statement."""
    text = quote_placeholders(text)
    return statement(text.replace("docker-compose", "docker compose") if "docker-compose" in text else text).calls


def _docker(text: str, first: str) -> Verdict:
    words = _behind_front(text)
    options = any(word.startswith("-") and len(word) > 1 for word in words)
    if first not in DOCKER:  # Docker, as a sentence or a telephone writes it
        likely = len(words) > 1 and words[1].lower() in SUBCOMMANDS and not is_sentence(text)
        return Verdict.DOUBT if likely or options else Verdict.OTHER
    if not is_docker(text):
        return Verdict.DOUBT if options or (len(words) == _MISTAKES and not is_sentence(text)) else Verdict.OTHER
    if is_sentence(text):
        # A full stop alone may be a slip; words that only sentences have are none.
        slip = text.endswith(".") and not is_sentence(text.rstrip(". "))
        return Verdict.DOUBT if options or slip else Verdict.OTHER
    if lacks(text) or "..." in text or "…" in text:
        return Verdict.DOUBT if options and not lacks(text) else Verdict.MENTION
    return Verdict.COMMAND


def _unquoted(text: str) -> list[str]:
    """Give the words outside of quotes, up to a comment."""
    kept: list[str] = []
    quote = ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        kept.append("" if quote else char)
    return "".join(kept).partition(" #")[0].split()


def is_sentence(text: str) -> bool:
    """Whether it reads as English: words that only sentences have, or a sentence's end."""
    words = [word.strip(",;:").lower() for word in _unquoted(text)]
    start = next((at for at, word in enumerate(words) if word in DOCKER or word in KNOWN), 0)
    words = words[start:]
    tail = words[-1] if words else ""
    ends = len(tail) > 1 and tail[-1] in ".!?" and tail[-2] not in "./"
    rest = words[2 if words and words[0] in DOCKER else 1 :]
    if rest and words[0] in DOCKER and rest[0] in _VERBS:
        return True
    for at, word in enumerate(rest):
        if word in _PRINTS and words[0] in DOCKER:
            rest, ends = rest[:at], False  # what a container prints may be a sentence
            break
    stops = sum(word in _STOP or (word == "a" and len(rest) >= _SENTENCE - 1) for word in rest)
    options = any(word.startswith("-") for word in rest)
    return ends or stops >= (_MISTAKES if options else 1)


def _only_words(text: str) -> bool:
    return bool(pattern(r"^[A-Za-z ,.'-]+$").match(text.strip())) and len(text.split()) >= _SENTENCE


def _assigns(word: str) -> bool:
    return bool(pattern(r"^[A-Za-z_][A-Za-z0-9_]*=").match(word))


def _shell(text: str, first: str) -> bool:
    words = _behind_front(text)
    if first in _LOOPS:
        return "; do" in text or "; then" in text or words[-1] in {"do", "then", "{"} or "() {" in text
    if _assigns(first):
        return len(words) == 1 or any(sign in text for sign in ("$(", '"', "'"))
    return _program(text, first, words)


def _program(text: str, first: str, words: list[str]) -> bool:
    if len(words) == 1:
        return first in _ALONE
    if first in _CLIENTS:
        return any(word == "localhost" or ":" in word or "." in word[1:-1] for word in words[1:])
    if first == "[":
        return words[-1] == "]" or "]" in words
    if is_sentence(text) and first not in {"echo", "printf"}:
        return False
    if len(words) == _MISTAKES and first in _ONE_NAME:
        return not words[1].endswith((".", ":", ",")) or words[1] in {".", ".."}
    signs = any(sign in text for sign in "-/$>|\"'=&;") or any("." in word[:-1] for word in words[1:])
    return signs and not (_only_words(text) and is_sentence(text))
