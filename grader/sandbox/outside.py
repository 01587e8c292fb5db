"""What a container does, seen from outside: its processes and the addresses it listens on.

Tools inside a student's image may be missing, or lie.
"""

from __future__ import annotations

import contextlib
import ipaddress
from typing import TYPE_CHECKING, Final

from grader.core.errors import Failure, SandboxError, TimedOut
from grader.core.facts import Command, Listener, Process
from grader.sandbox.errors import translated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.core.facts import Completed
    from grader.sandbox.engine import Engine

_LISTENING: Final = {"tcp": "0A", "udp": "07"}
"""The state of a socket that waits for others, in the kernel's tables (include/net/tcp_states.h).

TCP_LISTEN; a UDP socket that is bound and not connected has TCP_CLOSE.
"""
_UID: Final = 7
"""The column of the user, of those that are separated by blanks."""
_NOT_RUNNING: Final = 409
"""The engine's answer for a container that has ended meanwhile."""
_DIGITS: Final = 10
"""Of the largest user number."""


def processes(engine: Engine, container: str, names: Mapping[int, str]) -> tuple[Process, ...]:
    """Give a container's processes, its main one first; `names` are the users of the image."""
    from docker.errors import APIError

    with translated("listing processes"):
        try:
            table = engine.api.top(container, ps_args="-eo pid,ppid,uid,args")
        except APIError as error:
            # One that ends while it is asked has the engine stumble in several ways.
            if error.status_code != _NOT_RUNNING and engine.api.inspect_container(container)["State"]["Running"]:
                raise
            return ()
    rows = [row for row in table.get("Processes") or () if len(row) >= 4]  # noqa: PLR2004 - the columns asked for
    own = {row[0] for row in rows}
    # PID 1 is the one whose parent is outside the container; the engine lists by number, and numbers wrap around.
    rows.sort(key=lambda row: (row[1] in own, int(row[0])))
    return tuple(
        Process(pid=int(row[0]), user=names.get(int(row[2]), row[2]), argv=" ".join(row[3:]), uid=int(row[2]))
        for row in rows
    )


def users(passwd: bytes) -> dict[int, str]:
    """Read user names by number from an /etc/passwd; 0 is root even where that says nothing."""
    found: dict[int, str] = {}
    for line in passwd.decode("utf-8", "replace").splitlines():
        fields = line.split(":")
        # Name, password, number; Python refuses to read very long ones.
        if len(fields) > 2 and fields[2].isdecimal() and len(fields[2]) <= _DIGITS:  # noqa: PLR2004
            found.setdefault(int(fields[2]), fields[0])
    found.setdefault(0, "root")
    return found


def listeners(
    engine: Engine, pid: int, execute: Callable[[Command], Completed], protocol: str = "tcp", *, surely: bool = False
) -> tuple[Listener, ...]:
    """Give the addresses on which a container's processes listen; `pid` is its main process on the engine's host.

    Where the engine's `/proc` can't be read from here, the table is read with the image's own `cat`, if it has one;
    if not, that raises SandboxError with `surely`, and gives none without.
    """
    if engine.sees_sockets:
        return seen_listeners(engine, pid, protocol)
    paths = (f"/proc/net/{protocol}", f"/proc/net/{protocol}6")
    try:
        table = execute(Command(argv=("cat", *paths))).stdout
    except TimedOut:
        raise
    except Failure:
        return ()  # it has ended meanwhile
    if surely and not table:  # the kernel's have at least their heads
        raise SandboxError(
            "this engine does not show on which ports a container listens, and there is no cat in the image",
            hint="Grade on the machine that the engine runs on, or with --engine isolated.",
        )
    return _sorted(_parse(table, protocol))


def seen_listeners(engine: Engine, pid: int, protocol: str = "tcp") -> tuple[Listener, ...]:
    """Read the addresses where the engine can see them; none when the process has gone."""
    return _sorted(_parse("\n".join(engine.tables(pid, protocol)), protocol))


def _sorted(found: list[Listener]) -> tuple[Listener, ...]:
    return tuple(sorted(set(found), key=lambda one: (one.port, one.address)))


def _parse(table: str, protocol: str) -> list[Listener]:
    found = []
    for line in table.splitlines():
        fields = line.split()
        if len(fields) > 3 and fields[3] == _LISTENING[protocol]:  # noqa: PLR2004 - number, local, remote, state
            address, _, port = fields[1].rpartition(":")
            with contextlib.suppress(ValueError):
                # Docker's own resolver on user-made networks listens on 127.0.0.11.
                if (shown := _address(address)) != "127.0.0.11":
                    found.append(Listener(shown, int(port, 16), _user(fields)))
    return found


def _user(fields: list[str]) -> int | None:
    number = fields[_UID] if len(fields) > _UID else ""
    return int(number) if number.isdecimal() and len(number) <= _DIGITS else None


def _address(raw: str) -> str:
    """Turn the kernel's words of native (little) byte order into an address."""
    packed = bytes.fromhex(raw)
    swapped = b"".join(packed[start : start + 4][::-1] for start in range(0, len(packed), 4))
    address = ipaddress.ip_address(swapped)
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
