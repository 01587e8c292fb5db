"""Builds stand-ins of the course's base images from Debian and npm packages, where Docker Hub can't be reached."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from grader.core.errors import SandboxError
from grader.core.scratch import temporary_folder
from grader.sandbox.packages import ASK, proxies, tool, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LABEL: Final = "grader.standin"
"""On every stand-in; inherited by what is built from one."""

DEBIAN: Final = "debian:bookworm-slim"
"""The stand-in that the others are built from."""

_FILES: Final = Path(__file__).with_name("standin_files")
_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_CPU: Final = MappingProxyType({"amd64": "x64", "arm64": "arm64"})  # Docker's name -> npm's


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one stand-in is made: a folder of `standin_files` and what npm adds to it."""

    reference: str
    files: str
    npm: Mapping[str, str] = field(default_factory=dict)  # name in the build context -> package


_NODE: Final = MappingProxyType({"node": "node-linux-{cpu}@24", "npm": "npm@11"})
_RECIPES: Final = (
    Recipe(DEBIAN, "debian"),
    Recipe("python:3-slim", "python"),
    Recipe("busybox:1", "busybox"),
    Recipe("node:24-slim", "node", npm=_NODE),
    Recipe("nginx:1", "nginx"),
    Recipe("redis:7", "redis"),
)
RECIPES: Final[Mapping[str, Recipe]] = MappingProxyType({recipe.reference: recipe for recipe in _RECIPES})
"""Every stand-in that can be built, by the reference it stands in for."""


def build(
    reference: str, *, docker: Sequence[str] = ("docker",), report: Callable[[str], None] = lambda _: None
) -> str:
    """Build the stand-in for `reference` on the engine that `docker` talks to; return its image id."""
    recipe = RECIPES.get(reference)
    if recipe is None:
        raise SandboxError(f"There is no stand-in for {reference}.", hint=f"There are: {', '.join(RECIPES)}.")
    if reference == DEBIAN:
        report(f"{reference}: unpacking Debian packages")
        _import_debian(docker)
    else:
        if _find(DEBIAN, docker) is None:
            build(DEBIAN, docker=docker, report=report)
        report(f"{reference}: building")
        _build_from_debian(recipe, docker)
    image = _find(reference, docker)
    if image is None:
        raise SandboxError(f"The engine has no {reference} although it was just built.")
    return image


def _import_debian(docker: Sequence[str]) -> None:
    architecture = _architecture(docker)
    with temporary_folder() as folder:
        archive = f"{folder}/root.tar"
        clean = f"copy-in {_FILES / 'debian' / 'docker-clean'} /etc/apt/apt.conf.d"
        # Without usr-is-merged apt picks usrmerge, which brings 50 MB of Perl.
        unpack(archive, "bookworm", architecture, ["usr-is-merged"], [clean])
        changes = ('CMD ["bash"]', f"ENV PATH={_PATH}", f"LABEL {LABEL}=true")
        options = [option for change in changes for option in ("--change", change)]
        tool([*docker, "import", *options, archive, DEBIAN], f"Importing {DEBIAN}")


def _build_from_debian(recipe: Recipe, docker: Sequence[str]) -> None:
    found = proxies()
    with temporary_folder() as folder:
        shutil.copytree(_FILES / recipe.files, folder, dirs_exist_ok=True)
        arguments = [f"{name.upper()}_VERSION={version}" for name, version in _pack(recipe, folder, docker)]
        # The host's network, so that a package proxy on the host's own loopback is reached as well.
        command = [*docker, "build", "--progress=plain", "--network=host", f"--label={LABEL}=true"]
        command += [f"--build-arg={argument}" for argument in (*arguments, *found)]
        env = {"DOCKER_BUILDKIT": "1", "BUILDX_NO_DEFAULT_ATTESTATIONS": "1", **found}
        tool([*command, f"--tag={recipe.reference}", str(folder)], f"Building {recipe.reference}", env=env)


def _pack(recipe: Recipe, folder: Path, docker: Sequence[str]) -> list[tuple[str, str]]:
    """Fetch the recipe's npm packages into `folder`; return their names and versions."""
    if not recipe.npm:
        return []
    cpu = _CPU[_architecture(docker)]
    versions = []
    for name, pattern in recipe.npm.items():
        package = pattern.format(cpu=cpu)
        command = ["npm", "pack", "--json", f"--pack-destination={folder}", package]
        packed = json.loads(tool(command, f"Fetching {package}", cwd=str(folder)).stdout)
        (folder / packed[0]["filename"]).rename(folder / f"{name}.tgz")
        versions.append((name, str(packed[0]["version"])))
    return versions


def _architecture(docker: Sequence[str]) -> str:
    command = [*docker, "version", "--format", "{{.Server.Arch}}"]
    name = tool(command, "Asking the engine for its architecture", timeout=ASK).stdout.decode().strip()
    if name not in _CPU:
        raise SandboxError(f"There are no stand-ins for {name}.", hint=f"There are for: {', '.join(_CPU)}.")
    return name


def _find(reference: str, docker: Sequence[str]) -> str | None:
    """Return the id of an image that the engine has."""
    # Not `image inspect`, whose failure doesn't tell an absent image from an absent engine.
    command = [*docker, "image", "ls", "--quiet", "--no-trunc", reference]
    found = tool(command, f"Looking for {reference}", timeout=ASK).stdout.decode().split()
    return found[0] if found else None
