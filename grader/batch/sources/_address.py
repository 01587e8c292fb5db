"""Addresses of git repositories, as students type them: which may be cloned, and how they are shown."""

from __future__ import annotations

import base64
import os
import re
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from grader.core.text import one_line

PROTOCOLS: Final = "GRADER_GIT_PROTOCOLS"
"""The variable that allows other protocols than https and ssh, as in `https:ssh:http`."""
_ALWAYS: Final = ("https", "ssh")
_POSSIBLE: Final = frozenset({"https", "ssh", "http", "file"})
_MAX: Final = 2_000
_HOST: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])")
_USER: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}")
_SCP: Final = re.compile(r"(?:(?P<user>[^@/:\s]{1,64})@)?(?P<host>[^@/:\s]{1,253}):(?P<path>[^:\s][^\s]*)")
# A page of a repository, as it stands in the address bar of a browser.
_PAGE: Final = re.compile(r"/(?:-/)?(?:tree|blob|commits?|pull|issues|merge_requests|src/branch)/")
_USERINFO: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)[^/\s@]*@")
_QUERY: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://[^\s?#]*)[?#][^\s]*")


class Address(NamedTuple):
    """A repository that may be cloned."""

    url: str
    """Without a password, so that it can stand on a command line and in messages."""
    header: str | None = None
    """What a web server is told about who asks, where the address had a password or a token in it."""


def allowed() -> tuple[str, ...]:
    """Name the protocols that may be used."""
    asked = os.environ.get(PROTOCOLS, "")
    return tuple(name for name in asked.split(":") if name in _POSSIBLE) or _ALWAYS


def address(text: str) -> Address:
    """Read an address. Raises ValueError, in words for the instructor, if it isn't one to clone from."""
    text = text.strip()
    if not text or len(text) > _MAX or not text.isprintable() or " " in text:
        raise ValueError("it is not the address of a git repository")
    scp = _SCP.fullmatch(text)
    if "://" not in text and scp is not None and "::" not in text:
        return _scp(scp)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("it is not the address of a git repository") from None
    if parts.scheme not in allowed():
        names = " or ".join(allowed())
        raise ValueError(f"only addresses with {names} are cloned, not with {one_line(parts.scheme, 20) or 'none'}")
    if parts.scheme == "file":
        return Address(f"file://{parts.path}")
    if not _HOST.fullmatch(host if ":" not in host else f"[{host}]") or not parts.path.strip("/"):
        raise ValueError("it names no host or no repository")
    if _PAGE.search(f"{parts.path}/"):
        raise ValueError("it is the address of a page, not of a repository: leave out what follows its name")
    where = f"{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}"
    if parts.scheme == "ssh":
        user = _user(parts.username)
        return Address(f"ssh://{user}{where}{parts.path}")
    header = None
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        header = f"Authorization: Basic {base64.b64encode(pair.encode()).decode()}"
    return Address(f"{parts.scheme}://{where}{parts.path}", header)


def _scp(match: re.Match[str]) -> Address:
    if "ssh" not in allowed() or not _HOST.fullmatch(match["host"]) or match["path"].startswith("-"):
        raise ValueError("it is not the address of a git repository")
    return Address(f"{_user(match['user'])}{match['host']}:{match['path']}")


def _user(name: str | None) -> str:
    if name is None:
        return ""
    if not _USER.fullmatch(name):
        raise ValueError("it names a user whose name can't be one")
    return f"{name}@"


def shown(text: str) -> str:
    """Take passwords and tokens out of every address in a text."""
    return one_line(_QUERY.sub(r"\1", _USERINFO.sub(r"\1", text)), 300)


def owner_and_name(url: str) -> tuple[str, str] | None:
    """Give whose a repository is and what it is called, by its address."""
    path = url.partition("://")[2].partition("/")[2] if "://" in url else url.partition(":")[2]
    parts = [part for part in path.strip("/").removesuffix(".git").split("/") if part]
    return (parts[-2], parts[-1]) if len(parts) > 1 else None
