"""What a build would fetch or read from outside its context, found before it runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.dockerfile import Dockerfile, Instruction, Reference, Stage
from grader.core.variables import ANYTHING, Variables, assign, declare, expand, forget, unquote, variable_names

if TYPE_CHECKING:
    from collections.abc import Iterator

# An address, or a host as ssh writes it: `git@github.com:some/where`.
_REMOTE: Final = re.compile(r"(?i)^(?:[a-z][a-z0-9+.-]*://|[\w.-]+@[^/]+:|github\.com/)")

SCRATCH: Final = "scratch"
"""No image, and so without a tag: what a stage begins with that begins with nothing."""
_HARMLESS: Final = {"network": ("default", "none"), "security": ("sandbox",), "device": ()}


def normalize(reference: str) -> str:
    """Bring an image name to its shortest common form: `docker.io/library/nginx` is `nginx:latest`."""
    if reference == SCRATCH:
        return SCRATCH
    name, at, digest = reference.partition("@")
    registry, slash, rest = name.partition("/")
    if slash and registry in {"docker.io", "index.docker.io", "registry-1.docker.io"}:
        name = rest
    name = name.removeprefix("library/")
    if ":" not in name.rsplit("/", 1)[-1] and not at:
        name += ":latest"
    return name + at + digest


def walk(dockerfile: Dockerfile) -> Iterator[tuple[Stage, Instruction, Variables]]:
    """Give every instruction of the stages, ONBUILD triggers included, with the variables that it sees."""
    given, outside = dict(dockerfile.build_args), dict(dockerfile.global_args)
    ends: dict[int, Variables] = {}
    for stage in dockerfile.stages:
        parent = dockerfile.stage(stage.base, before=stage.index)
        variables = dict(ends[parent.index]) if parent is not None else {}
        for instruction in stage.instructions:
            yield stage, instruction, variables
            if instruction.trigger is not None:
                # It runs in a later build or stage, with whatever is set there.
                yield stage, instruction.trigger, {ANYTHING: None}
            if instruction.name == "ENV":
                assign(zip(instruction.arguments[::2], instruction.arguments[1::2], strict=False), variables)
            elif instruction.name == "ARG":
                declare(instruction.arguments, variables, given, outside)
        if any(one.trigger is not None and one.trigger.name in {"ENV", "ARG"} for one in stage.instructions):
            forget(variables)
        ends[stage.index] = variables


def images(dockerfile: Dockerfile) -> Iterator[Reference]:
    """Give every image that the build would read: FROM, `COPY --from`, `--mount=from`, ONBUILD triggers included."""
    for stage, instruction, variables in walk(dockerfile):
        if instruction.name == "FROM" and dockerfile.stage(stage.base, before=stage.index) is None:
            yield Reference(stage.base, next(iter(instruction.arguments), ""), stage.line, "FROM")
        for written, where in _sources(instruction):
            value = expand(written, variables)
            if value is None or not _is_stage(dockerfile, value, stage.index):
                yield Reference(value or "", written, instruction.line, where)


def downloads(dockerfile: Dockerfile) -> Iterator[Reference]:
    """Give what ADD would have the *daemon* fetch, which it does even when the build has no network."""
    for _, instruction, variables in walk(dockerfile):
        if instruction.name != "ADD":
            continue  # COPY refuses addresses by itself
        for written in instruction.arguments[:-1]:
            value = expand(written, variables)
            if value is None or _REMOTE.match(value) or not _known(written, variables):
                yield Reference(value or "", written, instruction.line, "ADD")


def privileges(dockerfile: Dockerfile) -> Iterator[Reference]:
    """Give every RUN that asks for more than an ordinary step has: the host's network, a device, an agent, a secret."""
    for _, instruction, _ in walk(dockerfile):
        for name, harmless in _HARMLESS.items():
            for value in instruction.flag(name):
                if value not in harmless:
                    yield Reference(value, f"--{name}={value}", instruction.line, "RUN")
        for mount in instruction.flag("mount"):
            for kind in _options(mount, "type"):
                if kind.lower() not in {"bind", "cache", "tmpfs"}:
                    yield Reference(kind, f"--mount={mount}", instruction.line, "RUN")


def uses_cache_mounts(dockerfile: Dockerfile) -> bool:
    """Whether some RUN keeps files between builds with `--mount=type=cache`."""
    return any("cache" in mount.lower() for _, one, _ in walk(dockerfile) for mount in one.flag("mount"))


def _known(word: str, variables: Variables) -> bool:
    # A variable that only the base image sets could hold an address.
    return all(name in variables for name in variable_names(word))


def _sources(instruction: Instruction) -> Iterator[tuple[str, str]]:
    if instruction.name in {"COPY", "ADD"}:
        for value in instruction.flag("from"):
            yield value, f"{instruction.name} --from"
    for mount in instruction.flag("mount"):
        for value in _options(mount, "from"):
            yield value, f"{instruction.name} --mount=from"


def _options(mount: str, name: str) -> Iterator[str]:
    # All of them: BuildKit takes the last, and quoted parts may hold commas.
    for part in unquote(mount).split(","):
        key, equals, value = part.strip().strip('"').partition("=")
        if key.strip().lower() == name and equals:
            yield value.strip()


def _is_stage(dockerfile: Dockerfile, name: str, index: int) -> bool:
    if name.isdecimal() and len(name) < 5:  # noqa: PLR2004 - Python refuses to read very long numbers
        return int(name) < index
    # A trigger may name a later stage, and BuildKit's own check says when that is wrong: no image is read either way.
    return dockerfile.stage(name) is not None or name == ""
