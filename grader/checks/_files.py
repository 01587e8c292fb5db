"""What is wrong with a file, directory or link: its attributes, and how a person sees them."""

from __future__ import annotations

import hashlib
import posixpath
import shlex
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from grader.checks import _accounts, _container
from grader.checks._problems import Problem, compare
from grader.core.errors import Failure
from grader.core.globs import Glob
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from grader.checks._accounts import Accounts
    from grader.core.abilities import Files
    from grader.core.facts import Entry
    from grader.core.matching import Matcher
    from grader.core.specs import Where

_LISTED: Final = 5
"""Paths that a sentence lists."""
_LONG: Final = 200
"""Characters of a path in a sentence."""


def commands(
    target: Files, path: str, where: str | Where | None, *, follow: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write the commands that show a path, and its content."""
    word = shlex.quote(path)
    if where is not None:
        copy = f"docker cp {'-L ' if follow else ''}CONTAINER:{word} - | tar"
        return _container.inside(where, f"{copy} -tv"), _container.inside(where, f"{copy} -xO")
    if target.entry("/bin/ls") is None:  # nor a shell, then
        return (_copied(word, "-tv", follow=follow),), (_copied(word, "-xO", follow=follow),)
    run = "docker run --rm --entrypoint"
    return (f"{run} ls IMAGE {'-lndL' if follow else '-lnd'} {word}",), (f"{run} cat IMAGE {word}",)


@contextmanager
def shown(commands: Callable[[], tuple[str, ...]]) -> Iterator[None]:
    """Tell how to see a failure of the block oneself; the commands are worked out only then."""
    try:
        yield
    except Failure:
        with _container.reproducible(*commands()):
            raise


def listing(pattern: str, where: str | Where | None) -> tuple[str, ...]:
    """Write the commands that list a pattern's folder."""
    word = shlex.quote(Glob(pattern).root)
    if where is None:
        return (_copied(word, "-tv", follow=False),)
    return _container.inside(where, f"docker cp CONTAINER:{word} - | tar -tv")


def _copied(word: str, tar: str, *, follow: bool) -> str:
    # A container that is never started: this needs no program in the image.
    copy = f"docker cp {'-L ' if follow else ''}look:{word} - | tar {tar}"
    return f"docker create --name look IMAGE x && {copy}; docker rm look"


def some(entries: Sequence[Entry]) -> str:
    """Name the first paths of many."""
    more = f" and {len(entries) - _LISTED} more" if len(entries) > _LISTED else ""
    return ", ".join(one_line(entry.path, _LONG) for entry in entries[:_LISTED]) + more


def kind(entry: Entry) -> str:
    """Say what something is."""
    return f"a {entry.type}" if entry.type != "other" else "something that is no file"


def leads_nowhere(entry: Entry, place: str) -> str:
    """Say why nothing is found behind a link."""
    name, link = one_line(entry.path, _LONG), one_line(str(entry.link), _LONG)
    said = f"{name} is a symbolic link to {link}, and "
    folder = posixpath.dirname(entry.path)
    goal = posixpath.normpath(posixpath.join(folder, str(entry.link)))
    if goal == entry.path:
        return f"{said}so leads to itself"
    up = _depth_above(folder, str(entry.link))
    if up:
        return f"{said}so leads out of the file system of {place}: it has more .. than {folder} has folders"
    shown = "" if goal == entry.link else f" ({one_line(goal, _LONG)})"
    return f"{said}nothing can be reached there{shown} in {place}"


def _depth_above(folder: str, link: str) -> bool:
    """Whether a relative link goes above the root."""
    depth = 0 if link.startswith("/") else len([part for part in folder.split("/") if part])
    for part in link.split("/"):
        depth += {"..": -1, ".": 0, "": 0}.get(part, 1)
        if depth < 0:
            return True
    return False


def mode(entry: Entry, wanted: Matcher | None) -> Iterator[Problem]:
    """Compare the permissions."""
    found = f"{stat.S_IMODE(entry.mode):04o}"
    if wanted is not None and isinstance(wanted.raw, str):
        if wanted.raw != found:
            yield Problem("mode", f"{entry.path} has the mode {found}, expected {wanted.raw}", wanted.raw, found)
    else:
        yield from compare(f"the mode of {entry.path}", found, wanted)


def executable(entry: Entry, wanted: bool | None) -> Iterator[Problem]:  # noqa: FBT001 - as the field has it
    """Compare whether anyone may execute it."""
    found, digits = bool(entry.mode & 0o111), f"{stat.S_IMODE(entry.mode):04o}"
    if wanted not in (None, found):
        message = f"{entry.path} is {'' if found else 'not '}executable (its mode is {digits})"
        yield Problem("executable", message, "executable" if wanted else "not executable", digits)


def needs_accounts(owner: str | None, group: str | None) -> bool:
    """Whether names have to be looked up."""
    return any(not part.isdecimal() for text in (owner, group) if text for part in text.split(":"))


def ownership(entry: Entry, owner: str | None, group: str | None, accounts: Accounts | None) -> Iterator[Problem]:
    """Compare user and group; `accounts` are those of the file system, where names have to be looked up."""
    user, _, after = (owner or "").partition(":")
    known = accounts or _accounts.Accounts({}, {})
    asked = [
        (name, which, found)
        for name, which, found in ((user, "user", entry.uid), (after or group or "", "group", entry.gid))
        if name
    ]
    numbers = {which: _number(name, which, known) for name, which, _ in asked}
    yield from (_unknown(name, which, known) for name, which, _ in asked if numbers[which] is None)
    if None in numbers.values() or all(numbers[which] == found for _, which, found in asked):
        return
    label = "owner" if owner else "group"
    wanted = owner or group or ""
    shown = ":".join(_show(name, which, found, known) for name, which, found in asked)
    yield Problem(label, f"{entry.path} has the {label} {shown}, expected {wanted}", wanted, shown)


def _number(name: str, which: str, accounts: Accounts) -> int | None:
    if name.isdecimal():
        return int(name)
    if which == "user":
        return accounts.users[name].uid if name in accounts.users else None
    return accounts.groups[name].gid if name in accounts.groups else None


def _unknown(name: str, which: str, accounts: Accounts) -> Problem:
    there = accounts.which_users() if which == "user" else accounts.which_groups()
    return Problem(which, f"there is no {which} {name}: {there}", f"a {which} {name}", there)


def _show(name: str, which: str, number: int, accounts: Accounts) -> str:
    if name.isdecimal():
        return str(number)
    return one_line(accounts.user_of(number) if which == "user" else accounts.group_of(number), 40)


def checksums(path: str, content: bytes, wanted: Mapping[str, str | None]) -> Iterator[Problem]:
    """Compare checksums, each by the name of its algorithm."""
    for name, expected in wanted.items():
        found = hashlib.new(name, content, usedforsecurity=False).hexdigest()
        if expected not in (None, found):
            yield Problem(name, f"{path} has another checksum than expected", str(expected), found)
