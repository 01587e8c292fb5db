"""A conversation with a server over HTTP: requests one after the other, or many at once, by one client."""

from __future__ import annotations

import threading
import time
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from grader.checks import _captures, _spawned
from grader.checks._http_exchange import Visit
from grader.core.clock import remaining
from grader.core.errors import Failure, Missing, SandboxError, TimedOut
from grader.core.matching import text
from grader.core.text import quoted
from grader.core.web import exchange
from grader.core.web.cookies import Jar
from grader.core.web.redirects import FOLLOWED, MAX_HOPS, onward, place

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.checks._captures import Value
    from grader.checks._http_exchange import Exchange
    from grader.checks._server import Server
    from grader.core.handles import Container
    from grader.core.web import Reply, Request

_SETTLE: Final = 5.0
"""Seconds more than a request may take, until a thread that makes one is given up."""
_POLL: Final = 0.05


class Talk:
    """What has been said, and what the next request needs of it."""

    def __init__(self, check: Server, *, cookies: bool) -> None:
        self.values: dict[str, Value] | None = None
        """What was captured; None where nothing is."""
        self.typed: list[Callable[[str], str]] = []
        """The commands that say the same, each for a port of one's own machine."""
        self._check = check
        self._jar = Jar() if cookies else None
        self._places: dict[str, tuple[str, list[str]]] = {}
        self._origins: dict[str, Request] = {}

    def request(self, part: Exchange) -> Request:
        """Give what a part of the exercise sends now, and remember how a person sends it."""
        port, tls = self._check.known_port, bool(self._check.tls)
        name = None if self.values is None else _captures.leading(part.path)
        lead = "" if name is None else self._led(name)
        request = part.request(port, self.values, tls=tls, lead=lead)
        self._remember(part, port, tls=tls)
        return self._with_cookies(part, request)

    def _remember(self, part: Exchange, port: int, *, tls: bool) -> None:
        """Write down how a person sends it, for whom the server will have other values than it had here."""
        shown = {name: name.upper() for name in self.values or ()}
        used = _captures.names([part.path, part.request_headers, part.request_body, part.request_json])
        for name in dict.fromkeys(used):
            place, notes = self._places.pop(name, ("", []))  # said once
            notes.append(f"# {shown[name]}: in this answer, {place}")
        lead = "/" + shown.get(_captures.leading(part.path) or "", "")
        request = part.request(port, None if self.values is None else shown, tls=tls, lead=lead)
        self.typed.append(partial(_command, request, part, self._jar is not None))

    def capture(self, name: str, value: Value, place: str, visit: Visit) -> None:
        """Keep a value for the requests that follow."""
        self.values = {**(self.values or {}), name: value}
        notes: list[str] = []
        self.typed.append(lambda _: "\n".join(notes))
        self._places[name] = (place, notes)
        self._origins[name] = visit.request

    def _led(self, name: str) -> str:
        """Give the path that a captured one leads to, on the same server."""
        found = text((self.values or {})[name])
        try:
            to = place(self._origins[name], found)
        except ValueError:
            to = None
        if to is None or not to.same:
            raise Failure(
                f"the next request should go to {name}, which is {quoted(found)}: no address on the same server",
                expected="an address on the same server, for example /path",
                actual=found,
            )
        return to.path

    def exchange(self, container: Container, part: Exchange) -> Visit:
        """Send what a part of the exercise says, once or often, and judge what comes back; gives an answer."""
        request = self.request(part)
        if part.concurrent is not None:
            return self._at_once(container, part, request, part.concurrent)
        visit = self._visit(container, part, request)
        part.judge(visit, self.values)
        part.judge_time(visit.request.label, visit.seconds)
        return visit

    def _visit(self, container: Container, part: Exchange, request: Request) -> Visit:
        started, first = time.monotonic(), request
        end = started + remaining(self._check.patience)
        for _ in range(MAX_HOPS + 1):
            reply = self._ask(container, request, end)
            if self._jar is not None and part.concurrent is None:
                self._jar.take(reply)
            if not part.follow or reply.status not in FOLLOWED:
                return Visit(request, reply, time.monotonic() - started)
            request = self._with_cookies(part, onward(request, reply))
        raise Failure(
            f"{first.label}: after {MAX_HOPS} redirects there is another one, to {quoted(request.path)}",
            expected=f"at most {MAX_HOPS} redirects",
            actual="more, perhaps in a circle",
            evidence=(reply.evidence(request),),
        )

    def _ask(self, container: Container, request: Request, end: float) -> Reply:
        way = self._check.way(container, request.port, tls=request.tls)
        try:
            return exchange(way, request, max(end - time.monotonic(), 0.001))
        except Missing as failure:
            raise self._check.unanswered(container, failure, request.port) from None
        except TimedOut:
            raise
        except Failure as failure:  # an answer that breaks off
            if not self._check.ended(container, failure):
                self._check.other_protocol(container, failure, request.port)
            raise

    def _with_cookies(self, part: Exchange, request: Request) -> Request:
        if self._jar is None or any(name.lower() == "cookie" for name in part.request_headers):
            return request
        others = {name: value for name, value in request.headers.items() if name != "Cookie"}
        return replace(request, headers={**others, **self._jar.headers(request.path)})

    def _at_once(self, container: Container, part: Exchange, request: Request, count: int) -> Visit:
        def once() -> Visit:
            visit = self._visit(container, part, request)
            part.judge(visit, self.values)
            return visit

        started = time.monotonic()
        ended = together(count, once, remaining(self._check.patience) + _SETTLE)
        seconds = time.monotonic() - started
        good = [one for one in ended if isinstance(one, Visit)]
        bad = [one for one in ended if isinstance(one, Failure)]
        if bad:
            first = bad[0]
            first.message = (
                f"{len(bad)} of {count} requests at once did not get the answer that is expected; "
                f"the first of them: {first.message}"
            )
            raise first
        part.judge_time(f"{count} times {request.label} at once", seconds)
        return good[0]

    def restart(self, container: Container, grace: float) -> None:
        """Restart the container and wait until it serves again."""
        container.restart(grace)
        _spawned.ready(container, "a container that gets ready again", "after the restart: ")
        # Nothing says when a container of the student's own is ready.
        try:
            end = time.monotonic() + remaining(_SETTLE)
            while time.monotonic() < end and not self._listens(container) and container.state().running:
                time.sleep(remaining(_POLL))
        except TimedOut:
            return  # the request that follows says so

    def _listens(self, container: Container) -> bool:
        return any(one.port == self._check.port for one in container.listeners())


