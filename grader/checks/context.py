"""The `context` check."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, model_validator

from grader.checks._configured import apart
from grader.checks._limits import ByteExpectation
from grader.checks._problems import Problem, report
from grader.core.check import Check
from grader.core.quantities import show_bytes
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.abilities import Contexts
    from grader.core.facts import ContextEntry

_LOOK: Final = (
    "printf 'FROM busybox\\nCOPY . /context\\nRUN du -a /context\\n' | docker build --no-cache --progress=plain -f - ."
)
"""Lists what a build gets; the ignore file of a Dockerfile with another name has no say in it."""


def _inside(path: str) -> str:
    if path.startswith("/") or ".." in path.split("/") or not path.strip("./"):
        raise ValueError("must be a path inside the build context, such as app/main.py or .git/")
    return posixpath.normpath(path) + ("/" if path.endswith("/") else "")


Inside = Annotated[str, AfterValidator(_inside)]


class Context(Check):
    """Passes if the build context, the folder that the image is built from, holds what it should.

    It also says what `.dockerignore` must keep out of the build, and what it must let in.
    Nothing is built for that; all files are known, also those that the author adds with `given`.
    A path that ends with a slash is a folder, with all that it holds or could hold.
    """

    example: ClassVar[str] = """
    - {id: lean, kind: context, ignored: [.git/, .env], included: [app.py], sent: {at_most: 1MB}}
    """

    kind: Literal["context"] = "context"
    present: tuple[Inside, ...] = ()
    """Files and folders that must be there."""
    absent: tuple[Inside, ...] = ()
    """Files and folders that must not be there, ignored or not."""
    ignored: tuple[Inside, ...] = ()
    """What `.dockerignore` must keep out of the build, whether it is there or not."""
    included: tuple[Inside, ...] = ()
    """What must be there and reach the build; of a folder, not all may be kept out."""
    sent: ByteExpectation | None = None
    """Bytes of all files that reach the build, such as `{at_most: 1MB}`."""

    @model_validator(mode="after")
    def _asks_something(self) -> Context:
        if not (self.present or self.absent or self.ignored or self.included) and self.sent is None:
            raise ValueError("nothing is expected; give present, absent, ignored, included or sent")
        apart(
            present__absent=(self.present, self.absent),
            included__absent=(self.included, self.absent),
            included__ignored=(self.included, self.ignored),
        )
        return self

    def run(self, target: Contexts) -> None:
        report(self._problems(target), reproduce=_LOOK)

    def _problems(self, target: Contexts) -> Iterator[Problem]:
        for path in (*self.present, *self.included):
            if not _is_there(target.in_context(path)):
                what = "folder" if path.endswith("/") else "file"
                yield Problem(path, f"there is no {what} {path} in the build context", path, "nothing there")
        for path in self.absent:
            if target.in_context(path).type is not None:
                yield Problem(path, f"{path} must not be in the build context", "not there", path)
        for path in self.ignored:
            entry = target.in_context(path)
            if not entry.ignored:
                yield Problem(path, f"{path} is not kept out of the build: {_why_not(entry)}", "ignored", "not ignored")
        for path in self.included:
            entry = target.in_context(path)
            if entry.ignored and _is_there(entry):
                yield Problem(path, f"{path} does not reach the build: {entry.rule} keeps it out", "sent", "ignored")
        yield from self._size(target)

    def _size(self, target: Contexts) -> Iterator[Problem]:
        if self.sent is None:
            return
        size = target.in_context(".").sent
        if self.sent.problem(size) is not None:
            words = self.sent.words
            yield Problem(
                "sent", f"{show_bytes(size)} ({size} bytes) reach the build, expected {words} bytes", words, str(size)
            )


def _is_there(entry: ContextEntry) -> bool:
    return entry.type is not None and (entry.type == "directory" or not entry.path.endswith("/"))


def _why_not(entry: ContextEntry) -> str:
    if entry.ignore_file is None:
        return "there is no .dockerignore"
    if entry.rule is not None:
        return f"{entry.rule}, lets it in"
    return f"no line of {quoted(entry.ignore_file)} fits it"
