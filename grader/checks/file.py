"""The `file` check."""

from __future__ import annotations

import hashlib
import shlex
import stat
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from grader.checks import _container
from grader.checks._attributes import AbsolutePath, Mode, Owner
from grader.checks._problems import Problem, compare, report
from grader.core.check import Check
from grader.core.errors import Mismatch, Missing
from grader.core.matchers import Expectation
from grader.core.quantities import show_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.abilities import Files
    from grader.core.facts import Entry


class File(Check):
    """Passes if a path is in the image, and is as expected; with `in`, in a container.

    The file system is read without running anything in it: this works for images without a shell too.
    A container is paused while it is read; what is mounted into it as `tmpfs` is not seen.
    Symbolic links are looked at themselves, unless `follow` is set.
    A file that is too large to be read whole fails `content` and `sha256`.
    """

    example: ClassVar[str] = """
    - {id: entry-script, kind: file, path: /app/start.sh, executable: true, content: {starts_with: "#!/bin/sh"}}
    """

    kind: Literal["file"] = "file"
    path: AbsolutePath
    """Where, from the root of the file system."""
    exists: bool = True
    """`false`: nothing may be there; this excludes the other fields."""
    type: Literal["file", "directory", "symlink"] | None = None
    """What it is."""
    mode: Mode | None = None
    """Permissions as octal digits (`"0755"`) or letters (`"rwxr-xr-x"`), in quotes."""
    owner: Owner | None = None
    """The number of the user, or of user and group: `"1000:1000"`."""
    executable: bool | None = None
    """Whether anyone may execute it."""
    size: Expectation | None = None
    """Bytes."""
    link: Expectation | None = None
    """Where a symbolic link points to, as it is written there."""
    content: Expectation | None = None
    """The text of a file, read as UTF-8."""
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    """The checksum of a file."""
    follow: bool = False
    """Look at what a symbolic link leads to."""

    @model_validator(mode="after")
    def _consistent(self) -> File:
        details = ("type", "mode", "owner", "executable", "size", "link", "content", "sha256")
        if not self.exists and any(getattr(self, name) is not None for name in details):
            raise ValueError("exists: false excludes all that says how the file should be")
        if self.follow and (self.link is not None or self.type == "symlink"):
            raise ValueError("with follow, the link itself is not looked at")
        return self

    def announce(self, target: Files) -> None:
        if self.in_ is None:
            target.announce(self.path)

    def run(self, target: Files) -> None:
        look, read = self._commands()
        with _container.reproducible(*look):
            entry = target.entry(self.path, follow=self.follow, container=self.in_)
            self._is_there(entry)
        if entry is None:
            return
        problems = list(self._attributes(entry))
        with _container.reproducible(*(look if problems else read)):
            report([*problems, *self._contents(entry)])

    def _is_there(self, entry: Entry | None) -> None:
        place = "the image" if self.in_ is None else "the container"
        if self.exists and entry is None:
            raise Missing(f"{self.path} is not in {place}", expected=self.path, actual="nothing there")
        if not self.exists and entry is not None:
            raise Mismatch(f"{self.path} must not be in {place}", expected="nothing there", actual=_kind(entry))

    def _commands(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Write the commands that show the path, and its content."""
        path = shlex.quote(self.path)
        if self.in_ is None:
            run = "docker run --rm --entrypoint"
            return (f"{run} ls IMAGE {'-lndL' if self.follow else '-lnd'} {path}",), (f"{run} cat IMAGE {path}",)
        copy = f"docker cp {'-L ' if self.follow else ''}CONTAINER:{path} - | tar"
        return _container.inside(self.in_, f"{copy} -tv"), _container.inside(self.in_, f"{copy} -xO")

    def _attributes(self, entry: Entry) -> Iterator[Problem]:
        mode = f"{stat.S_IMODE(entry.mode):04o}"
        owner = f"{entry.uid}:{entry.gid}" if self.owner is not None and ":" in self.owner else str(entry.uid)
        executable = bool(entry.mode & 0o111)
        for name, wanted, found in (
            ("type", self.type, entry.type),
            ("mode", self.mode, mode),
            ("owner", self.owner, owner),
        ):
            if wanted not in (None, found):
                yield Problem(name, f"{self.path} has the {name} {found}, expected {wanted}", str(wanted), found)
        if self.executable not in (None, executable):
            message = f"{self.path} is {'' if executable else 'not '}executable (its mode is {mode})"
            yield Problem("executable", message, "executable" if self.executable else "not executable", mode)
        yield from compare(f"the size of {self.path}", entry.size, self.size)
        if self.link is not None and entry.link is None:
            yield Problem("link", f"{self.path} is not a symbolic link", "a symbolic link", _kind(entry))
        else:
            yield from compare(f"the link {self.path}", entry.link, self.link)

    def _contents(self, entry: Entry) -> Iterator[Problem]:
        if self.content is None and self.sha256 is None:
            return
        content = entry.content
        if content is None:
            message = f"{self.path} is {_kind(entry)}, which has no content to compare"
            yield Problem("content", message, "a file", _kind(entry))
        elif entry.truncated:
            # What lies beyond could make the opposite true.
            message = f"{self.path} is too large to compare: of its {entry.size} bytes only {len(content)} are read"
            yield Problem("content", message, f"at most {show_bytes(len(content))}", show_bytes(entry.size))
        else:
            yield from compare(f"the content of {self.path}", content.decode("utf-8", "replace"), self.content)
            found = hashlib.sha256(content).hexdigest()
            if self.sha256 not in (None, found):
                yield Problem("sha256", f"{self.path} has another checksum than expected", str(self.sha256), found)


def _kind(entry: Entry) -> str:
    return f"a {entry.type}" if entry.type != "other" else "something that is no file"
