"""Every request that there is: the exact route, its query, its body. What is not here is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from .bodies import COMMIT, EXEC_CREATE, EXEC_START, NETWORK_CONNECT, NETWORK_CREATE, NETWORK_DISCONNECT, VOLUME_CREATE
from .container import CREATE, UPDATE
from .rules import Refusal, attempt, refused

if TYPE_CHECKING:
    from .shapes import Shape

Body = Literal["none", "json", "maybe json", "tar"]


@dataclass(frozen=True, slots=True)
class Route:
    """One kind of request; `{name}` in the path is whatever stands there, slashes included, as the engine takes it."""

    name: str
    """In the words of the `docker` command."""
    method: str
    path: str
    query: str = ""
    """The parameters that it may have; one that ends in `*` may be there more than once."""
    body: Body = "none"
    shape: Shape | None = None
    upgrade: str = ""
    """The protocol that the connection may change to."""
    needs: str = ""
    """The allowance without which it is refused."""

    def pattern(self) -> re.Pattern[str]:
        """Compile the path."""
        return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(self.path)))


_C: Final = "/containers/{container}"
_I: Final = "/images/{image}"
_N: Final = "/networks/{network}"
_V: Final = "/volumes/{volume}"
_ATTACH: Final = "detachKeys logs stream stdin stdout stderr"
_ARCHIVE: Final = "path noOverwriteDirNonDir copyUIDGID"
_BUILD: Final = (
    "dockerfile t* q nocache cachefrom pull rm forcerm memory memswap cpushares cpusetcpus cpusetmems cpuperiod "
    "cpuquota buildargs shmsize labels networkmode platform target version buildid session remote outputs "
    "extrahosts squash cgroupparent securityopt isolation ulimits"
)

ROUTES: Final = (
    Route("ping", "GET", "/_ping"),
    Route("ping", "HEAD", "/_ping"),
    Route("version", "GET", "/version"),
    Route("info", "GET", "/info"),
    Route("events", "GET", "/events", "since until filters"),
    Route("system df", "GET", "/system/df", "type"),
    Route("container list", "GET", "/containers/json", "all limit size filters since before trunc_cmd"),
    Route("container create", "POST", "/containers/create", "name platform", "json", CREATE),
    Route("container prune", "POST", "/containers/prune", "filters"),
    Route("container inspect", "GET", f"{_C}/json", "size"),
    Route("container top", "GET", f"{_C}/top", "ps_args"),
    Route("container logs", "GET", f"{_C}/logs", "follow stdout stderr since until timestamps tail details"),
    Route("container diff", "GET", f"{_C}/changes"),
    Route("container export", "GET", f"{_C}/export"),
    Route("container stats", "GET", f"{_C}/stats", "stream one-shot"),
    Route("container resize", "POST", f"{_C}/resize", "h w"),
    Route("container start", "POST", f"{_C}/start", "detachKeys"),
    Route("container stop", "POST", f"{_C}/stop", "t signal"),
    Route("container restart", "POST", f"{_C}/restart", "t signal"),
    Route("container kill", "POST", f"{_C}/kill", "signal"),
    Route("container rename", "POST", f"{_C}/rename", "name"),
    Route("container pause", "POST", f"{_C}/pause"),
    Route("container unpause", "POST", f"{_C}/unpause"),
    Route("container attach", "POST", f"{_C}/attach", _ATTACH, upgrade="tcp"),
    Route("container wait", "POST", f"{_C}/wait", "condition"),
    Route("container rm", "DELETE", _C, "v link force"),
    Route("container update", "POST", f"{_C}/update", "", "json", UPDATE, needs="update"),
    Route("container cp", "HEAD", f"{_C}/archive", _ARCHIVE),
    Route("container cp", "GET", f"{_C}/archive", _ARCHIVE),
    Route("container cp", "PUT", f"{_C}/archive", _ARCHIVE, "tar"),
    Route(
        "container commit", "POST", "/commit", "container repo tag comment author pause changes*", "maybe json", COMMIT
    ),
    Route("exec create", "POST", f"{_C}/exec", "", "json", EXEC_CREATE),
    Route("exec start", "POST", "/exec/{exec}/start", "", "json", EXEC_START, upgrade="tcp"),
    Route("exec resize", "POST", "/exec/{exec}/resize", "h w"),
    Route("exec inspect", "GET", "/exec/{exec}/json"),
    Route("image list", "GET", "/images/json", "all filters filter shared-size digests manifests only_ids"),
    Route("image pull", "POST", "/images/create", "fromImage tag platform repo message fromSrc changes*"),
    Route("image import", "POST", "/images/create", "fromSrc repo tag platform message changes*", "tar", needs="load"),
    Route("image inspect", "GET", f"{_I}/json", "manifests platform"),
    Route("image history", "GET", f"{_I}/history", "platform"),
    Route("image tag", "POST", f"{_I}/tag", "repo tag"),
    Route("image rm", "DELETE", _I, "force noprune platforms*"),
    Route("image prune", "POST", "/images/prune", "filters"),
    Route("image save", "GET", "/images/get", "names* platform", needs="load"),
    Route("image save", "GET", f"{_I}/get", "platform", needs="load"),
    Route("image load", "POST", "/images/load", "quiet platform", "tar", needs="load"),
    Route("network list", "GET", "/networks", "filters"),
    Route("network create", "POST", "/networks/create", "", "json", NETWORK_CREATE),
    Route("network prune", "POST", "/networks/prune", "filters"),
    Route("network inspect", "GET", _N, "verbose scope"),
    Route("network connect", "POST", f"{_N}/connect", "", "json", NETWORK_CONNECT),
    Route("network disconnect", "POST", f"{_N}/disconnect", "", "json", NETWORK_DISCONNECT),
    Route("network rm", "DELETE", _N),
    Route("volume list", "GET", "/volumes", "filters"),
    Route("volume create", "POST", "/volumes/create", "", "json", VOLUME_CREATE),
    Route("volume prune", "POST", "/volumes/prune", "filters"),
    Route("volume inspect", "GET", _V),
    Route("volume rm", "DELETE", _V, "force"),
    Route(
        "builder prune", "POST", "/build/prune", "all filters keep-storage reserved-space max-used-space min-free-space"
    ),
    # What `docker inspect NAME` asks last, before it says that there is no such thing.
    Route("plugin inspect", "GET", "/plugins/{plugin}/json"),
    Route("image build", "POST", "/build", _BUILD, "tar", needs="build"),
    Route("builder cancel", "POST", "/build/cancel", "id", needs="build"),
    Route("builder session", "POST", "/session", upgrade="h2c", needs="build"),
    Route("builder session", "POST", "/grpc", upgrade="h2c", needs="build"),
)

NEEDS: Final = {
    "update": refused("update", "docker update", "give docker run the limits that the container needs"),
    "load": refused("load", "moving images as files", "work with the images that you can pull"),
    "build": refused("build", "docker build", "work with the images that you can pull"),
}

_SWARM: Final = refused("swarm", "Docker Swarm", "the engine works alone")
_SWARM_OUT: Final = attempt("swarm", "Docker Swarm", "the engine works alone")
_PLUGIN_OUT: Final = attempt("plugin", "a plugin of the engine", "plugins have all rights of the machine they run on")

REFUSED: Final[tuple[tuple[str, str, str, Refusal], ...]] = (
    ("login", "POST", "/auth", refused("login", "docker login", "the images that you need can be pulled without it")),
    ("image push", "POST", r"/images/.+/push", refused("push", "docker push", "there is no registry to push to")),
    ("image search", "GET", r"/images/search", refused("search", "docker search", "there is no network here")),
    ("manifest inspect", "GET", r"/distribution/.+/json", refused(
        "distribution", "looking into a registry", "pull the image and use docker image inspect")),
    ("checkpoint", "GET|POST|DELETE", r"/containers/.+/checkpoints(?:/.+)?", refused(
        "checkpoint", "docker checkpoint", "stop and start the container instead")),
    ("swarm init", "POST", r"/swarm/(?:init|leave)", _SWARM),
    ("swarm", "GET", r"/(?:swarm|nodes|services|tasks|secrets|configs)(?:/.*)?", _SWARM),
    ("swarm", "POST|PUT|DELETE", r"/(?:swarm|nodes|services|tasks|secrets|configs)(?:/.*)?", _SWARM_OUT),
    ("plugin list", "GET", r"/plugins", refused(
        "plugin", "docker plugin", "plugins have all rights of the machine they run on")),
    ("plugin", "GET|POST|PUT|DELETE", r"/plugins/.+", _PLUGIN_OUT),
    ("container attach", "GET", r"/containers/.+/attach/ws", attempt(
        "route", "attaching through a web socket", "use docker attach")),
)  # fmt: skip
"""Routes that exist in the engine and are not offered: call name, methods, path, and why not."""

_TABLE: Final = tuple((route, route.pattern()) for route in ROUTES)
_NOT_OFFERED: Final = tuple(
    (name, frozenset(methods.split("|")), re.compile(path), why) for name, methods, path, why in REFUSED
)


@dataclass(frozen=True, slots=True)
class Found:
    """The route of a request, or why there is none."""

    name: str
    route: Route | None
    arguments: dict[str, str]
    refusal: Refusal | None = None


def find(method: str, path: str, query: dict[str, list[str]]) -> Found:
    """Find the route of a request."""
    for route, pattern in _TABLE:
        match = pattern.fullmatch(path) if route.method == method else None
        if match is not None and (route.name == "image import") == _imports(route, query):
            return Found(route.name, route, match.groupdict())
    for name, methods, pattern, refusal in _NOT_OFFERED:
        if method in methods and pattern.fullmatch(path):
            return Found(name, None, {}, refusal)
    refusal = attempt("route", f"{method[:20]} {path[:80]}", "send requests with the docker command, as it is")
    return Found("?", None, {}, refusal)


def _imports(route: Route, query: dict[str, list[str]]) -> bool:
    """`docker pull` and `docker import` have one route in the engine."""
    return route.path == "/images/create" and bool(query.get("fromSrc", [""])[0])
