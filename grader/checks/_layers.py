"""What is wrong with the layers of an image, in words that say where it came in and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from grader.checks._problems import Problem
from grader.core import secrets
from grader.core.globs import Glob
from grader.core.quantities import show_bytes
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from grader.core.layers import Found, Hidden, Layer, Layers, Step

KEPT: Final = (
    "Every instruction makes a layer, and layers are kept: what a later instruction removes is not shown any more, "
    "but it is still in the image."
)
_FORBIDDEN: Final = "a value that must not be in the image"
LATER: Final = "it later, which does not take it out of"
"""Stands in sentences about files that a later layer hides."""
_LISTED: Final = 5
_PATH: Final = 200
"""Characters of a path in a sentence."""

CACHES: Final = {
    "apt's lists of packages": (
        "/var/lib/apt/lists/*",
        "`rm -rf /var/lib/apt/lists/*` at the end of the RUN that has apt-get update",
    ),
    "packages that apt downloaded": (
        "/var/cache/apt/archives/*.deb",
        "`apt-get clean` at the end of the RUN that installs them",
    ),
    "apk's cache": ("/var/cache/apk/*", "`apk add --no-cache`"),
    "dnf's cache": ("/var/cache/dnf/**", "`dnf clean all` at the end of the RUN that installs them"),
    "yum's cache": ("/var/cache/yum/**", "`yum clean all` at the end of the RUN that installs them"),
    "pip's cache": ("**/.cache/pip/**", "`pip install --no-cache-dir`"),
    "uv's cache": ("**/.cache/uv/**", "`--no-cache` for uv"),
    "npm's cache": ("**/.npm/_cacache/**", "`npm cache clean --force` at the end of the RUN that installs them"),
    "yarn's cache": ("**/.cache/yarn/**", "`yarn cache clean` at the end of the RUN that installs them"),
}
"""What package managers keep for the next time: each with its place and what leaves it out."""


class Place(NamedTuple):
    """A file in a layer."""

    path: str
    layer: Layer
    size: int


class Ignored:
    """Paths that don't count."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._globs = [Glob(pattern) for pattern in patterns]

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and any(glob.matches(path) for glob in self._globs)


def places(found: Sequence[Layer], patterns: Sequence[str], ignored: Ignored) -> Iterator[Place]:
    """Give every file of the layers that a pattern matches."""
    globs = [Glob(pattern) for pattern in patterns]
    for layer in found:
        for path, size in sorted(layer.contents.files.items()):
            if any(glob.matches(path) for glob in globs) and path not in ignored:
                yield Place(path, layer, size)


def came_in(layer: Layer) -> str:
    """Say which layer something is in, and what made it."""
    return f"layer {layer.number}, made by {layer.step.label}" if layer.step.text else f"layer {layer.number}"


def fate(layers: Layers, place: Place) -> str:
    """Say what a later layer does to a file; nothing where it is still to be seen."""
    by = layers.hider(place.path, place.layer)
    if by is None:
        return ""
    verb = "replaces" if place.path in by.contents.files else "removes"
    return f"; {_maker(by)} {verb} {LATER} layer {place.layer.number}"


def _maker(layer: Layer) -> str:
    return layer.step.label or f"layer {layer.number}"


def hidden(problem: Problem) -> bool:
    """Whether it is about what a later layer hides."""
    return LATER in problem.message or problem.subject == "wasted"


def files(layers: Layers, found: Iterable[Place], told: Collection[str]) -> Iterator[Problem]:
    """Tell of files that must be in no layer, each once, but for those that were told of."""
    by_path: dict[str, list[Place]] = {}
    for place in found:
        by_path.setdefault(place.path, []).append(place)
    for path, (place, *more) in by_path.items():
        name = one_line(path, _PATH)
        if name in told:
            continue
        also = f", and in layer {' and '.join(str(one.layer.number) for one in more)}" if more else ""
        message = f"{name} is in {came_in(place.layer)}{also}{fate(layers, place)}"
        yield Problem(name, message, f"{name} in no layer", f"in layer {place.layer.number}")


def caches(layers: Layers, looked_at: Sequence[Layer], ignored: Ignored) -> Iterator[Problem]:
    """Tell of what package managers left in layers, one sentence for each layer and manager."""
    for what, (pattern, instead) in CACHES.items():
        for layer in looked_at:
            found = [one for one in places([layer], [pattern], ignored) if one.size]
            if not found:
                continue
            size = show_bytes(sum(one.size for one in found))
            count = "1 file" if len(found) == 1 else f"{len(found)} files"
            largest = max(found, key=lambda one: one.size)
            name = one_line(largest.path, _PATH)
            message = f"{came_in(layer)}, holds {what}: {count} with {size}, such as {name}{fate(layers, largest)}"
            yield Problem(what, f"{message}. {instead} leaves that out", f"no layer with {what}", size)


def in_files(
    layers: Layers, looked_at: Sequence[Layer], values: Collection[str], ignored: Ignored, *, any_secret: bool
) -> Iterator[Problem]:
    """Tell of secrets and of the author's values in files."""
    for layer in looked_at:
        for one in layer.contents.found:
            # Other checks may have looked for more.
            if one.path in ignored or not (any_secret if one.value is None else one.value in values):
                continue
            name = one_line(one.path, _PATH)
            where = f"{came_in(layer)}{fate(layers, Place(one.path, layer, 0))}"
            message = f"{name} {_what(one)}; it is in {where}"
            yield Problem(name, message, "no secret in any layer", f"{name} in layer {layer.number}")


def _what(found: Found) -> str:
    if found.value is not None:
        return f"has {_FORBIDDEN} in it"
    named = secrets.named(found.path) == found.what
    return f"is {found.what}" if named else f"has {found.what} in it"


def in_history(steps: Sequence[Step], *, any_secret: bool, values: Iterable[str]) -> Iterator[Problem]:
    """Tell of secrets and of the author's values in instructions: everybody who has the image can read them."""
    places: dict[tuple[str, str], list[Step]] = {}
    for step in steps:
        found = list(dict.fromkeys(secrets.in_text(step.text))) if any_secret else []
        shown = {value for _, value in found}
        found += [(_FORBIDDEN, value) for value in values if value in step.text and value not in shown]
        for one in found:
            places.setdefault(one, []).append(step)
    for (what, value), there in places.items():
        label = there[0].label.replace(value, "…")
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        given = ", which got it as a build argument" if value in there[0].arguments else ""
        message = f"{what} stands in the image's history, in {label}{more}{given}: docker history shows it"
        yield Problem(what, message, "no secret in the history", label)


def wasted(hidden: Sequence[Hidden], told: Collection[str]) -> str:
    """List the largest of the files that can't be reached any more, but for those that were told of."""
    new = [one for one in hidden if one_line(one.path, _PATH) not in told]
    order = sorted(new, key=lambda one: (-one.size, one.path, one.layer.number))
    lines = [
        f"{one_line(one.path, _PATH)} ({show_bytes(one.size)}) of {came_in(one.layer)}: {_maker(one.by)} {one.how} it"
        for one in order[:_LISTED]
    ]
    if len(order) > _LISTED:
        lines.append(f"and {len(order) - _LISTED} more")
    return "\n".join(lines)
