"""What comes from Debian's and npm's packages, where no registry of images can be reached."""

from __future__ import annotations

import os
import shutil
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from grader.core.errors import SandboxError
from grader.core.process import Finished, run
from grader.core.text import decode, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ASK: Final = 30.0
"""Seconds that a question may take."""
_WORK: Final = 600.0
"""Seconds that a step with downloads may take."""
_UNWANTED: Final = ("doc", "info", "locale", "man")
"""What the -slim images leave out of /usr/share."""


def unpack(archive: str, suite: str, architecture: str, include: Sequence[str], hooks: Sequence[str] = ()) -> None:
    """Make a tar of a root file system from Debian packages; `hooks` are mmdebstrap's customize hooks."""
    command = [
        "mmdebstrap",
        "--variant=minbase",
        f"--architectures={architecture}",
        f"--include={','.join(include)}",
        "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
        "--dpkgopt=force-unsafe-io",  # nothing to save here if the machine crashes
        *(f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in _UNWANTED),
        "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        '--customize-hook=rm -f "$1"/var/cache/apt/*.bin',  # docker-clean hides them from mmdebstrap's own cleaning
        *(f"--customize-hook={hook}" for hook in hooks),
        suite,
        archive,
    ]
    # Programs are run from the unpacked folder, which a /tmp mounted with noexec does not allow.
    env = {"TMPDIR": "/var/tmp", **os.environ, **proxies()}  # noqa: S108 - mmdebstrap makes its own folder there
    tool(command, "Unpacking Debian packages", env=env)


def proxies() -> dict[str, str]:
    """Return the proxies that this machine fetches packages through, as environment variables."""
    found = {name: os.environ[name] for name in ("http_proxy", "https_proxy", "no_proxy") if name in os.environ}
    if "http_proxy" not in found and shutil.which("apt-config"):
        command = ["apt-config", "dump", "--format=%v", "Acquire::http::Proxy"]
        proxy = tool(command, "Reading apt's settings", timeout=ASK).stdout.decode().strip()
        if proxy and proxy != "DIRECT":
            found["http_proxy"] = proxy
    return found


_INSTALL: Final = MappingProxyType(
    {
        "mmdebstrap": "Install it (`apt-get install mmdebstrap`), or run ci/setup.",
        "npm": "Install it (`apt-get install npm`), or run ci/setup.",
    }
)
_REPAIR: Final = MappingProxyType(
    {
        "mmdebstrap": "Where you are not root, it needs the package uidmap. Are Debian's packages within reach?",
        "npm": "Is the npm registry within reach? Try `npm ping`.",
    }
)


def tool(
    command: Sequence[str],
    what: str,
    *,
    timeout: float = _WORK,
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
) -> Finished:
    try:
        finished = run(command, timeout=timeout, env={**os.environ, **(env or {})}, cwd=cwd)
    except FileNotFoundError:
        raise SandboxError(
            f"{what} needs `{command[0]}`, which isn't installed.", hint=_INSTALL.get(command[0])
        ) from None
    if finished.timed_out:
        raise SandboxError(f"{what} took longer than {timeout:.0f} s.")
    if finished.exit_code != 0:
        said = decode(finished.stderr or finished.stdout).strip().splitlines()[-12:]
        lines = "\n".join(one_line(line, 300) for line in said)
        raise SandboxError(f"{what} failed with exit code {finished.exit_code}:\n{lines}", hint=_REPAIR.get(command[0]))
    return finished
