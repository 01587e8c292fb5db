"""A request and its reply."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from grader.core.result import Evidence
from grader.core.text import clip, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BODY: Final = 1024 * 1024
"""Bytes of body that are read; a longer one is cut."""
_SHOWN_BODY: Final = 2_000
_USUAL: Final = ("Host", "User-Agent", "Accept", "Connection")
# Codecs by names that a server chooses would include some that take quadratic time.
_CHARSETS: Final = frozenset({"utf-8", "utf8", "us-ascii", "iso-8859-1", "latin1", "windows-1252", "utf-16"})
_CHARSET: Final = re.compile(r"charset=\"?([a-z0-9_-]{1,20})")


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: the same as `curl` would, so that a person can repeat it."""

    port: int
    """The port as the student knows it."""
    path: str = "/"
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    tls: bool = False
    auth: tuple[str, str] | None = None
    """Name and password (RFC 7617)."""

    @property
    def label(self) -> str:
        """The request inside a sentence: `GET / on port 3000`."""
        return f"{self.method} {one_line(self.path)} on port {self.port}"

    @property
    def scheme(self) -> str:
        """How the address begins."""
        return "https" if self.tls else "http"

    @property
    def url(self) -> str:
        """The address on one's own machine."""
        return f"{self.scheme}://localhost:{self.port}{self.path}"

    def lines(self) -> list[str]:
        """Give request line and headers."""
        # `close` makes the end of a reply without a length plain. No Accept-Encoding: nothing is ever decompressed.
        headers = {"Host": f"localhost:{self.port}", "User-Agent": "curl/8.7.1", "Accept": "*/*", "Connection": "close"}
        if self.body or self.method in {"POST", "PUT", "PATCH"}:
            headers["Content-Length"] = str(len(self.body))
        if self.auth is not None:
            headers["Authorization"] = f"Basic {_base64(':'.join(self.auth))}"
        named = {name.lower(): (name, value) for name, value in headers.items()}
        named |= {name.lower(): (name, value) for name, value in self.headers.items()}
        return [f"{self.method} {self._target()} HTTP/1.1", *(f"{name}: {value}" for name, value in named.values())]

    def raw(self) -> bytes:
        """Give the bytes that go over the wire."""
        return "\r\n".join([*self.lines(), "", ""]).encode("utf-8") + self.body

    def curl(self, port: str | int | None = None, *options: str) -> str:
        """Give the command that sends the same request to a port on one's own machine; default: its own."""
        import shlex

        # Certificates in exercises are seldom signed by anyone whom curl would trust.
        words = ["curl", *(["-k"] if self.tls else []), "-I" if self.method == "HEAD" else "-i", *options]
        words += [] if self.method in {"GET", "HEAD"} else ["-X", self.method]
        words += ["-u", ":".join(self.auth)] if self.auth is not None else []
        for name, value in self.headers.items():
            words += ["-H", f"{name}: {value}"]
        words += ["--data-raw", self.body.decode("utf-8", "replace")] if self.body else []
        return shlex.join([*words, f"{self.scheme}://localhost:{port or self.port}{self.path}"])

    def _target(self) -> str:
        from urllib.parse import quote

        return quote(self.path, safe="/%?&=+:;,@!$'()*~[]#")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, complete or cut at `MAX_BODY`."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool = False

    def all(self, name: str) -> list[str]:
        """Give the values of every header of a name."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name: str) -> str | None:
        """Give a header's value; several of one name are joined, as HTTP allows."""
        values = self.all(name)
        return ", ".join(values) if values else None

    @property
    def text(self) -> str:
        """The body as text, in the charset that the server names if it is a common one."""
        named = _CHARSET.search((self.header("Content-Type") or "").lower())
        charset = named[1] if named is not None and named[1] in _CHARSETS else "utf-8"
        return self.body.decode(charset, "replace")

    def evidence(self, request: Request) -> Evidence:
        """Write the exchange down as `curl -v` would show it, without the headers that are always sent."""
        chosen = {name.lower() for name in request.headers}
        usual = [f"{name}:" for name in _USUAL if name.lower() not in chosen]
        sent = [f"> {line}" for line in request.lines() if not line.startswith(tuple(usual))]
        got = [f"< {self.status} {self.reason}", *(f"< {name}: {value}" for name, value in self.headers)]
        cut = [f"[… cut after {MAX_BODY} bytes …]"] if self.truncated else []
        text = "\n".join([*sent, *got, "", clip(self.text, _SHOWN_BODY), *cut])
        return Evidence(kind="http", title=request.label, text=text)


def _base64(text: str) -> str:
    from base64 import b64encode

    return b64encode(text.encode()).decode()
