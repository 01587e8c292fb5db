"""The `users` check."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from grader.checks import _accounts, _files
from grader.checks._problems import Problem, compare, report
from grader.core.check import Check
from grader.core.errors import Mismatch, Missing
from grader.core.matchers import Expectation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.checks._accounts import Accounts, User
    from grader.core.abilities import Files

Name = Annotated[str, Field(pattern=r"^[^\s:/]+$")]


class Users(Check):
    """Passes if a user, or a group, is in the image, and is as expected; with `in`, in a container.

    What counts are `/etc/passwd` and `/etc/group` of the file system itself; nothing runs in it.
    An image without them has no users, and that is no error.
    """

    example: ClassVar[str] = """
    - {id: own-user, kind: users, user: app, uid: {at_least: 1000}, shell: {ends_with: nologin}}
    """

    kind: Literal["users"] = "users"
    user: Name | None = None
    """The name of the user."""
    group: Name | None = None
    """The name of the user's own group; without `user`, of the group to look for."""
    exists: bool = True
    """`false`: there must be none of this name; this excludes the other fields."""
    uid: Expectation | None = None
    """The number of the user."""
    gid: Expectation | None = None
    """The number of the user's own group; without `user`, of the group."""
    groups: Expectation | None = None
    """The names of all groups that the user is in, the own one among them."""
    home: Expectation | None = None
    """The user's home directory."""
    shell: Expectation | None = None
    """The program that a login starts."""

    @model_validator(mode="after")
    def _one_account(self) -> Users:
        if self.user is None and self.group is None:
            raise ValueError("which one? give user or group")
        details = [name for name in ("uid", "groups", "home", "shell") if getattr(self, name) is not None]
        if self.user is None and details:
            raise ValueError(f"{details[0]} is about a user: name it with user")
        if not self.exists and (details or self.gid is not None or None not in (self.user, self.group)):
            raise ValueError("exists: false excludes all that says how the user should be")
        return self

    def run(self, target: Files) -> None:
        with _files.shown(partial(self._ways, target)):
            accounts = _accounts.read(target, self.in_)
            if self.user is not None:
                self._run_user(self.user, accounts)
            elif self.group is not None:
                self._run_group(self.group, accounts)

    def _ways(self, target: Files) -> tuple[str, ...]:
        """Write the commands that show each file with something to compare."""
        of_users = self.user is not None and not (
            self.groups is not None and (self.uid, self.gid, self.group, self.home, self.shell) == (None,) * 5
        )
        of_groups = self.user is None or self.groups is not None or self.group is not None
        paths = [_accounts.USERS] * of_users + [_accounts.GROUPS] * of_groups
        *first, last = _files.commands(target, paths[0], self.in_, follow=True)[1]
        more = [_files.commands(target, path, self.in_, follow=True)[1][-1] for path in paths[1:]]
        return (*first, "\n".join([last, *more]))

    @property
    def _place(self) -> str:
        return "the image" if self.in_ is None else "the container"

    def _run_user(self, name: str, accounts: Accounts) -> None:
        user = accounts.users.get(name)
        self._is_there(f"user {name}", accounts.which_users(), found=user is not None)
        if user is not None:
            report(self._about(user, accounts))

    def _run_group(self, name: str, accounts: Accounts) -> None:
        group = accounts.groups.get(name)
        self._is_there(f"group {name}", accounts.which_groups(), found=group is not None)
        if group is not None:
            report(compare(f"the number of the group {name}", group.gid, self.gid))

    def _is_there(self, what: str, who: str, *, found: bool) -> None:
        if self.exists and not found:
            raise Missing(f"there is no {what} in {self._place}: {who}", expected=f"a {what}", actual=who)
        if not self.exists and found:
            raise Mismatch(f"there must be no {what} in {self._place}", expected=f"no {what}", actual=who)

    def _about(self, user: User, accounts: Accounts) -> Iterator[Problem]:
        yield from compare(f"the number of the user {user.name}", user.uid, self.uid)
        yield from compare(f"the group number of the user {user.name}", user.gid, self.gid)
        own = accounts.group_of(user.gid)
        if self.group not in (None, own):
            message = f"the group of the user {user.name} is {own}, expected {self.group}"
            yield Problem("group", message, str(self.group), own)
        others = {group.name for group in accounts.groups.values() if user.name in group.members}
        every = sorted({own, *others})
        yield from compare(f"the list of groups of the user {user.name}", every, self.groups)
        yield from compare(f"the home directory of the user {user.name}", user.home, self.home)
        yield from compare(f"the shell of the user {user.name}", user.shell, self.shell)
