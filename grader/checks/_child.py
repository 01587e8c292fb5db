"""The process in which an author's tests run: started, talked to, and ended with everything that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import site
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grader.core.clock import remaining
from grader.core.errors import Broken, SandboxError
from grader.core.text import one_line
from grader.core.wire import Channel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.core.setting import Setting

_KEPT: Final = 16 * 1024
"""Bytes of output that are kept, for saying why the process can't be used."""
_PASSED_ON: Final = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")
"""Variables of the caller's that the tests get: what programs need, and nothing secret."""
_NO_ENGINE: Final = "unix:///nonexistent/there-is-no-engine.sock"
_SETTINGS: Final = Path(__file__).parent.parent / "scripted" / "pytest.ini"


class Child:
    """Runs pytest on a file or a folder, and nothing of the user's settings with it."""

    def __init__(self, path: Path, setting: Setting) -> None:
        scratch = setting.scratch / "tests"
        scratch.mkdir(parents=True, exist_ok=True)
        ours, theirs = socket.socketpair()
        self._channel = Channel(ours)
        try:
            with theirs:
                self._process = subprocess.Popen(
                    _command(path, setting, theirs.fileno()),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    env=_environment(setting),
                    cwd=scratch,
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,  # a Ctrl-C reaches the grader alone, which then cleans up in order
                )
        except OSError as error:
            ours.close()
            raise SandboxError(f"the tests can't be started: {error.strerror}") from error
        self._output = bytearray()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        """Take what pytest prints, so that it never waits for a reader; the end of it is kept."""
        assert self._process.stdout is not None  # noqa: S101 - for the type checker: it is a pipe
        with contextlib.suppress(OSError, ValueError):
            while chunk := os.read(self._process.stdout.fileno(), 65536):
                self._output += chunk
                del self._output[:-_KEPT]

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message; what has ended takes none, and says so when it is listened to."""
        with contextlib.suppress(OSError):
            self._channel.send(message, remaining(10))

    def receive(self) -> dict[str, Any]:
        """Wait for a message as long as the check may take. Raises Broken when the process has ended."""
        while True:
            try:
                found = self._channel.receive(remaining(60))
            except TimeoutError:
                continue  # remaining() says when the time is up
            if found is None:
                raise Broken(f"the process of the tests has ended: {self._last_words()}")
            return found

    def _last_words(self) -> str:
        """Say why it has ended; it ends here if it hasn't yet."""
        self._reader.join(1)
        self.end()
        lines = bytes(self._output).decode("utf-8", "replace").splitlines()
        errors = [line for line in lines if line.startswith(("ERROR", "INTERNALERROR", "Fatal", "pytest:"))]
        return one_line(errors[-1], 300) if errors else f"exit code {self._process.returncode}"

    def end(self) -> None:
        """Kill it with all that it started."""
        if self._process.returncode is None:
            # It was not waited for yet, so that its number can't be another process's by now.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._reader.join(1)
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._channel.close()


def _command(path: Path, setting: Setting, descriptor: int) -> list[str]:
    folder = str(setting.exercise.resolve())
    # -P and -B: nothing of the current folder is imported, and nothing is written into the exercise's.
    words = [sys.executable, "-P", "-B", "-m", "pytest", "-c", str(_SETTINGS), "--rootdir", folder]
    words += ["--confcutdir", folder, "-p", "no:cacheprovider", "-p", "grader.scripted.plugin"]
    words += ["--basetemp", str(setting.scratch / "tests" / "tmp"), "--continue-on-collection-errors"]
    return [*words, "--grader-channel", str(descriptor), "--", str(path.resolve())]


def _environment(setting: Setting) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    engine = dict(setting.environment())
    engine.pop("SSH_AUTH_SOCK", None)  # which opens more doors than that to the engine
    scratch = str(setting.scratch / "tests")
    return {
        "DOCKER_HOST": _NO_ENGINE,
        **kept,
        **engine,
        "HOME": engine.get("HOME", scratch),
        "TMPDIR": scratch,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUSERBASE": site.getuserbase(),  # where the grader itself may be, with the old HOME
        "PYTHONUTF8": "1",
    }
