"""Commands as words that say the same however they were written: long or short options, in whatever order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.script.invocation import parse
from grader.core.script.lexing import Word
from grader.core.script.statement import statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SPLIT: Final = "\0"
"""Stands between where a piece was found and what it says."""
_MAX_LINE: Final = 4_000

_RUN: Final = (
    "d=detach i=interactive t=tty p=publish P=publish-all v=volume e=env w=workdir u=user h=hostname m=memory l=label "
    "a=attach c=cpu-shares q=quiet net=network"
)
_SHORT: Final = {
    "run": _RUN, "create": _RUN, "exec": "d=detach i=interactive t=tty e=env u=user w=workdir",
    "build": "t=tag f=file q=quiet m=memory", "ps": "a=all q=quiet n=last s=size l=latest f=filter",
    "images": "a=all q=quiet f=filter", "logs": "f=follow n=tail t=timestamps", "rm": "f=force v=volumes l=link",
    "rmi": "f=force", "stop": "t=timeout time=timeout s=signal", "restart": "t=timeout time=timeout s=signal",
    "kill": "s=signal", "inspect": "f=format s=size", "start": "a=attach i=interactive", "pull": "a=all-tags q=quiet",
    "push": "a=all-tags q=quiet", "commit": "a=author c=change m=message p=pause", "save": "o=output",
    "load": "i=input q=quiet", "login": "u=username p=password", "cp": "a=archive L=follow-link q=quiet",
    "compose up": "d=detach V=renew-anon-volumes t=timeout", "compose down": "v=volumes t=timeout",
    "compose exec": "d=detach e=env u=user w=workdir", "compose run": "d=detach e=env p=publish u=user v=volume",
    "compose logs": "f=follow n=tail t=timestamps", "compose rm": "f=force s=stop v=volumes",
    "network create": "d=driver o=opt", "volume create": "d=driver o=opt",
}  # fmt: skip
"""Options that have two names, as `docker COMMAND --help` lists them."""
_LONG: Final = {
    command: dict(pair.split("=", 1) for pair in pairs.split()) for command, pairs in _SHORT.items()
}  # fmt: skip
# What comes behind the first argument is a command of its own.
_HOLDS: Final = frozenset(["run", "create", "exec", "compose run", "compose exec"])


def piece(where: str, said: str) -> str:
    """Make a piece of an element: what is said, and where, as the same word elsewhere is something else."""
    return f"{where}{SPLIT}{said}"


def said(one: str) -> str:
    """Give what a piece says."""
    return one.rpartition(SPLIT)[2]


def unquoted(text: str) -> str:
    """Take quotes and the signs in front of them away."""
    return text.translate(_QUOTES)


_QUOTES: Final = str.maketrans(dict.fromkeys("\"'\\", ""))


def commands(text: str, where: str = "") -> Iterator[str]:
    """Give the pieces of a statement of the shell, call by call."""
    joined = text.replace("\\\n", " ")
    if len(joined) > _MAX_LINE:
        yield piece(where or "sh", " ".join(joined.split())[:_MAX_LINE])
        return
    for words in statement(joined).calls:
        yield from call(words, where)


def exec_form(words: Iterable[str], where: str) -> Iterator[str]:
    """Give the pieces of a command that stands as a list."""
    yield from call([Word(word, 0, 0) for word in words], where)


def call(words: Sequence[Word], where: str = "") -> Iterator[str]:
    """Give the pieces of one simple command."""
    front = f"{where} " if where else ""
    invocation = parse(words)
    if invocation is None:
        yield from _program([word.text for word in words], front)
        return
    said = f"docker {invocation.name}".rstrip()
    name = f"{front}{said}"
    yield piece(name, said)
    long = _LONG.get(invocation.name, {})
    options = sorted((long.get(option, option), value.text) for option, value in invocation.options)
    for option, value in dict.fromkeys(options):
        yield piece(name, f"--{option}")
        # The value is said by itself: a name that is chosen once comes again wherever it is used.
        if not value.startswith("-"):
            yield piece(f"{name} --{option}", value)
    if invocation.name not in _HOLDS:
        yield from (piece(name, word.text) for word in invocation.arguments)
        return
    yield from (piece(name, word.text) for word in invocation.arguments[:1])
    # Not call(): who writes `docker run docker run docker run …` would decide how deep this goes.
    yield from _program([word.text for word in invocation.arguments[1:]], f"{name}: ")


def _program(words: list[str], front: str) -> Iterator[str]:
    words = [" ".join(word.split()) for word in words if word.strip()]
    if not words:
        return
    name = f"{front}{words[0]}"
    yield piece(name, words[0])
    options = {word for word in words[1:] if word.startswith("-") and word != "-"}
    yield from (piece(name, word) for word in sorted(options))
    yield from (piece(name, word) for word in words[1:] if word not in options)
