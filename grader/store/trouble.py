"""Errors of databases, told as what they mean and what to do."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy import exc

from grader.core.errors import SandboxError
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

_AGAIN: Final = "Then run the same command again: what was stored before is there, and nothing is half written."
_KNOWN: Final = (
    (r"(?i)disk is full|no space left|could not extend|disk.?full", "is full", f"Make room on its disk. {_AGAIN}"),
    (
        r"(?i)\blocked\b|lock timeout|QueuePool limit",
        "has been held by another program for too long",
        f"Look for a command that hangs, or for a tool that has the store open. {_AGAIN}",
    ),
    (
        r"(?i)readonly|read-only|permission denied",
        "can't be written",
        "Whoever runs grader must be allowed to write it, and to make files in its folder.",
    ),
    (
        r"(?i)malformed|not a database|invalid page|could not read block",
        "is damaged, or no store at all",
        "It has been left as it is. Put a backup in its place, or give another one with --store.",
    ),
    (
        r"(?i)authentication failed|no password supplied",
        "does not let you in",
        "Check user and password of --store or GRADER_STORE. A password is best kept in ~/.pgpass.",
    ),
    (
        r"(?i)does not exist",
        "is not there, or not whole",
        "Make the database first, for example: createdb -E UTF8 NAME",
    ),
    (
        r"(?i)unable to open|disk I/O error",
        "can't be opened",
        "Its disk is full or failing, or its folder can't be written.",
    ),
    (r"(?i)connect|server|closed|terminat|ssl|timeout", "can't be reached", f"See to its server. {_AGAIN}"),
)


class StoreError(SandboxError):
    """The store's disk or server failed: nothing can be graded before it works again."""


@contextmanager
def told(name: str, secret: str | None = None) -> Iterator[None]:
    """Let errors of the database called `name` out as StoreErrors; `secret` is in none of them."""
    try:
        yield
    except exc.IntegrityError as error:
        # Nothing of the machine's: somebody used the store in a wrong way.
        raise ValueError(f"the store refuses this: {error.orig}") from error
    except (exc.DBAPIError, exc.TimeoutError) as error:
        raise explain(error, name, secret) from error


def explain(error: Exception, name: str, secret: str | None = None) -> StoreError:
    """Say what an error of a database means, and what to do."""
    # The statement, which may hold students' work, is left out.
    said = str(error.orig if isinstance(error, exc.DBAPIError) and error.orig is not None else error)
    if secret:
        said = said.replace(secret, "***")
    for pattern, meaning, hint in _KNOWN:
        if re.search(pattern, said):
            return StoreError(f"the store {name} {meaning}: {one_line(said)}", hint=hint)
    return StoreError(f"the store {name} does not work: {one_line(said)}", hint=_AGAIN)
