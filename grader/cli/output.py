"""`--report FORMAT[:PATH]`: where results go."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import click

from grader.cli import _folders
from grader.core import kinds
from grader.core.errors import SandboxError, UsageError
from grader.core.report import PACKAGE, Edition, Report
from grader.core.text import clean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from grader.core.cohort import Cohort
    from grader.core.result import Result

_PRIVATE: Final = 0o600


@dataclass(frozen=True, slots=True)
class Output:
    """One report: its format, and its file or folder (None: standard output)."""

    format: type[Report]
    name: str
    path: Path | None
    folder: bool = False

    @classmethod
    def parse(cls, text: str) -> Output:
        """Read `json`, `json:r.json`, `html:report/`. Raises UsageError for what there isn't, or can't be written."""
        name, _, path = text.partition(":")
        try:
            kind = kinds.load(PACKAGE, Report, name)
        except KeyError:
            known = ", ".join(kinds.names(PACKAGE))
            raise UsageError(f"unknown report format {quoted(name)}", hint=f"There are: {known}.") from None
        if not path or path == "-":  # as many programs write standard output
            return cls(kind, name, None)
        target = at(path)
        if path.endswith("/") or _is_folder(target):
            if not kind.folders:
                raise UsageError(f"the report file '{path}' is a folder", hint=f"{name} is one file: {name}:FILE.")
            _folders.check(target)
            return cls(kind, name, target, folder=True)
        why = objection(target)
        if why is not None:
            raise UsageError(f"the report file '{target}' {why}")
        return cls(kind, name, target)

    @classmethod
    def parse_all(cls, texts: Sequence[str]) -> list[Output]:
        """Read several. Raises UsageError also when two would end up in one place."""
        outputs = [cls.parse(text) for text in texts]
        apart([output.path for output in outputs], "reports")
        return outputs

    def write(
        self, results: Iterable[Result], edition: Edition = Edition.STUDENT, cohort: Cohort | None = None
    ) -> list[str]:
        """Write the report; gives its remarks. A file or folder is there whole, or as it was. Raises SandboxError."""
        report = self.format(edition)
        if cohort is not None:
            report.accompany(cohort)
        with self._begun(report, private=edition is Edition.STAFF):
            for result in results:
                report.add(result)
            report.stop()
        return report.remarks

    @contextlib.contextmanager
    def _begun(self, report: Report, *, private: bool) -> Iterator[None]:
        if self.path is None:
            with to_standard_output():
                report.start(sys.stdout)
                yield
                sys.stdout.flush()
        elif self.folder:
            with _folders.replaced(self.path, private=private) as folder:
                report.start_in(folder)
                yield
        else:
            with opened(self.path, mode=mode_of(self.path) if private else 0o644) as stream:
                report.start(stream)
                yield

    def tell(self, remarks: Iterable[str]) -> None:
        """Say on standard error what a person should know of a report."""
        for remark in remarks:
            click.echo(clean(f"{self.name}: {remark}"), err=True)


def apart(paths: Iterable[Path | None], what: str, option: str = "--report ") -> None:
    """Raise UsageError if two of them are one place; None is standard output."""
    several = list(paths)
    places = Counter(path and path.resolve() for path in several)
    for path in several:
        if (count := places[path and path.resolve()]) > 1:
            where = f"'{path}'" if path is not None else "standard output"
            raise UsageError(f"{count} {what} go to {where}", hint=f"Name a file for each: {option}FORMAT:PATH.")


@contextlib.contextmanager
def to_standard_output() -> Iterator[None]:
    """Raise SandboxError where it takes no more; that its reader has gone is another matter."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise SandboxError(f"standard output can't be written: {error.strerror}") from None


def at(path: str) -> Path:
    """Give a path that was typed behind a colon, where shells leave `~` as it is."""
    return Path(path).expanduser() if path.startswith("~/") else Path(path)


def mode_of(path: Path) -> int:
    """Give the mode of a file with what is not everybody's business: as it is, if somebody has decided so."""
    return stat.S_IMODE(path.stat().st_mode) if path.is_file() else _PRIVATE


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


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
