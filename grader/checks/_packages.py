"""Packages, as package managers' own databases and folders in a file system list them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from grader.core.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from grader.core.abilities import Files
    from grader.core.facts import Entry
    from grader.core.specs import Where

Manager: TypeAlias = Literal["apt", "apk", "pip", "npm"]
MANAGERS: Final[tuple[Manager, ...]] = ("apt", "apk", "pip", "npm")

_DATABASE: Final = 16 * 1024 * 1024
"""Bytes of a database that are read."""
_HEAD: Final = 8 * 1024
"""Bytes of a file of metadata that hold its name and version."""
_MANIFEST: Final = 256 * 1024
"""Bytes of a package.json."""
_PIP: Final = tuple(
    f"/**/{folder}/{inside}"
    for folder in ("site-packages", "dist-packages")
    for inside in ("*.dist-info/METADATA", "*.egg-info/PKG-INFO", "*.egg-info")
)
_NPM: Final = ("/**/node_modules/*", "/**/node_modules/@*/*")
_PATTERNS: Final[Mapping[Manager, tuple[tuple[str, int], ...]]] = {
    "apt": (("/var/lib/dpkg/status", _DATABASE), ("/var/lib/dpkg/status.d/*", _HEAD)),
    "apk": (("/lib/apk/db/installed", _DATABASE), ("/usr/lib/apk/db/installed", _DATABASE)),
    "pip": tuple((pattern, _HEAD) for pattern in _PIP),
    "npm": tuple(wish for one in _NPM for wish in ((one, 0), (f"{one}/package.json", _MANIFEST))),
}
_RUNS: Final = re.compile(r"[-_.]+")


class Package(NamedTuple):
    """A package that is installed."""

    manager: Manager
    name: str
    version: str
    """Empty where it can't be read."""
    path: str
    """Where that is written."""


def patterns(managers: Sequence[Manager]) -> dict[str, int]:
    """Give the paths that have to be read, each with the bytes of it."""
    return {pattern: keep for manager in managers for pattern, keep in _PATTERNS[manager]}


def read(target: Files, managers: Sequence[Manager], container: str | Where | None) -> list[Package]:
    """Give what is installed, by manager and name. Raises Failure for a database that is too large."""
    found: set[Package] = set()
    entries = target.entries(patterns(managers), container=container)
    for manager in managers:
        for pattern, keep in _PATTERNS[manager]:
            for entry in entries[pattern]:
                if entry.truncated and keep == _DATABASE:
                    raise Failure(f"{entry.path} is too large to be read: it has {entry.size} bytes")
                found.update(_READERS[manager](target, entry, container))
    return sorted(found)


def normal(manager: Manager, name: str) -> str:
    """Give the form of a name in which two spellings of it are the same."""
    if manager == "pip":
        return _RUNS.sub("-", name).lower()  # as PEP 503 has it
    return name if manager == "npm" else name.partition(":")[0].lower()


def upstream(package: Package) -> str:
    """Give the version that the authors of the program gave it, without what the distribution added."""
    if package.manager in {"apt", "apk"}:
        version = package.version.partition(":")[2] or package.version
        return version.rpartition("-")[0] or version
    return package.version


def _apt(_target: Files, entry: Entry, _container: str | Where | None) -> Iterator[Package]:
    if entry.path.endswith(".md5sums"):
        return
    for fields in _paragraphs(entry, ": "):
        # A package that was removed leaves its settings, and a paragraph. In status.d there is no such field.
        if fields.get("Status", "installed").split()[-1:] == ["installed"] and "Package" in fields:
            yield Package("apt", fields["Package"], fields.get("Version", ""), entry.path)


def _apk(_target: Files, entry: Entry, _container: str | Where | None) -> Iterator[Package]:
    for fields in _paragraphs(entry, ":"):
        if "P" in fields:
            yield Package("apk", fields["P"], fields.get("V", ""), entry.path)


def _pip(_target: Files, entry: Entry, _container: str | Where | None) -> Iterator[Package]:
    if entry.content is None:
        return  # the folder of an .egg-info
    fields = next(_paragraphs(entry, ": "), {})
    if fields.get("Name"):
        yield Package("pip", fields["Name"], fields.get("Version", ""), entry.path)


def _npm(target: Files, entry: Entry, container: str | Where | None) -> Iterator[Package]:
    before, _, name = entry.path.removesuffix("/package.json").rpartition("/node_modules/")
    # What is below another package is that one's own affair; names with a dot are no packages.
    if "/node_modules/" in f"{before}/" or name.startswith((".", "@.")) or (name[:1] == "@") != ("/" in name):
        return
    if entry.link is not None and not entry.path.endswith("/package.json"):
        # pnpm and workspaces link a package's folder; the way through it is followed.
        linked = target.entry(f"{entry.path}/package.json", container=container)
        if linked is not None and linked.content is not None:
            yield Package("npm", name, _version(linked.content), entry.path)
    elif entry.content is not None and entry.path.endswith("/package.json"):
        yield Package("npm", name, _version(entry.content), entry.path)


def _version(content: bytes) -> str:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    version = found.get("version") if isinstance(found, dict) else None
    return version if isinstance(version, str) else ""


def _paragraphs(entry: Entry, colon: str) -> Iterator[dict[str, str]]:
    """Read blocks of `name: value` lines; of lines that go on, the first counts, and of names that come again."""
    for block in (entry.content or b"").decode("utf-8", "replace").replace("\r\n", "\n").split("\n\n"):
        fields: dict[str, str] = {}
        for line in block.split("\n"):
            name, found, value = line.partition(colon)
            if found and name and not name[0].isspace():
                fields.setdefault(name, value.strip())
        if fields:
            yield fields


_READERS: Final[Mapping[Manager, Callable[[Files, Entry, str | Where | None], Iterator[Package]]]] = {
    "apt": _apt,
    "apk": _apk,
    "pip": _pip,
    "npm": _npm,
}
