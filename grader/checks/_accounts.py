"""The users and groups of a file system, as its own /etc/passwd and /etc/group have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grader.core.abilities import Files
    from grader.core.specs import Where

USERS: Final = "/etc/passwd"
GROUPS: Final = "/etc/group"
_PASSWD_FIELDS: Final = 7
_GROUP_FIELDS: Final = 4
_DIGITS: Final = 20
_LISTED: Final = 12
"""Names that a sentence lists."""


@dataclass(frozen=True, slots=True)
class User:
    """A line of /etc/passwd."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str


@dataclass(frozen=True, slots=True)
class Group:
    """A line of /etc/group."""

    name: str
    gid: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accounts:
    """Users and groups by name; of several lines with one name the first counts, as for the system."""

    users: Mapping[str, User]
    groups: Mapping[str, Group]
    has_passwd: bool = True
    has_group: bool = True

    def user_of(self, uid: int) -> str:
        """Give the name of a number, or the number where it has no name."""
        return next((user.name for user in self.users.values() if user.uid == uid), str(uid))

    def group_of(self, gid: int) -> str:
        """Give the name of a number, or the number where it has no name."""
        return next((group.name for group in self.groups.values() if group.gid == gid), str(gid))

    def which_users(self) -> str:
        """Say which users there are, after a colon."""
        return _listed(USERS, tuple(self.users), there=self.has_passwd)

    def which_groups(self) -> str:
        """Say which groups there are, after a colon."""
        return _listed(GROUPS, tuple(self.groups), there=self.has_group)


def read(target: Files, container: str | Where | None) -> Accounts:
    """Read them; a file that isn't there has nobody in it."""
    passwd, group = (target.entry(path, follow=True, container=container) for path in (USERS, GROUPS))
    users: dict[str, User] = {}
    for name, _, uid, gid, _, home, shell in _lines(passwd.content if passwd else None, _PASSWD_FIELDS):
        if uid.isdecimal() and gid.isdecimal() and len(gid) <= _DIGITS:
            users.setdefault(name, User(name, int(uid), int(gid), home, shell))
    groups: dict[str, Group] = {}
    for name, _, gid, members in _lines(group.content if group else None, _GROUP_FIELDS):
        if gid.isdecimal():
            groups.setdefault(name, Group(name, int(gid), tuple(one for one in members.split(",") if one)))
    return Accounts(users, groups, passwd is not None, group is not None)


def _lines(content: bytes | None, fields: int) -> Iterator[Sequence[str]]:
    for line in (content or b"").decode("utf-8", "replace").splitlines():
        parts = line.strip().split(":")
        # Python refuses to read numbers with thousands of digits.
        if len(parts) == fields and parts[0] and len(parts[2]) <= _DIGITS:
            yield parts


def _listed(path: str, names: tuple[str, ...], *, there: bool) -> str:
    if not there:
        return f"there is no {path}"
    if not names:
        return f"{path} has nobody in it"
    order = sorted(names)
    more = f" and {len(order) - _LISTED} more" if len(order) > _LISTED else ""
    return f"{path} has {', '.join(one_line(name, 40) for name in order[:_LISTED])}{more}"
