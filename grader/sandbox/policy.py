"""What a Dockerfile may not ask for, decided before the build: afterwards the daemon has fetched it already.

An image or a download that the exercise doesn't offer is an ordinary mistake: the build check fails and explains it.
An attempt to get at the host or its network is none: PolicyError rejects the submission, and a person looks.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from grader.core import references
from grader.core.errors import Failure, PolicyError
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.dockerfile import Dockerfile, Reference

_FRONTEND: Final = ("docker/dockerfile", "docker.io/docker/dockerfile")
"""The official frontend. It isn't fetched: the engine's own builder understands the same language."""
_SYNTAX: Final = re.compile(r"\s*(?:#|//)\s*syntax\s*=", re.IGNORECASE)
_GRABS: Final = re.compile(r"--(?:network=host|security=insecure|device(?:=.*)?)", re.IGNORECASE | re.DOTALL)
"""Options of RUN that reach for the host."""
_SECRETS: Final = frozenset({"secret", "ssh"})
"""Types of mounts that hold what belongs to whoever runs the build."""
_SSH: Final = re.compile(r"[\w.-]+@([^/:]+):")
_INTERNAL: Final = ("localhost", "internal", "local", "localdomain")
"""Top-level domains that name this machine or its neighbours: `host.docker.internal`, `metadata.google.internal`."""


class Refused(Failure):
    """The build was not run; `rule` names the reason: `images`, `downloads`, `syntax` or `privileges`."""

    def __init__(self, rule: str, message: str, *, expected: str, actual: str, hint: str) -> None:
        super().__init__(message, expected=expected, actual=actual, hint=hint)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules for one exercise."""

    images: Sequence[str]
    """The only images that a build may read."""

    def check(self, dockerfile: Dockerfile) -> None:
        """Raise PolicyError for an attempt to get out, else Refused for the first thing that breaks a rule."""
        attempts(dockerfile)
        self._syntax(dockerfile)
        for reference in references.images(dockerfile):
            self._image(reference)
        for reference in references.downloads(dockerfile):
            raise Refused(
                "downloads",
                f"line {reference.line}: ADD may not download {quoted(reference.written)}",
                expected="files that come with the submission",
                actual=reference.written,
                hint="Put the file into your folder and COPY it.",
            )
        for reference in references.privileges(dockerfile):
            raise Refused(
                "privileges",
                f"line {reference.line}: RUN {quoted(reference.written)} is not allowed here",
                expected="RUN without access to the host",
                actual=reference.written,
                hint="Leave the option out.",
            )

    def _image(self, reference: Reference) -> None:
        allowed = {references.normalize(name) for name in self.images} | {references.SCRATCH}
        if reference.value and references.normalize(reference.value) in allowed:
            return
        unclear = "" if reference.value else " (what it stands for can't be worked out)"
        raise Refused(
            "images",
            f"line {reference.line}: {reference.where} {quoted(reference.written)} is not one of the images "
            f"that this exercise allows{unclear}",
            expected=", ".join(self.images) or "no base image but scratch",
            actual=reference.value or reference.written,
            hint=f"Use {' or '.join(self.images) or 'scratch'}.",
        )

    def _syntax(self, dockerfile: Dockerfile) -> None:
        if dockerfile.syntax is None or dockerfile.syntax.partition(":")[0].lower() in _FRONTEND:
            return
        raise Refused(
            "syntax",
            f"the line '# syntax=' asks for a foreign build program: {quoted(dockerfile.syntax)}",
            expected="no '# syntax=' line, or docker/dockerfile",
            actual=dockerfile.syntax,
            hint="Remove the '# syntax=' line.",
        )


def attempts(dockerfile: Dockerfile) -> None:
    """Raise PolicyError for an attempt to get out, whether or not anything is built."""
    for reference in references.privileges(dockerfile):
        mounts = reference.written.startswith("--mount=") and reference.value.lower() in _SECRETS
        if mounts or _GRABS.fullmatch(reference.written):
            raise PolicyError(
                f"line {reference.line}: RUN {quoted(reference.written)} asks for access to the host",
                hint="Leave the option out: nothing in the exercise needs it.",
            )
    for reference in references.downloads(dockerfile):
        if reference.value and _is_internal(reference.value):
            raise PolicyError(
                f"line {reference.line}: ADD {quoted(reference.written)} asks for an address inside the network "
                "in which submissions are graded",
                hint="Put the file into your folder and COPY it.",
            )


def _is_internal(address: str) -> bool:
    """Whether an address can only mean this machine, its network or its cloud."""
    host = _host(address)
    if host is None:
        return False
    if host.rpartition(".")[2] in _INTERNAL:
        return True
    try:
        # Not only 127.0.0.1: system resolvers also take 127.1, 2130706433 and 0x7f000001.
        found: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(socket.inet_aton(host))
    except OSError:
        try:
            found = ipaddress.ip_address(host.partition("%")[0])
        except ValueError:
            return False
    return not (getattr(found, "ipv4_mapped", None) or found).is_global


def _host(address: str) -> str | None:
    try:
        host = urlsplit(address).hostname
    except ValueError:
        return None
    ssh = _SSH.match(address)
    if not host and ssh is not None:
        host = ssh[1].lower()
    return host.rstrip(".") if host else None


def without_syntax(text: str) -> str:
    """Take the `# syntax=` lines off the top, keeping line numbers: fetching the frontend would need a network.

    Whatever stands where one was would end the directives for BuildKit, so the gap is closed and filled below them.
    """
    lines = text.removeprefix("\ufeff").split("\n")
    end = next((n for n, line in enumerate(lines) if line.strip() and not line.lstrip().startswith(("#", "//"))), 0)
    kept = [line for line in lines[:end] if not _SYNTAX.match(line)]
    return "\n".join([*kept, *["#"] * (end - len(kept)), *lines[end:]])
