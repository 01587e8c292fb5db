"""The metadata test of container-structure-test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from grader.exercise.importing._values import compiled, listing, text

if TYPE_CHECKING:
    from grader.core.yaml import Path
    from grader.exercise.importing._draft import Draft

_KNOWN: Final = frozenset(
    {
        *("envVars", "unboundEnvVars", "labels", "entrypoint", "cmd", "workdir", "user"),
        *("exposedPorts", "unexposedPorts", "volumes", "unmountedVolumes"),
    }
)
_PROTOCOLS: Final = ("tcp", "udp", "sctp")


def convert(draft: Draft, path: Path, test: dict[str, Any]) -> None:
    """Write it as one check of the image."""
    draft.unknown(path, test, _KNOWN)
    fields: dict[str, Any] = {
        "env": _named(draft, (*path, "envVars"), test.get("envVars")),
        "env_absent": [text(one["key"]) for one in listing(test.get("unboundEnvVars"))],
        "labels": _named(draft, (*path, "labels"), test.get("labels")),
        "volumes": [text(one) for one in listing(test.get("volumes"))],
        "volumes_absent": [text(one) for one in listing(test.get("unmountedVolumes"))],
    }
    for theirs, ours in (("entrypoint", "entrypoint"), ("cmd", "cmd")):
        if test.get(theirs) is not None:
            fields[ours] = {"equals": [text(word) for word in test[theirs]]}
    inspect: dict[str, Any] = {}
    if test.get("workdir"):
        inspect["$.Config.WorkingDir"] = {"equals": text(test["workdir"])}
    if test.get("user"):
        inspect["$.Config.User"] = {"equals": text(test["user"])}
    exposed = [_anyhow(draft, (*path, "exposedPorts"), port) for port in listing(test.get("exposedPorts"))]
    closed = [_anyhow(draft, (*path, "unexposedPorts"), port) for port in listing(test.get("unexposedPorts"))]
    if exposed or closed:
        wanted: list[Any] = [*exposed, *({"not": one} for one in closed)]
        inspect["$.Config.ExposedPorts"] = wanted[0] if len(wanted) == 1 else {"all": wanted}
    fields["inspect"] = inspect
    given = {name: value for name, value in fields.items() if value not in ([], {})}
    if given:
        draft.add("Metadata", "image", needs=["builds"], **given)
    else:
        draft.note(path, "expects nothing; left out")


def _anyhow(draft: Draft, path: Path, port: object) -> dict[str, Any]:
    """Expect a port with any protocol: the original compares the number alone."""
    number, _, protocol = text(port).partition("/")
    if protocol:
        draft.note(path, f"{port} is that port here; in the original a port with its protocol is never there")
        return {"contains": text(port)}
    return {"any": [{"contains": f"{number}/{one}"} for one in _PROTOCOLS]}


def _named(draft: Draft, path: Path, found: object) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    for index, one in enumerate(listing(found)):
        value = text(one.get("value", ""))
        if not one.get("isRegex"):
            wanted[text(one["key"])] = {"equals": value}
        elif compiled(draft, (*path, index), value):
            wanted[text(one["key"])] = {"matches": value}
    return wanted