def together(count: int, work: Callable[[], Visit], seconds: float) -> list[Visit | Failure]:
    """Do the same in several threads at once, for `seconds` at most; gives what each came to.

    Raises what is nobody's Failure.
    """
    ended: list[Visit | BaseException | None] = [None] * count
    gate = threading.Barrier(count)

    def one(index: int) -> None:
        try:
            gate.wait(_SETTLE)
            ended[index] = work()
        except BaseException as error:  # noqa: BLE001 - it is raised, or counted, by who waits for the thread
            ended[index] = error

    # Daemons: whoever is interrupted does not wait for them. Each knows the check's deadline.
    threads = [threading.Thread(target=partial(copy_context().run, one, n), daemon=True) for n in range(count)]
    try:
        for thread in threads:
            thread.start()
    except RuntimeError:
        gate.abort()
        raise SandboxError(f"this machine can't send {count} requests at once") from None
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(end - time.monotonic(), 0))
    return [_outcome(one) for one in ended]


def _outcome(ended: Visit | BaseException | None) -> Visit | Failure:
    if ended is None:
        return TimedOut("no end of the request within the time limit")
    if isinstance(ended, Visit | Failure):
        return ended
    raise ended


def _command(request: Request, part: Exchange, cookies: bool, port: str) -> str:  # noqa: FBT001 - a partial's
    """Write the command that sends the same as a part of an exercise."""
    options = ["-L"] if part.follow else []
    options += ["-b", "cookies.txt", "-c", "cookies.txt"] if cookies else []
    curl = request.curl(port, *options)
    if part.concurrent is not None:
        return f"time (for i in $(seq {part.concurrent}); do {curl} & done; wait)"
    return f"time {curl}" if part.seconds is not None else curl
