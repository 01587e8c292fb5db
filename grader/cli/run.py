"""The `grader` command itself, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from grader import __version__
from grader.cli.lazy import LazyGroup

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

INTERRUPTED: Final = 130
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
UNHEARD: Final = 141
"""As a shell has it of other programs whose reader had enough: nobody can take it for a verdict."""
_NOT_OURS: Final = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENAMETOOLONG, errno.EMFILE, errno.EIO}
)
"""What the machine, or a name, is to blame for, and no mistake in this program."""

EPILOG: Final = """\b
Examples:
  grader exercise list                    what there is to do
  grader exercise start serve-on-3000     copy the starter files
  grader check serve-on-3000 .            check the work in this folder
  grader doctor                           is everything here that is needed?

\b
Exit codes: 0 all passed, 1 graded and something failed, 2 wrong usage or a broken exercise,
3 infrastructure error, 4 rejected by policy, 130 interrupted.
"""


class _UnheardError(Exception):
    """Nobody reads any more."""


class _Root(LazyGroup):
    """Keeps click from ending with 1 where nobody reads any more: that is a verdict."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _heard():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _heard():
            return super().invoke(ctx)


@contextlib.contextmanager
def _heard() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise _UnheardError from None


@click.group(
    cls=_Root,
    package="grader.cli",
    lazy={
        "check": "Check one submission.",
        "batch": "Grade many submissions, and lose none.",
        "results": "List, show, correct and export what batches found.",
        "report": "Write what was graded as pages, or for a platform.",
        "exercise": "List, show, start, validate exercises.",
        "images": "List, pull or stand in for base images.",
        "engine": "Keep disposable engines warm.",
        "doctor": "Say what works here, what doesn't, and what to do.",
        "clean": "Remove what interrupted runs left on the engine.",
        "completion": "Print shell completion for bash, zsh or fish.",
    },
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="grader", message="%(prog)s %(version)s")
def command() -> None:
    """Grade Docker exercises: build and run what was handed in, check it, explain the result."""


def run() -> int:
    """Run the command line; gives the exit code that the README promises."""
    _prepare()
    try:
        code = command.main(standalone_mode=False)
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.UsageError as error:
        error.show()
        code = 2
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("\nInterrupted; everything that was started has been removed.", err=True)
        code = INTERRUPTED
    except _UnheardError:
        unheard()
        code = UNHEARD
    except Exception as error:  # noqa: BLE001 - the last line of defence: a message, never a traceback
        code = _explain(error)
    return code if isinstance(code, int) else 0


def _prepare() -> None:
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # not with nohup
        signal.signal(signal.SIGHUP, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may know fewer letters than a task has
    # Looking for plugins of pydantic, of which there are none, reads the metadata of every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def unheard() -> None:
    """Go on without the reader of our output, who has gone, for example `| head`: let nothing complain at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _explain(error: Exception) -> int:
    from grader.core.errors import GraderError, SandboxError

    if isinstance(error, OSError) and error.errno in (_NOT_OURS if error.filename is not None else _FULL):
        what = f"'{error.filename}'" if error.filename is not None else "what was to be written could not be"
        error = SandboxError(f"{what}: {error.strerror}")
    if isinstance(error, GraderError):
        show(error)
        return error.exit_code
    path = _record(error)
    where = f"Details for a bug report: {path}" if path else "Its details could not be written."
    click.secho(f"internal error: {type(error).__name__}. {where}", fg="red", err=True)
    return 3


def show(error: Exception) -> None:
    """Write an expected error to stderr: what, and what to do."""
    from grader.core.text import clean

    click.echo(f"{click.style('error:', fg='red', bold=True)} {clean(str(error))}", err=True)
    hint = getattr(error, "hint", None)
    if hint:
        click.echo(f"  {clean(str(hint))}", err=True)


def keep_tracebacks() -> None:
    """Have what is logged about bugs in checks go to files: on the terminal it would tell students of hidden checks."""
    import logging

    class Files(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            error = record.exc_info[1] if record.exc_info else None
            path = _record(error) if error is not None else None
            if path is not None:
                click.echo(f"A check met a bug. Details for a report of it: {path}", err=True)

    logger = logging.getLogger("grader")
    logger.handlers[:] = [Files()]
    logger.propagate = False


def _record(error: BaseException) -> Path | None:
    """Write traceback and versions to a file of the user's."""
    import platform
    import tempfile
    import traceback

    text = "".join(traceback.format_exception(error))
    body = f"grader {__version__}, Python {platform.python_version()}, {platform.platform()}\n{sys.argv!r}\n\n{text}"
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="grader-error-", suffix=".log", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            file.write(body)
        return Path(file.name)
    except OSError:
        return None
