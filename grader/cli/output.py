"""`--report FORMAT[:PATH]`: where results go."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from grader.core import kinds
from grader.core.errors import SandboxError, UsageError
from grader.core.report import PACKAGE, Report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.core.result import Result


@dataclass(frozen=True, slots=True)
class Output:
    """One report: its format, and its file (None: standard output)."""

    format: type[Report]
    name: str
    path: Path | None

    @classmethod
    def parse(cls, text: str) -> Output:
        """Read `json`, `json:r.json`. Raises UsageError for a format that there isn't, or a folder that there isn't."""
        name, _, path = text.partition(":")
        try:
            kind = kinds.load(PACKAGE, Report, name)
        except KeyError:
            known = ", ".join(kinds.names(PACKAGE))
            raise UsageError(f"unknown report format '{name}'", hint=f"There are: {known}.") from None
        target = Path(path) if path and path != "-" else None  # as many programs write standard output
        why = objection(target) if target is not None else None
        if why is not None:
            raise UsageError(f"the report file '{target}' {why}")
        return cls(kind, name, target)

    @classmethod
    def parse_all(cls, texts: Sequence[str]) -> list[Output]:
        """Read several. Raises UsageError also when two would end up in one place."""
        outputs = [cls.parse(text) for text in texts]
        for path, count in Counter(output.path for output in outputs).items():
            if count > 1:
                where = f"'{path}'" if path is not None else "standard output"
                raise UsageError(f"{count} reports go to {where}", hint="Name a file: --report FORMAT:PATH.")
        return outputs

    def write(self, results: Sequence[Result]) -> None:
        """Write the report; a file is there whole or not at all. Raises SandboxError if it can't be written."""
        with opened(self.path) if self.path is not None else contextlib.nullcontext(sys.stdout) as stream:
            report = self.format()
            report.start(stream)
            for result in results:
                report.add(result)
            report.stop()
            stream.flush()


def objection(path: Path) -> str | None:
    """Say why a file can't be written, as far as that can be told before there is anything to write."""
    try:
        if path.is_dir():
            return "is a folder"
        if not path.parent.is_dir():
            return "is in a folder that does not exist"
    except OSError as error:
        return f"can't be written: {error.strerror}"
    writable = os.access(path if _is_special(path) else path.parent, os.W_OK)
    return None if writable else "can't be written: you may not write there"


def _is_special(path: Path) -> bool:
    """Whether it is a device or a pipe, such as /dev/null, which is written to and never replaced."""
    return path.exists() and not path.is_file()


@contextlib.contextmanager
def opened(path: Path, what: str = "report", *, newline: str = "\n", mode: int = 0o644) -> Iterator[TextIO]:
    """Open a file that is there whole afterwards, or as it was. Raises SandboxError if it can't be written."""
    try:
        if _is_special(path):
            with path.open("w", encoding="utf-8", newline=newline) as stream:
                yield stream
        else:
            with _atomic(path, newline, mode) as stream:
                yield stream
    except OSError as error:
        raise SandboxError(f"the {what} file '{path}' can't be written: {error.strerror}") from None


@contextlib.contextmanager
def _atomic(path: Path, newline: str, mode: int) -> Iterator[TextIO]:
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline=newline) as stream:
            yield stream
        os.chmod(temporary, mode)  # noqa: PTH101 - mkstemp makes it private
        os.replace(temporary, path)  # noqa: PTH105 - as above
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108 - as above
        raise
