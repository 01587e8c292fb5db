"""The decision about one request to the engine: what a student's `docker` command may make it do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from . import routes
from .rules import Refusal, Rules, attempt, names, refused
from .shapes import Walk
from .strict import OddError, document, odd, target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .routes import Found, Route

__all__ = ["Request", "Rules", "Verdict", "decide"]

_NO_JSON: Final = frozenset({"", "text/plain", "application/json"})
_TAR: Final = frozenset({"", "text/plain", "application/x-tar", "application/tar", "application/octet-stream"})
_EMPTY: Final = frozenset({"", "0", "false", "null", "[]", "{}", "none"})
_PLAIN_BUILD: Final = {
    "cgroupparent": attempt("cgroup-parent", "--cgroup-parent", "the engine's limits hold for every build"),
    "securityopt": attempt("security-opt", "--security-opt", "it switches off what keeps a build apart"),
    "outputs": refused("build-output", "--output", "a build's result is an image"),
    "cachefrom": refused("build-cache", "--cache-from", "there is no registry with a cache"),
    "extrahosts": refused("host-gateway", "--add-host", "a build has no network"),
    "squash": refused("build-squash", "--squash", "the engine has no experimental features"),
    "isolation": refused("windows", "--isolation", "it exists on Windows only"),
}
"""Parameters of a build that must say nothing."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the engine tells its authorization plugin."""

    method: str
    uri: str
    """Path and query as they were sent."""
    headers: Mapping[str, str]
    body: bytes | None
    """None: there is none, or the engine did not pass it on."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided, and about what."""

    allowed: bool
    name: str = "?"
    """In the words of the `docker` command: `container create`; `?` for what it never asks."""
    arguments: dict[str, str] = field(default_factory=dict)
    """Of path and query."""
    body: Any = None
    """The JSON that was sent, without what is empty, zero or false in it."""
    rule: str | None = None
    """What refused it, in a word or two."""
    message: str | None = None
    """The same for a student, in a sentence."""
    violation: bool = False
    """Whether it was an attempt to get out, so that a person must look."""


def decide(request: Request, rules: Rules) -> Verdict:
    """Decide about a request; never raises."""
    name, arguments, body = "?", {}, None
    try:
        where = target(request.uri)
        found = routes.find(request.method, where.path, where.query)
        name, arguments = found.name, _arguments(found, where.query)
        headers = {key.lower(): value for key, value in request.headers.items()}
        if len(headers) != len(request.headers):
            raise odd("header", "a header that is there twice")
        refusals = [] if found.refusal is None else [found.refusal]
        if found.route is not None:
            _transport(found.route, request, headers, where.query)
            walk = Walk(rules)
            walk.object_to(_needs(found.route, rules))
            walk.object_to(_special(found, {key: values[0] for key, values in where.query.items()}, rules))
            body = _body(found.route, request, walk)
            refusals = walk.refusals
            if name.startswith("network ") and isinstance(body, dict) and body.get("Container"):
                arguments = {**arguments, "container": str(body["Container"])}
    except OddError as error:
        refusals = [error.refusal]
    worst = sorted(refusals, key=lambda one: not one.violation)
    if not worst:
        return Verdict(True, name, arguments, body)
    return Verdict(False, name, arguments, body, worst[0].rule, worst[0].message, worst[0].violation)


def _arguments(found: Found, query: Mapping[str, list[str]]) -> dict[str, str]:
    told = {key: "\n".join(values) for key, values in query.items()}
    return told | found.arguments


def _transport(route: Route, request: Request, headers: Mapping[str, str], query: Mapping[str, list[str]]) -> None:
    """Refuse what the docker command would not send on this route. Raises OddError."""
    known = set(route.query.replace("*", "").split())
    several = {one.removesuffix("*") for one in route.query.split() if one.endswith("*")}
    for key, values in query.items():
        if key not in known:
            raise odd("query", f"the parameter {key[:60]!r}")
        if len(values) > 1 and key not in several:
            raise odd("query", f"the parameter {key!r}, twice,")
    upgrade = headers.get("upgrade", "").lower()
    if "http2-settings" in headers or (upgrade and upgrade != route.upgrade):
        raise odd("upgrade", "a change of protocol")
    _type(route, headers, request)


