"""goss's resources that are read from files: file, user, group, package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from grader.exercise.importing._matchers import UnsupportedError, expectation, patterns
from grader.exercise.importing._values import listing

if TYPE_CHECKING:
    from grader.core.yaml import Path
    from grader.exercise.importing._draft import Draft

_TYPES: Final = frozenset({"file", "directory", "symlink"})


def file(draft: Draft, path: Path, name: str, fields: dict[str, Any]) -> None:
    """What a path is, as `lstat` sees it; content and checksums of what a link leads to."""
    where, title = str(fields.pop("path", name)), fields.pop("title", None) or name
    if fields.pop("exists", True) is False:
        draft.add(title, "file", **_inside(), path=where, exists=False)
        return
    contents = fields.pop("contents", fields.pop("contains", None))
    sums = {one: str(fields.pop(one)) for one in ("md5", "sha256", "sha512") if one in fields}
    looks: dict[str, Any] = {}
    if "filetype" in fields:
        looks["type"] = _type(fields.pop("filetype"))
    if "mode" in fields:
        mode = fields.pop("mode")
        looks["mode"] = expectation(mode) if isinstance(mode, dict) else str(mode)
    if "size" in fields:
        looks["size"] = expectation(fields.pop("size"))
    if "linked-to" in fields:
        looks["link"] = expectation(fields.pop("linked-to"))
    owners = [(one, str(_plain(fields.pop(one)))) for one in ("owner", "uid", "group", "gid") if one in fields]
    draft.unknown(path, fields, frozenset())
    pairs: list[dict[str, str]] = [{}, {}]
    for word, value in owners:
        # A check has one owner; a name and a number are two.
        pairs[word in {"uid", "gid"}]["owner" if word in {"owner", "uid"} else "group"] = value
    draft.add(title, "file", **_inside(), path=where, **looks, **pairs[0])
    if pairs[1]:
        draft.add(title, "file", **_inside(), path=where, **pairs[1])
    content = patterns(contents) if contents is not None else None
    if content is not None or sums:
        draft.add(title, "file", **_inside(), path=where, follow=True, content=content, **sums)


def user(draft: Draft, path: Path, name: str, fields: dict[str, Any]) -> None:
    """A user of the image."""
    title = fields.pop("title", None) or f"User {name}"
    fields = {"username": name, **fields}
    wanted: dict[str, Any] = {"user": str(fields.pop("username"))}
    if fields.pop("exists", True) is False:
        draft.add(title, "users", **_inside(), **wanted, exists=False)
        return
    for word in ("uid", "gid", "home", "shell", "groups"):
        if word in fields:
            wanted[word] = expectation(fields.pop(word))
    draft.unknown(path, fields, frozenset())
    draft.add(title, "users", **_inside(), **wanted)


def group(draft: Draft, path: Path, name: str, fields: dict[str, Any]) -> None:
    """A group of the image."""
    title = fields.pop("title", None) or f"Group {name}"
    fields = {"groupname": name, **fields}
    wanted: dict[str, Any] = {"group": str(fields.pop("groupname"))}
    if fields.pop("exists", True) is False:
        draft.add(title, "users", **_inside(), **wanted, exists=False)
        return
    if "gid" in fields:
        wanted["gid"] = expectation(fields.pop("gid"))
    draft.unknown(path, fields, frozenset())
    draft.add(title, "users", **_inside(), **wanted)


def package(draft: Draft, path: Path, name: str, fields: dict[str, Any]) -> None:
    """A package of the system."""
    title = fields.pop("title", None) or f"Package {name}"
    name = str(fields.pop("name", name))
    if fields.pop("installed", True) is False:
        draft.add(title, "packages", **_inside(), manager="system", absent=[name])
        return
    versions = fields.pop("versions", None)
    wanted: Any = None
    if isinstance(versions, list):
        # Each must be among those that are installed, and there is one.
        every = [expectation(one) for one in versions]
        wanted = None if not every else every[0] if len(every) == 1 else {"all": every}
    elif versions is not None:
        draft.note((*path, "versions"), "left out: only a list of versions has a counterpart")
    draft.unknown(path, fields, frozenset())
    installed: list[Any] = [{name: wanted}] if wanted is not None else [name]
    draft.add(title, "packages", **_inside(), manager="system", installed=installed)


def _inside() -> dict[str, Any]:
    return {"needs": ["builds"], "in": "main"}


def _type(raw: object) -> str:
    if raw not in _TYPES:
        raise UnsupportedError(f"the file type {raw}")
    return str(raw)


def _plain(raw: object) -> object:
    if isinstance(raw, dict | list):
        raise UnsupportedError(f"the matcher {next(iter(listing(raw)), raw)} of an owner")
    return raw
