"""Clone repositories of strangers: with a deadline and a size, without hooks, questions, submodules or filters."""

from __future__ import annotations

import os
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.batch.sources._address import Address, address, allowed, shown
from grader.core.errors import SandboxError
from grader.core.process import run
from grader.core.quantities import show_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from grader.core.process import Finished

AT_ONCE: Final = 4
_MIB: Final = 1024 * 1024
_MEMORY: Final = 2048 * _MIB
_GIT: Final = (
    "git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.bigFileThreshold=8m",
    "-c", "core.autocrlf=false", "-c", "submodule.recurse=false", "-c", "fetch.recurseSubmodules=false",
    "-c", "protocol.ext.allow=never", "-c", "transfer.unpackLimit=1", "-c", "gc.auto=0", "-c", "maintenance.auto=false",
    "-c", "advice.detachedHead=false", "-c", "filter.lfs.smudge=", "-c", "filter.lfs.process=",
    "-c", "filter.lfs.required=false", "-c", "credential.interactive=never",
)  # fmt: skip

_KEPT: Final = frozenset(
    {"GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_SSL_CERT", "GIT_SSL_KEY",
     "GIT_SSL_NO_VERIFY", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"}
)  # fmt: skip


class Bounds(NamedTuple):
    """What one clone may take."""

    seconds: float = 180.0
    bytes: int = 256 * _MIB
    files: int = 20_000


class Wanted(NamedTuple):
    """What is to be cloned."""

    url: str
    ref: str = ""
    """A branch, a tag or a whole commit id; empty: what the repository says itself."""


class CannotClone(Exception):  # noqa: N818 - the reason why one repository can't be graded
    """A repository could not be cloned; the message may be shown."""


def clone_all(wanted: Sequence[Wanted], into: Path, bounds: Bounds | None = None) -> dict[Wanted, Path | str]:
    """Clone several at a time; for each, its folder, or why there is none.

    Raises SandboxError if there is no git.
    """
    if shutil.which("git") is None:
        raise SandboxError("git isn't installed", hint="Install it, or clone the repositories elsewhere.")
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    stopped = threading.Event()

    def one(numbered: tuple[int, Wanted]) -> Path | str:
        number, item = numbered
        try:
            return clone(item, into / f"{number:05}", bounds or Bounds(), stopped.is_set)
        except CannotClone as error:
            return str(error)

    several = list(dict.fromkeys(wanted))
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="clone") as pool:
        try:
            return dict(zip(several, pool.map(one, enumerate(several)), strict=True))
        except BaseException:
            # A Ctrl-C ends what runs, and starts nothing new.
            stopped.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def clone(wanted: Wanted, into: Path, bounds: Bounds, stopped: Callable[[], bool] = lambda: False) -> Path:
    """Clone one commit of one repository into the fresh folder `into`. Raises CannotClone."""
    try:
        where = address(wanted.url)
    except ValueError as error:
        raise CannotClone(str(error)) from None
    if wanted.ref and not _is_ref(wanted.ref):
        raise CannotClone("the branch, tag or commit that is asked for can't be the name of one")
    if stopped():
        raise CannotClone("the batch was interrupted")
    try:
        return _Clone(where, into, bounds, stopped).make(wanted.ref or "HEAD")
    except BaseException:
        shutil.rmtree(into, ignore_errors=True)
        raise


def _is_ref(text: str) -> bool:
    odd = set(" ~^:?*[\\\x7f")
    return (
        len(text) <= 255  # noqa: PLR2004 - no file system has longer names
        and text[0] not in "-+/."
        and ".." not in text
        and "@{" not in text
        and text.isprintable()
        and not odd & set(text)
    )


class _Clone:
    def __init__(self, where: Address, into: Path, bounds: Bounds, stopped: Callable[[], bool]) -> None:
        self._where = where
        self._into = into
        self._bounds = bounds
        self._stopped = stopped
        self._end = time.monotonic() + bounds.seconds
        self._excess = ""

    def make(self, ref: str) -> Path:
        into = str(self._into)
        self._git("init", "--quiet", "--template=", "--", into)
        self._git(
            "-C", into, "fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules",
            "--no-write-commit-graph", "--end-of-options", self._where.url, ref,
        )  # fmt: skip
        self._git("-C", into, "checkout", "--quiet", "--force", "--detach", "FETCH_HEAD")
        return self._into

    def _git(self, *arguments: str) -> None:
        left = self._end - time.monotonic()
        done = run(
            [*_GIT, *arguments],
            timeout=max(left, 0.01),
            env=self._environment(),
            max_output=64 * 1024,
            max_memory=_MEMORY,
            cancelled=self._should_stop,
        )
        # What was written between the last look and the end counts too.
        if self._excess or (done.exit_code == 0 and self._too_much()):
            raise CannotClone(self._excess)
        if self._stopped():
            raise CannotClone("the batch was interrupted")
        if done.timed_out:
            raise CannotClone(f"not cloned within {self._bounds.seconds:g} s")
        if done.exit_code != 0:
            raise CannotClone(_why(done))

    def _should_stop(self) -> bool:
        return self._stopped() or self._too_much()

    def _too_much(self) -> bool:
        """Whether the folder is larger than it may be."""
        size = files = 0
        waiting = [str(self._into)]
        while waiting and not self._excess:
            try:
                with os.scandir(waiting.pop()) as found:
                    for entry in found:
                        files += 1
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
                        else:
                            size += entry.stat(follow_symlinks=False).st_size
                        if size > self._bounds.bytes:
                            self._excess = f"the repository is larger than {show_bytes(self._bounds.bytes)}"
                        elif files > self._bounds.files:
                            self._excess = f"the repository has more than {self._bounds.files} files"
                        if self._excess:
                            break
            except OSError:
                continue  # git renames and removes while it works
        return bool(self._excess)

    def _environment(self) -> dict[str, str]:
        # The instructor's own settings stay, as far as they say how to reach a server and how to log in.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _KEPT}
        env = {
            **kept,
            "LC_ALL": "C",
            # Nobody is there to be asked; ssh has no terminal to ask on, since the program has a session of its own.
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "true",
            "SSH_ASKPASS": "true",
            "SSH_ASKPASS_REQUIRE": "never",
            "GCM_INTERACTIVE": "never",
            "GIT_ALLOW_PROTOCOL": ":".join(allowed()),
            "GIT_PROTOCOL_FROM_USER": "0",
            "GIT_LFS_SKIP_SMUDGE": "1",
            "GIT_CONFIG_COUNT": "0",
        }
        if self._where.header is not None:
            # Not on the command line, where everybody on this machine could read it.
            env |= {
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": f"http.{self._where.url}.extraHeader",
                "GIT_CONFIG_VALUE_0": self._where.header,
            }
        return env


def _why(done: Finished) -> str:
    lines = [line.strip() for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:", "remote:", "ssh:"))]
    said = shown((telling or lines or [f"git ended with exit code {done.exit_code}"])[0])
    if "couldn't find remote ref HEAD" in said:
        return "the repository has no commits"
    return f"it can't be cloned: {said}"
