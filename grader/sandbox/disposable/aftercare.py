"""What is done to a warm engine after a lease, in a process of its own: nobody has to wait for it.

The process inherits the record's lock, so that nobody takes the engine in between. If it is killed, the record says
that the engine isn't as new, and whoever takes it next starts it afresh.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Final

from grader.core.errors import GraderError, TimedOut
from grader.sandbox.disposable import pool, records
from grader.sandbox.engine import Engine, connect

if TYPE_CHECKING:
    from grader.sandbox.disposable.records import Held

_running: Final[list[subprocess.Popen[bytes]]] = []
"""Those whose end nobody has heard of yet."""


@atexit.register
def _leave() -> None:
    """Have nobody complain of those that outlive us: they are meant to."""
    for one in _running:
        if one.poll() is None:
            one.returncode = 0


def begin(held: Held) -> None:
    """Start the process and hand the record over to it."""
    _running[:] = [one for one in _running if one.poll() is None]
    number = held.hand_over()
    # -P: nothing is imported from the folder that somebody happens to be in.
    command = [sys.executable, "-P", "-m", __name__, held.record.name, str(number)]
    # Without it, the next one who takes the engine starts it afresh.
    with suppress(OSError):
        _running.append(
            subprocess.Popen(
                command,
                pass_fds=(number,),
                start_new_session=True,  # a Ctrl-C is not for it
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
    held.release()


def main(name: str, number: int) -> None:
    """See to one engine."""
    held = records.adopt(name, number)
    record = held.record
    with suppress(GraderError, TimedOut), closing(_host(record.host)) as host:
        pool.refresh(host, held, lambda _: None, record.why)


def _host(address: str) -> Engine:
    host = connect()
    if host.address == address:
        return host
    host.close()
    return Engine(address)


if __name__ == "__main__":
    os.chdir("/")
    main(sys.argv[1], int(sys.argv[2]))
