"""Where an answer sends its reader, and whether that is still the same server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from grader.core.errors import Failure, Missing
from grader.core.text import quoted

if TYPE_CHECKING:
    from grader.core.web.messages import Reply, Request

MAX_HOPS: Final = 5
"""Redirects that are followed one after the other."""
FOLLOWED: Final = frozenset({301, 302, 303, 307, 308})
"""Status codes with which a client goes on by itself."""
_KEEP_METHOD: Final = frozenset({307, 308})
_PORTS: Final = {"http": 80, "https": 443}
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Place:
    """What a Location means, read in the light of the request that it answers."""

    url: str
    """The whole address."""
    path: str
    """Path and query."""
    port: int | None
    """The port, if it is one of the machine that was asked."""
    tls: bool
    same: bool
    """Whether it is the server that was asked."""

    @property
    def shown(self) -> str:
        """The path with all that follows it, on the server that was asked; else the whole address."""
        _, mark, fragment = self.url.partition("#")
        return f"{self.path}{mark}{fragment}" if self.same else self.url


def place(request: Request, location: str) -> Place:
    """Resolve a Location (RFC 3986) against its request. Raises ValueError for one that is no address."""
    from urllib.parse import urljoin, urlsplit, urlunsplit

    url = urljoin(request.url, location)
    parts = urlsplit(url)
    if parts.scheme not in _PORTS:
        return Place(url, "", None, tls=False, same=False)
    tls = parts.scheme == "https"
    port = parts.port or _PORTS[parts.scheme]
    named = next((value for name, value in request.headers.items() if name.lower() == "host"), None)
    if named is not None and parts.netloc.lower() == named.lower():
        host, port = "localhost", request.port  # the name by which the exercise asks for it
    else:
        host = (parts.hostname or "").lower()
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    same = host in _HERE and port == request.port and tls == request.tls
    return Place(url, path, port if host in _HERE else None, tls, same)


def destination(request: Request, reply: Reply) -> Place:
    """Give where a reply sends to. Raises Failure if it names no place."""
    location = reply.header("Location")
    evidence = (reply.evidence(request),)
    if location is None:
        raise Missing(
            f"{request.label}: the answer has the status {reply.status}, and no header Location that says where to go",
            expected="a header Location",
            actual=", ".join(name for name, _ in reply.headers) or "no headers at all",
            evidence=evidence,
        )
    try:
        return place(request, location)
    except ValueError:
        raise Failure(
            f"{request.label}: the header Location is no address: {quoted(location)}",
            expected="an address, for example /path",
            actual=location,
            evidence=evidence,
        ) from None


def onward(request: Request, reply: Reply) -> Request:
    """Give the request that follows a redirect, as browsers and curl make it.

    Raises Failure for one that leads away from the machine that was asked: nothing else is ever talked to.
    """
    to = destination(request, reply)
    if to.port is None:
        raise Failure(
            f"{request.label}: the redirect leads to another server, {quoted(to.url)}, and isn't followed there",
            expected="a redirect to the same server",
            actual=to.url,
            evidence=(reply.evidence(request),),
        )
    kept = reply.status in _KEEP_METHOD or request.method == "HEAD"
    headers = {name: value for name, value in request.headers.items() if kept or not name.lower().startswith("content")}
    return replace(
        request,
        port=to.port,
        tls=to.tls,
        path=to.path,
        method=request.method if kept else "GET",
        headers=headers,
        body=request.body if kept else b"",
    )
