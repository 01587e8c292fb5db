"""What one exercise allows: the values that every decision is made with."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MIB: Final = 1024 * 1024
HUB: Final = "docker.io"
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_PART: Final = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_NAME: Final = re.compile(rf"{_PART}(?:/{_PART})*")
_HOST: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?")
_TAG: Final = re.compile(r"\w[\w.-]{0,127}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something is not done; `violation` if it is an attempt to get out."""

    rule: str
    message: str
    violation: bool = False


def refused(rule: str, what: str, why: str) -> Refusal:
    """Refuse what a beginner would do innocently, in a sentence for him."""
    return Refusal(rule, f"{what} is not available in this exercise (rule {rule}): {why}.")


def attempt(rule: str, what: str, why: str) -> Refusal:
    """Refuse an attempt to get out, which a person must look at."""
    return Refusal(rule, f"{what} is not allowed (rule {rule}): {why}.", violation=True)


@dataclass(frozen=True, slots=True)
class Allow:
    """What is refused unless the exercise is about it."""

    restart: tuple[str, ...] = ()
    """Restart policies: `on-failure`, `always`, `unless-stopped`."""
    retries: int = 5
    """The most restarts that `on-failure:N` may ask for; without a number it has no end."""
    cap_add: tuple[str, ...] = ()
    """Capabilities beyond those that Docker gives to every container, without `CAP_`."""
    host_network: bool = False
    build: bool = False
    update: bool = False
    load: bool = False


@dataclass(frozen=True, slots=True)
class Caps:
    """The most of everything: sizes in bytes, for one container; counts for one attempt."""

    memory: int = 512 * MIB
    cpus: float = 2.0
    pids: int = 256
    containers: int = 50
    volumes: int = 20
    networks: int = 10
    execs: int = 200
    payload: int = 64 * 1024
    """Command, variables and labels of a container together."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one attempt."""

    images: frozenset[str] = frozenset()
    """Complete references (`docker.io/library/redis:7`) that may be pulled."""
    work: str = "/work"
    """The folder below which folders may be mounted; the same path for client and engine."""
    runtime: str | None = None
    """The runtime that `--runtime` may name: the engine's default."""
    allow: Allow = field(default_factory=Allow)
    caps: Caps = field(default_factory=Caps)
    began: float = 0.0
    """When the attempt began, in seconds since 1970."""

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> Rules:
        """Read what `to_dict` wrote; an image may be written as the `docker` command takes it. Raises ValueError."""
        _known(cls, value)
        images = value.get("images", ())
        normal = {one: normalize(one) for one in images}
        wrong = [one for one, complete in normal.items() if complete is None]
        if wrong:
            raise ValueError(f"not an image: {wrong[0]!r}")
        work = value.get("work", "/work")
        if not re.fullmatch(r"(?:/[\w.-]*[\w-])+", work):
            raise ValueError(f"work must be a plain absolute path, not {work!r}")
        allow = dict(_known(Allow, value.get("allow", {})))
        for name in ("restart", "cap_add"):
            allow[name] = tuple(allow.get(name, ()))
        if allow.get("host_network") and "NET_ADMIN" in allow["cap_add"]:
            raise ValueError("host_network and NET_ADMIN together would give away the engine's network")
        return cls(
            images=frozenset(complete for complete in normal.values() if complete is not None),
            work=work,
            runtime=value.get("runtime"),
            allow=Allow(**allow),
            caps=Caps(**_known(Caps, value.get("caps", {}))),
            began=float(value.get("began", 0.0)),
        )

    def to_dict(self) -> dict[str, Any]:
        """Write the rules down as JSON can carry them."""
        return {**asdict(self), "images": sorted(self.images)}

    def offers(self, name: str, tag: str) -> bool:
        """Whether an image may be pulled; `tag` may be a digest, and then the repository decides.

        A digest can't be made up: the engine's registry has the exercise's images and nothing else.
        """
        if _DIGEST.fullmatch(tag):
            wanted = normalize(name)
            return wanted is not None and _repository(wanted) in {_repository(one) for one in self.images}
        wanted = normalize(f"{name}:{tag}" if tag else name)
        if wanted is None:
            return False
        return wanted in self.images or ("@" in wanted and self.offers(*wanted.split("@", 1)))


def normalize(reference: str) -> str | None:
    """Complete an image reference as Docker does: `redis` is `docker.io/library/redis:latest`. None: it is none."""
    rest, at, digest = reference.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        return None
    head, slash, tail = rest.partition("/")
    if not slash or not ("." in head or ":" in head or head == "localhost"):
        head, tail = HUB, rest
    name, colon, tag = tail.partition(":")
    if head in {HUB, "index.docker.io", "registry-1.docker.io"}:
        head, name = HUB, name if "/" in name else f"library/{name}"
    if not _NAME.fullmatch(name) or not _HOST.fullmatch(head):
        return None
    if colon and not _TAG.fullmatch(tag):
        return None
    return f"{head}/{name}@{digest}" if at else f"{head}/{name}:{tag or 'latest'}"


def _repository(complete: str) -> str:
    return complete.partition("@")[0] if "@" in complete else complete.rpartition(":")[0]


def _known(model: type, value: Mapping[str, Any]) -> Mapping[str, Any]:
    unknown = sorted(set(value) - {one.name for one in fields(model)})
    if unknown:
        raise ValueError(f"unknown in {model.__name__.lower()}: {', '.join(unknown)}")
    return value


def names(items: Iterable[str]) -> str:
    """List names inside a sentence."""
    return ", ".join(sorted(items)) or "none"
