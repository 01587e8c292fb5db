"""The `listens` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, model_validator

from grader.checks import _container
from grader.checks._problems import Problem, compare, report
from grader.core.check import Check
from grader.core.errors import SandboxError
from grader.core.matchers import Expectation
from grader.core.specs import Port

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.core.abilities import Containers
    from grader.core.facts import Listener
    from grader.core.handles import Container
    from grader.core.matching import Matcher


_ADDRESS: Final = frozenset("0123456789abcdef.:")


def _word(wanted: Matcher) -> Matcher:
    if isinstance(wanted.raw, str) and wanted.raw not in {"any", "loopback"} and not _ADDRESS.issuperset(wanted.raw):
        raise ValueError("address takes any, loopback, an address or an expectation on one")
    return wanted


class Listens(Check):
    """Passes if the container's processes listen on the ports that they should, on the right addresses.

    The kernel is asked, from outside: nothing runs in the container, and no port has to be published.
    So it also tells what can't be reached: a port on 127.0.0.1, or one that is left open and nobody knows of.
    [port](#port) says whether a published port can be reached from outside, which is another question.
    Where the engine can't see into containers, the image's own `cat` reads the kernel's tables.
    If the image has none, the check ends in an error there.
    Docker's own resolver in a container doesn't count.
    """

    example: ClassVar[str] = """
    - {id: web-only, kind: listens, ports: [3000], address: any, only: true, within: 5s}
    - {id: admin-inside, kind: listens, ports: [9000], address: loopback}
    - {id: dns, kind: listens, protocol: udp, ports: [53]}
    """

    kind: Literal["listens"] = "listens"
    ports: tuple[Port, ...] = ()
    """Ports on which something must listen."""
    address: Annotated[Expectation, AfterValidator(_word)] | None = None
    """On which address each of `ports` must be open: `any` is all of the container's, `loopback` is only its own
    (127.0.0.1 or ::1); or an expectation on the address as text."""
    only: bool = False
    """No other port may be open, on any address."""
    absent: tuple[Port, ...] = ()
    """Ports on which nothing may listen."""
    user: Expectation | None = None
    """The user whose process opened each of `ports`: its name in the container, or else its number."""
    protocol: Literal["tcp", "udp"] = "tcp"
    """What is spoken there; over UDP, to listen is to have a port without being connected to anyone."""

    @model_validator(mode="after")
    def _asks_something(self) -> Listens:
        if not self.ports and not self.absent and not self.only:
            raise ValueError("asks for nothing: name ports, absent or only")
        if not self.ports and (self.address is not None or self.user is not None):
            raise ValueError("address and user say something about ports, and there are none")
        both = set(self.ports) & set(self.absent)
        if both:
            raise ValueError(f"port {min(both)} can't be in ports and in absent")
        return self

    @property
    def asked_port(self) -> int | None:
        # One that may be open inside only is not to be explained as hidden by mistake.
        for_all = self.address is None or self.address.raw == "any"
        closes = self.only or bool(self.absent)
        return self.ports[0] if self.ports and self.protocol == "tcp" and for_all and not closes else None

    def run(self, target: Containers) -> None:
        look = f"docker run --rm --network container:CONTAINER busybox netstat -ln{self.protocol[0]}"
        with _container.reproducible(*_container.steps(target, self.in_, look)):
            if self.ports:
                container = _container.serving(target, self.in_, expected=self._wanted)
            else:
                container = _container.running(target, self.in_)
            listeners = container.listeners(self.protocol, surely=True)
            if self.ports and not listeners:
                _container.alive(container, _container.settled(container, again=self.within is not None))
            report(self._problems(container, listeners), evidence=() if listeners else _container.log(container))

    @property
    def _wanted(self) -> str:
        return f"a process that listens on {self._named(self.ports)}"

    def _named(self, ports: Sequence[int]) -> str:
        kind = "UDP port" if self.protocol == "udp" else "port"
        return " and ".join(f"{kind} {port}" for port in ports)

    def _problems(self, container: Container, listeners: Sequence[Listener]) -> Iterator[Problem]:
        found = _listening(listeners, self.protocol)
        for port in self.ports:
            here = [one for one in listeners if one.port == port]
            if not here:
                yield Problem(
                    str(port),
                    f"nothing listens on {self._named([port])}: {found}",
                    f"something listens on {self._named([port])}",
                    found,
                )
                continue
            yield from self._address(port, here)
            yield from self._user(port, here, container)
        open_ports = {one.port for one in listeners}
        others = open_ports - set(self.ports) if self.only else open_ports & set(self.absent)
        for port in sorted(others):
            yield Problem(
                str(port),
                f"{self._named([port])} is open and should not be: {found}",
                f"nothing listens on {self._named([port])}",
                found,
            )

    def _address(self, port: int, here: Sequence[Listener]) -> Iterator[Problem]:
        if self.address is None:
            return
        shown = " and ".join(sorted(one.address for one in here))
        name = self._named([port])
        if self.address.raw == "any":
            if not any(one.address in {"0.0.0.0", "::"} for one in here):  # noqa: S104 - what is looked for
                message = f"{name} is open on {shown} only, and should be on every address of the container"
                yield Problem(str(port), message, "0.0.0.0 or ::", shown)
        elif self.address.raw == "loopback":
            if not all(one.loopback for one in here):
                message = f"{name} is open on {shown}, and should be reachable only from inside the container"
                yield Problem(str(port), message, "127.0.0.1 or ::1", shown)
        elif all(self.address.problem(one.address) is not None for one in here):
            yield from compare(f"the address of {name}", here[0].address, self.address)

    def _user(self, port: int, here: Sequence[Listener], container: Container) -> Iterator[Problem]:
        if self.user is None:
            return
        # In an image without /etc/passwd nobody has a name, and root is root all the same.
        names = {0: "root"} | {one.uid: one.user for one in container.processes() if one.uid}
        for uid in dict.fromkeys(one.uid for one in here):
            if uid is None:
                raise SandboxError("this engine does not show who opened a port")
            yield from compare(f"the user who opened {self._named([port])}", names.get(uid, str(uid)), self.user)


def _listening(listeners: Sequence[Listener], protocol: str) -> str:
    if protocol == "tcp":
        return _container.listening(listeners)
    if not listeners:
        return "nothing in the container has a UDP port"
    return f"the container has the UDP ports {', '.join(str(port) for port in sorted({o.port for o in listeners}))}"
