"""The `file` check."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal, TypeAlias, cast

from pydantic import AfterValidator, Field, model_validator

from grader.checks import _accounts, _container, _files
from grader.checks._attributes import GroupName, ModeExpectation, Owner, PathPattern
from grader.checks._json import JsonPaths
from grader.checks._problems import Problem, compare, report
from grader.core.abilities import FilesOfImages
from grader.core.check import Check
from grader.core.errors import Mismatch, Missing
from grader.core.expansion import expand
from grader.core.matchers import Expectation, parse
from grader.core.quantities import show_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.checks._accounts import Accounts
    from grader.core.abilities import Files
    from grader.core.facts import Entry

_Ability: TypeAlias = type
"""`type` is a field of the check."""
_TOLD: Final = 5
"""Paths with something wrong that one failure lists."""
_SUMS: Final = ("md5", "sha256", "sha512")
_CONTENT: Final = ("content", "json_", "yaml_", *_SUMS)
_KEPT: Final = 256 * 1024
"""Bytes of each file that a pattern finds, where its content is looked at."""


def _begins(path: str) -> str:
    if not path.startswith(("/", "$")):
        raise ValueError("the path must be absolute: start it with /")
    if "*" in path or "?" in path:
        raise ValueError("a path has no wildcards: write a pattern as glob")
    return path


class File(Check):
    """Passes if a path is in the image, and is as expected; with `in`, in a container.

    The file system is read without running anything in it: this works for images without a shell too.
    A container is paused while it is read; what is mounted into it as `tmpfs` is not seen.
    Symbolic links are looked at themselves, unless `follow` is set; those in the folders above are always followed.
    A file that is too large to be read whole (1 MiB; 256 KiB each with `glob`) fails all that is said of its content.

    With `glob` instead of `path`, everything that matches the pattern is looked at: `*` and `?` stand for characters of
    a name, `[ab]` for one of them, `**` for any number of folders; names that begin with a dot match too.
    There must be at least one match, or as many as `count` says; `type` says which matches count, and all that is said
    of mode, owner, size and content must hold for each.
    No link below the folder before the first wildcard is followed, and `/dev`, `/proc` and `/sys` are not looked at.
    """

    example: ClassVar[str] = """
    - {id: entry-script, kind: file, path: /app/start.sh, executable: true, content: {starts_with: "#!/bin/sh"}}
    """

    kind: Literal["file"] = "file"
    path: Annotated[str, AfterValidator(_begins)] | None = None
    """Where, from the root of the file system."""
    glob: PathPattern | None = None
    """A pattern in place of a path: `/app/**/*.pyc`."""
    count: Expectation | None = None
    """How many paths match `glob`; default: at least one."""
    exists: bool = True
    """`false`: nothing may be there; this excludes the other fields."""
    type: Literal["file", "directory", "symlink"] | None = None
    """What it is."""
    mode: ModeExpectation | None = None
    """Permissions as octal digits (`"0755"`) or letters (`"rwxr-xr-x"`), in quotes; also `{one_of: ["0755", "0750"]}`.
    """
    owner: Owner | None = None
    """The user, or user and group, by name or number: `app`, `app:app`, `"1000:1000"`; names are the image's own."""
    group: GroupName | None = None
    """The group alone, by name or number."""
    executable: bool | None = None
    """Whether anyone may execute it."""
    size: Expectation | None = None
    """Bytes."""
    link: Expectation | None = None
    """Where a symbolic link points to, as it is written there."""
    content: Expectation | None = None
    """The text of a file, read as UTF-8."""
    json_: JsonPaths | None = Field(default=None, alias="json")
    """Parts of a JSON file, each by its JSONPath."""
    yaml_: JsonPaths | None = Field(default=None, alias="yaml")
    """Parts of a YAML file, each by its JSONPath."""
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    """A checksum of a file."""
    md5: Annotated[str, Field(pattern="^[0-9a-f]{32}$")] | None = None
    """A checksum of a file, as older tools have it."""
    sha512: Annotated[str, Field(pattern="^[0-9a-f]{128}$")] | None = None
    """A checksum of a file."""
    expand_env: bool = False
    """Whether `$NAME` in `path` stands for a variable of the image."""
    follow: bool = False
    """Look at what a symbolic link leads to."""

    def needs_ability(self) -> _Ability:
        return FilesOfImages if self.expand_env else self.ability()

    @model_validator(mode="after")
    def _consistent(self) -> File:
        details = self._given("type", "mode", "owner", "group", "executable", "size", "link", *_CONTENT)
        if (self.path is None) == (self.glob is None):
            raise ValueError("give either a path or a glob")
        if not self.exists and (details or self.count is not None):
            raise ValueError("exists: false excludes all that says how the file should be")
        if self.glob is None and self.count is not None:
            raise ValueError("count goes with glob")
        if self.glob is not None and (self.follow or self.expand_env or self._given("link", *_SUMS)):
            raise ValueError("follow, link, expand_env and checksums are about one file: they go with path")
        if self.expand_env and self.in_ is not None:
            raise ValueError("expand_env is about an image's variables: leave out in")
        if self.path is not None and self.path.startswith("$") and not self.expand_env:
            raise ValueError("a path that begins with a variable needs expand_env")
        if self.follow and (self.link is not None or self.type == "symlink"):
            raise ValueError("with follow, the link itself is not looked at")
        if self.group is not None and self.owner is not None and ":" in self.owner:
            raise ValueError("owner names a group already")
        return self

    @model_validator(mode="after")
    def _possible(self) -> File:
        if self.type in {"directory", "symlink"} and self._given(*_CONTENT):
            raise ValueError(f"type: {self.type}: only a file has content")
        if self.type in {"file", "directory"} and self.link is not None:
            raise ValueError(f"type: {self.type}: only a symlink has a link")
        return self

    def _given(self, *names: str) -> list[str]:
        return [name for name in names if getattr(self, name) is not None]

    def announce(self, target: Files) -> None:
        if self.in_ is None and self.path is not None and not self.expand_env:
            target.announce(self.path)
        elif self.in_ is None and self.glob is not None:
            target.announce_entries({self.glob: self._kept})

    @property
    def _kept(self) -> int:
        """The bytes that are needed of each file that a pattern finds."""
        return _KEPT if self._given(*_CONTENT) else 0

    @property
    def _place(self) -> str:
        return "the image" if self.in_ is None else "the container"

    def run(self, target: Files) -> None:
        if self.glob is not None:
            with _container.reproducible(*_files.listing(self.glob, self.in_)):
                self._run_glob(target, self.glob)
        elif self.path is not None and self.expand_env:
            self._run_path(target, expand(self.path, cast("FilesOfImages", target).image().env))
        elif self.path is not None:
            self._run_path(target, self.path)

    def _run_path(self, target: Files, path: str) -> None:
        ways = partial(_files.commands, target, path, self.in_, follow=self.follow)
        with _files.shown(lambda: ways()[0]):
            entry = target.entry(path, follow=self.follow, container=self.in_)
            if entry is None and self.exists:
                raise self._missing(target, path)
            if entry is not None and not self.exists:
                message = f"{path} must not be in {self._place}"
                raise Mismatch(message, expected="nothing there", actual=_files.kind(entry))
            if entry is None:
                return
            found = list(self._attributes(entry, self._names(target)))
        with _files.shown(lambda: ways()[0 if found else 1]):
            report([*found, *self._contents(entry)])

    def _missing(self, target: Files, path: str) -> Missing:
        link = target.entry(path, container=self.in_) if self.follow else None
        if link is not None and link.link is not None:
            return Missing(_files.leads_nowhere(link, self._place), expected=path, actual=f"a link to {link.link}")
        return Missing(f"{path} is not in {self._place}", expected=path, actual="nothing there")

    def _names(self, target: Files) -> Accounts | None:
        """Look up names, if there are any."""
        return _accounts.read(target, self.in_) if _files.needs_accounts(self.owner, self.group) else None

    def _run_glob(self, target: Files, glob: str) -> None:
        things = {None: "path", "file": "file", "directory": "directory", "symlink": "symbolic link"}[self.type]
        matching = target.entries({glob: self._kept}, container=self.in_)[glob]
        found = [one for one in matching if self.type in (None, one.type)]
        listed = "\n".join(one.path for one in found) or "nothing"
        if not self.exists and found:
            message = f"nothing in {self._place} may match {glob}, but this does: {_files.some(found)}"
            raise Mismatch(message, expected="no match", actual=listed)
        if self.count is not None:
            problem = self.count.problem(len(found))
            if problem is not None:
                names = f" ({_files.some(found)})" if found else ""
                message = f"the number of {_plural(things)} in {self._place} that match {glob} {problem}{names}"
                raise Mismatch(message, expected=self.count.words, actual=listed)
        elif self.exists and not found:
            raise Missing(f"no {things} in {self._place} matches {glob}", expected=glob, actual="nothing")
        accounts = self._names(target)
        wrong = [problems for one in found if (problems := [*self._attributes(one, accounts), *self._contents(one)])]
        told = [problem for problems in wrong[:_TOLD] for problem in problems]
        if len(wrong) > _TOLD:
            message = f"and {len(wrong) - _TOLD} more"
            told.append(Problem("others", message, "as these", message))
        report(told)

    def _attributes(self, entry: Entry, accounts: Accounts | None) -> Iterator[Problem]:
        if self.path is not None and self.type not in (None, entry.type):
            message = f"{entry.path} has the type {entry.type}, expected {self.type}"
            yield Problem("type", message, str(self.type), entry.type)
        yield from _files.mode(entry, self.mode)
        yield from _files.ownership(entry, self.owner, self.group, accounts)
        yield from _files.executable(entry, self.executable)
        yield from compare(f"the size of {entry.path}", entry.size, self.size)
        if self.link is not None and entry.link is None:
            yield Problem("link", f"{entry.path} is not a symbolic link", "a symbolic link", _files.kind(entry))
        else:
            yield from compare(f"the link {entry.path}", entry.link, self.link)

    def _contents(self, entry: Entry) -> Iterator[Problem]:
        if not self._given(*_CONTENT):
            return
        content, path = entry.content, self.path or entry.path
        if content is None:
            message = f"{path} is {_files.kind(entry)}, which has no content to compare"
            yield Problem("content", message, "a file", _files.kind(entry))
        elif entry.truncated:
            # What lies beyond could make the opposite true.
            message = f"{path} is too large to compare: of its {entry.size} bytes only {len(content)} are read"
            yield Problem("content", message, f"at most {show_bytes(len(content))}", show_bytes(entry.size))
        else:
            text = content.decode("utf-8", "replace")
            yield from compare(f"the content of {path}", text, self.content)
            for language, paths in (("json", self.json_), ("yaml", self.yaml_)):
                if paths is not None:
                    yield from compare(f"the content of {path}", text, parse({language: paths}))
            yield from _files.checksums(path, content, {name: getattr(self, name) for name in _SUMS})


def _plural(things: str) -> str:
    return f"{things[:-1]}ies" if things.endswith("y") else f"{things}s"
