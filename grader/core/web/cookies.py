"""The cookies of one client, as a server sets them (RFC 6265), in as much as one server can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.core.web.messages import Reply

MAX_COOKIES: Final = 50
MAX_COOKIE: Final = 4096
"""Characters of name and value; browsers keep no more either."""


class Jar:
    """Keeps cookies; nothing of theirs is kept that could not stand in a header."""

    def __init__(self) -> None:
        self._cookies: dict[str, tuple[str, str]] = {}

    def take(self, reply: Reply) -> None:
        """Keep, replace and forget cookies as a reply says."""
        for line in reply.all("Set-Cookie"):
            pair, *attributes = line.split(";")
            name, _, value = (part.strip() for part in pair.partition("="))
            if not name or len(pair) > MAX_COOKIE or not pair.isprintable():
                continue
            said = dict(_attribute(one) for one in attributes[:20])
            if _over(said):
                self._cookies.pop(name, None)
            elif name in self._cookies or len(self._cookies) < MAX_COOKIES:
                path = said.get("path", "")
                self._cookies[name] = (value, path if path.startswith("/") else "/")

    def headers(self, path: str) -> dict[str, str]:
        """Give the header for a request of a path; none if there is nothing to send."""
        bare = path.partition("?")[0]
        fitting = [f"{name}={value}" for name, (value, below) in self._cookies.items() if _is_below(bare, below)]
        return {"Cookie": "; ".join(fitting)} if fitting else {}


def set_by(reply: Reply, name: str) -> str | None:
    """Give the value that a reply sets a cookie to."""
    found = None
    for line in reply.all("Set-Cookie"):
        key, _, value = line.partition(";")[0].partition("=")
        if key.strip() == name:
            found = value.strip()
    return found


def _attribute(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip().lower(), value.strip()


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder if folder.endswith("/") else f"{folder}/")


def _over(said: Mapping[str, str]) -> bool:
    """Whether the attributes of a cookie say that it has expired: so servers delete one."""
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    age = said.get("max-age")
    if age is not None:
        return age == "0" or age.startswith("-")
    try:
        when = parsedate_to_datetime(said.get("expires", "")[:64])
    except (ValueError, TypeError, IndexError, OverflowError):
        return False
    return when.replace(tzinfo=when.tzinfo or UTC) < datetime.now(UTC)
