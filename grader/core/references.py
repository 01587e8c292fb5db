"""What a build would fetch or read from outside its context, found before it runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.dockerfile import Dockerfile, Instruction, Reference, Stage, expand, unquote, variable_names

if TYPE_CHECKING:
    from collections.abc import Iterator

_REMOTE: Final = re.compile(r"(?i)^(?:[a-z][a-z0-9+.-]*://|git@|github\.com/)")


def normalize(reference: str) -> str:
    """Bring an image name to its shortest common form: `docker.io/library/nginx` is `nginx:latest`."""
    name, at, digest = reference.partition("@")
    for prefix in ("docker.io/", "index.docker.io/", "registry-1.docker.io/"):
        name = name.removeprefix(prefix)
    name = name.removeprefix("library/")
    if ":" not in name.rsplit("/", 1)[-1] and not at:
        name += ":latest"
    return name + at + digest


def images(dockerfile: Dockerfile) -> Iterator[Reference]:
    """Give every image that the build would read: FROM, `COPY --from`, `--mount=from`, ONBUILD triggers included."""
    for stage in dockerfile.stages:
        if dockerfile.stage(stage.base, before=stage.index) is None:
            written = stage.instructions[0].arguments[0] if stage.instructions[0].arguments else ""
            yield Reference(stage.base, written, stage.line, "FROM")
        variables = dict(dockerfile.global_args)
        for instruction in _flat(stage):
            _learn(instruction, variables)
            for written, where in _sources(instruction):
                value = expand(written, variables)
                if value is None or not _is_stage(dockerfile, value, stage.index):
                    yield Reference(value or "", written, instruction.line, where)


def downloads(dockerfile: Dockerfile) -> Iterator[Reference]:
    """Give what ADD would have the *daemon* fetch, which it does even when the build has no network."""
    for stage in dockerfile.stages:
        variables = dict(dockerfile.global_args)
        for instruction in _flat(stage):
            _learn(instruction, variables)
            if instruction.name != "ADD":
                continue  # COPY refuses addresses by itself
            for written in instruction.arguments[:-1]:
                value = expand(written, variables)
                if value is None or _REMOTE.match(value) or not _known(written, variables):
                    yield Reference(value or "", written, instruction.line, "ADD")


def privileges(dockerfile: Dockerfile) -> Iterator[Reference]:
    """Give every RUN that asks for more than a step has: the host's network, insecure mode, a device, an agent."""
    for stage in dockerfile.stages:
        for instruction in _flat(stage):
            if instruction.name != "RUN":
                continue
            for name, harmless in (("network", ("default", "none")), ("security", ("sandbox",)), ("device", ())):
                for value in instruction.flag(name):
                    if value not in harmless:
                        yield Reference(value, f"--{name}={value}", instruction.line, "RUN")
            for mount in instruction.flag("mount"):
                if _option(mount, "type") in {"ssh", "secret"}:
                    yield Reference(_option(mount, "type") or "", f"--mount={mount}", instruction.line, "RUN")


def uses_cache_mounts(dockerfile: Dockerfile) -> bool:
    """Whether some RUN keeps files between builds with `--mount=type=cache`."""
    return any("cache" in mount for stage in dockerfile.stages for one in _flat(stage) for mount in one.flag("mount"))


def _known(word: str, variables: dict[str, str]) -> bool:
    # A variable that only the base image sets could hold an address.
    return all(name in variables for name in variable_names(word))


def _flat(stage: Stage) -> Iterator[Instruction]:
    for instruction in stage.instructions:
        yield instruction
        if instruction.trigger is not None:
            yield instruction.trigger


def _sources(instruction: Instruction) -> Iterator[tuple[str, str]]:
    if instruction.name in {"COPY", "ADD"}:
        for value in instruction.flag("from"):
            yield value, f"{instruction.name} --from"
    for mount in instruction.flag("mount"):
        source = _option(mount, "from")
        if source is not None:
            yield source, f"{instruction.name} --mount=from"


def _option(mount: str, name: str) -> str | None:
    for part in unquote(mount).split(","):
        key, equals, value = part.strip().strip('"').partition("=")
        if key.strip().lower() == name and equals:
            return value.strip()
    return None


def _is_stage(dockerfile: Dockerfile, name: str, index: int) -> bool:
    if name.isdecimal():
        return int(name) < index
    # A trigger may name a later stage, and BuildKit's own check says when that is wrong: no image is read either way.
    return dockerfile.stage(name) is not None or name == ""


def _learn(instruction: Instruction, variables: dict[str, str]) -> None:
    if instruction.name == "ENV":
        pairs = instruction.arguments
        for key, value in zip(pairs[::2], pairs[1::2], strict=False):
            variables[key] = expand(value, variables) or ""
    elif instruction.name == "ARG":
        for word in instruction.arguments:
            key, equals, value = word.partition("=")
            if equals:
                variables[key] = expand(value, variables) or ""
