"""goss's files: what is asked of a running container, from the inside.

https://github.com/goss-org/goss/blob/master/docs/gossfile.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from grader.core.errors import ExerciseError, UsageError
from grader.core.yaml import YamlError, read
from grader.exercise.importing import _goss_files, _goss_servers, _goss_system
from grader.exercise.importing._draft import Draft, Source
from grader.exercise.importing._matchers import UnsupportedError, expectation

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.yaml import Path

_OUTSIDE: Final = {
    "dns": "names are looked up by the container's own programs; ask with a `command` check",
    "registry": "that is Windows's",
    "service": "a container has no service manager; ask for the process",
}
"""Resources that are not about images and containers, and why."""
_KINDS: Final[dict[str, Callable[[Draft, Path, str, dict[str, Any]], None]]] = {
    "addr": _goss_servers.addr,
    "command": _goss_system.command,
    "file": _goss_files.file,
    "group": _goss_files.group,
    "http": _goss_servers.http,
    "interface": _goss_system.interface,
    "kernel-param": _goss_system.kernel_param,
    "mount": _goss_system.mount,
    "package": _goss_files.package,
    "port": _goss_servers.port,
    "process": _goss_system.process,
    "user": _goss_files.user,
}
_NESTED: Final = 8
"""How deep files may include files."""


def convert(source: Source) -> Draft:
    """Write the resources of a file, and of those that it includes, as checks of the container `main`."""
    draft = Draft(source, containers={"main": {}})
    _take(draft, source, _NESTED)
    return draft


def _take(draft: Draft, source: Source, depth: int) -> None:
    outer, draft.source = draft.source, source
    for kind, resources in source.data.items():
        if kind in {"gossfile", "matching"}:
            continue
        if kind not in _KINDS and kind not in _OUTSIDE:
            raise ExerciseError([f"{source.document.place((kind,), key=True)}: goss has no resource {kind}"])
        if not isinstance(resources, dict):
            raise ExerciseError([f"{source.document.place((kind,))}: {kind} must be a map of names"])
        for name, fields in resources.items():
            _resource(draft, kind, str(name), fields if isinstance(fields, dict) else {}, (kind, name))
    for name, fields in (source.data.get("matching") or {}).items():
        _matching(draft, ("matching", name), fields)
    for name, fields in (source.data.get("gossfile") or {}).items():
        _include(draft, source, ("gossfile", name), str((fields or {}).get("file", name)), depth)
    draft.source = outer


def _resource(draft: Draft, kind: str, name: str, fields: dict[str, Any], path: Path) -> None:
    if kind in _OUTSIDE:
        draft.note(path, f"left out: {_OUTSIDE[kind]}")
    elif fields.get("skip") is True:
        draft.note(path, "left out: the file says `skip`")
    else:
        fields = {key: value for key, value in fields.items() if key not in {"skip", "meta"}}
        try:
            _KINDS[kind](draft, path, name, fields)
        except UnsupportedError as error:
            draft.note(path, f"left out: there is no counterpart for {error}")


def _matching(draft: Draft, path: Path, fields: dict[str, Any]) -> None:
    """Decide at once what is about the file itself."""
    from grader.core.matchers import parse

    try:
        problem = parse(expectation(fields.get("matches"))).problem(fields.get("content"))
    except (UnsupportedError, ValueError) as error:
        draft.note(path, f"left out: there is no counterpart for {error}")
        return
    verdict = "holds" if problem is None else "does not hold"
    draft.note(path, f"left out: it is about values in this file, not about the image; it {verdict}")


def _include(draft: Draft, source: Source, path: Path, pattern: str, depth: int) -> None:
    """Take the resources of other files; names are relative to the file that includes them."""
    folder = source.path.parent
    found = sorted(folder.glob(pattern)) if not pattern.startswith("/") else []
    if depth == 0 or not found:
        why = "files include each other too deep" if depth == 0 else f"there is no file {pattern}"
        raise UsageError(f"{source.document.place(path)}: {why}")
    for file in found:
        try:
            document = read(file.read_text(encoding="utf-8"), str(file))
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{file} can't be read: {error}") from None
        except YamlError as error:
            raise ExerciseError([str(error)]) from None
        if isinstance(document.data, dict):
            _take(draft, Source(file, document, strict=True), depth - 1)