def _needs(route: Route, rules: Rules) -> Refusal | None:
    if not route.needs or getattr(rules.allow, route.needs):
        return None
    return routes.NEEDS[route.needs]


def _type(route: Route, headers: Mapping[str, str], request: Request) -> None:
    """Refuse contents that the engine would read otherwise than we: it takes a form's fields for the query's."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    allowed = _TAR if route.body == "tar" else {"application/json"} if route.body == "json" else _NO_JSON
    if kind not in allowed:
        raise odd("content-type", f"the content type {kind[:60]!r}")
    length = headers.get("content-length", "")
    if length and not re.fullmatch("[0-9]{1,15}", length):
        raise odd("body", "a length that is no number")
    if route.body == "none" and (request.body or int(length or 0)):
        raise odd("body", "a body where there is none")
    # A body in chunks has no length, and a second Content-Type that we are not told of may make it a form. Every
    # client says that a POST is empty.
    if request.method == "POST" and route.body != "tar" and not length:
        raise odd("body", "a POST without its length")
    if "json" in route.body and (int(length or 0) != len(request.body or b"")):
        raise odd("body", "a body that is not as long as it says, or too long,")


def _body(route: Route, request: Request, walk: Walk) -> Any:
    if route.shape is None:
        return None
    if request.body:
        found = route.shape(document(request.body), walk)
        return found or None
    if route.body == "json":
        raise odd("body", "a missing body")
    return None


def _special(found: Found, query: Mapping[str, str], rules: Rules) -> Refusal | None:
    """Decide by the path and the query, where they say what is to be done."""
    if found.name == "image pull":
        return _pull(query, rules)
    if found.name == "image import" and query["fromSrc"] != "-":
        return refused("import", "docker import from an address", "there is no network here")
    if found.name == "network connect" and found.arguments["network"] == "host" and not rules.allow.host_network:
        return refused("host-network", "docker network connect host", "publish a port with -p instead")
    if found.name == "image build":
        return _build(query)
    return _events(query, rules) if found.name == "events" else None


def _events(query: Mapping[str, str], rules: Rules) -> Refusal | None:
    """The engine remembers events of whoever used it before; nothing else of them is left."""
    since = query.get("since")
    # As the docker command writes times of every kind: in seconds since 1970 (Engine API, "Monitor events").
    if since is None or (re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,9})?", since) and float(since) >= rules.began):
        return None
    return refused("events-since", "docker events --since a time before your first command", "name a later time")


def _pull(query: Mapping[str, str], rules: Rules) -> Refusal | None:
    image, tag = query.get("fromImage", ""), query.get("tag", "")
    wanted = f"{image}{'@' if tag.startswith('sha256:') else ':'}{tag}" if tag else image
    if query.get("repo"):
        raise odd("query", "the parameter 'repo' beside an image")
    short = wanted.removeprefix("docker.io/").removeprefix("library/")
    if short.startswith("moby/buildkit"):
        # `docker build` tries to get a builder of its own where the engine's is refused.
        return _own_builder(rules)
    if not tag and "@" not in image and ":" not in image.rpartition("/")[2]:
        return refused("image", f"docker pull --all-tags {short}", "name the version that you want")
    if rules.offers(image, tag):
        return None
    offered = [one.removeprefix("docker.io/").removeprefix("library/") for one in rules.images]
    return refused("image", f"the image {short}", f"the images that can be pulled are {names(offered)}")


def _own_builder(rules: Rules) -> Refusal:
    if not rules.allow.build:
        return routes.NEEDS["build"]
    return refused("builder", "a builder of one's own", "docker build uses the engine's")


def _build(query: Mapping[str, str]) -> Refusal | None:
    for key, refusal in _PLAIN_BUILD.items():
        if query.get(key, "").lower() not in _EMPTY:
            return refusal
    if query.get("remote", "") not in {"", "client-session"}:
        return refused("build-remote", "building from an address", "build from your own folder")
    if query.get("networkmode", "") not in {"", "default", "none"}:
        return refused("host-network", f"--network {query['networkmode']}", "a build has no network")
    if "BUILDKIT_" in query.get("buildargs", ""):
        return refused("build-args", "--build-arg BUILDKIT_...", "it changes the builder; name arguments of your own")
    return None
