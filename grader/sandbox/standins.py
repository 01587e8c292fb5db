"""Builds stand-ins of the course's base images from Debian and npm packages, where Docker Hub can't be reached."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from grader.core.errors import SandboxError
from grader.core.process import Finished, run
from grader.core.text import decode, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LABEL: Final = "grader.standin"
"""On every stand-in; inherited by what is built from one."""

DEBIAN: Final = "debian:bookworm-slim"
"""The stand-in that the others are built from."""

_FILES: Final = Path(__file__).with_name("standin_files")
_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_CPU: Final = MappingProxyType({"amd64": "x64", "arm64": "arm64"})  # Docker's name -> npm's
_UNWANTED: Final = ("doc", "info", "locale", "man")  # what the -slim images leave out of /usr/share
_ASK: Final = 30.0  # seconds that a question to the engine may take
_WORK: Final = 600.0  # seconds that a step with downloads may take


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
    proxies = _proxies()
    with tempfile.TemporaryDirectory(prefix="grader-standin-") as folder:
        archive = f"{folder}/root.tar"
        # Programs are run from the unpacked folder, which a /tmp mounted with noexec does not allow.
        env = {"TMPDIR": "/var/tmp", **os.environ, **proxies}  # noqa: S108 - mmdebstrap makes its own folder there
        _run(_mmdebstrap(archive, architecture), "Unpacking Debian packages", env=env)
        changes = ('CMD ["bash"]', f"ENV PATH={_PATH}", f"LABEL {LABEL}=true")
        options = [option for change in changes for option in ("--change", change)]
        _run([*docker, "import", *options, archive, DEBIAN], f"Importing {DEBIAN}")


def _mmdebstrap(archive: str, architecture: str) -> list[str]:
    return [
        "mmdebstrap",
        "--variant=minbase",
        f"--architectures={architecture}",
        "--include=usr-is-merged",  # otherwise apt picks usrmerge, which brings 50 MB of Perl
        "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
        "--dpkgopt=force-unsafe-io",  # nothing to save here if the machine crashes
        *(f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in _UNWANTED),
        "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        '--customize-hook=rm -f "$1"/var/cache/apt/*.bin',  # docker-clean hides them from mmdebstrap's own cleaning
        f"--customize-hook=copy-in {_FILES / 'debian' / 'docker-clean'} /etc/apt/apt.conf.d",
        "bookworm",
        archive,
    ]


def _build_from_debian(recipe: Recipe, docker: Sequence[str]) -> None:
    proxies = _proxies()
    with tempfile.TemporaryDirectory(prefix="grader-standin-") as folder:
        shutil.copytree(_FILES / recipe.files, folder, dirs_exist_ok=True)
        arguments = [f"{name.upper()}_VERSION={version}" for name, version in _pack(recipe, folder, docker)]
        # The host's network, so that a package proxy on the host's own loopback is reached as well.
        command = [*docker, "build", "--progress=plain", "--network=host", f"--label={LABEL}=true"]
        command += [f"--build-arg={argument}" for argument in (*arguments, *proxies)]
        env = {"DOCKER_BUILDKIT": "1", "BUILDX_NO_DEFAULT_ATTESTATIONS": "1", **proxies}
        _run([*command, f"--tag={recipe.reference}", folder], f"Building {recipe.reference}", env=env)


def _pack(recipe: Recipe, folder: str, docker: Sequence[str]) -> list[tuple[str, str]]:
    """Fetch the recipe's npm packages into `folder`; return their names and versions."""
    if not recipe.npm:
        return []
    cpu = _CPU[_architecture(docker)]
    versions = []
    for name, pattern in recipe.npm.items():
        package = pattern.format(cpu=cpu)
        command = ["npm", "pack", "--json", f"--pack-destination={folder}", package]
        packed = json.loads(_run(command, f"Fetching {package}", cwd=folder).stdout)
        Path(folder, packed[0]["filename"]).rename(Path(folder, f"{name}.tgz"))
        versions.append((name, str(packed[0]["version"])))
    return versions


def _architecture(docker: Sequence[str]) -> str:
    command = [*docker, "version", "--format", "{{.Server.Arch}}"]
    name = _run(command, "Asking the engine for its architecture", timeout=_ASK).stdout.decode().strip()
    if name not in _CPU:
        raise SandboxError(f"There are no stand-ins for {name}.", hint=f"There are for: {', '.join(_CPU)}.")
    return name


def _find(reference: str, docker: Sequence[str]) -> str | None:
    """Return the id of an image that the engine has."""
    # Not `image inspect`, whose failure doesn't tell an absent image from an absent engine.
    command = [*docker, "image", "ls", "--quiet", "--no-trunc", reference]
    found = _run(command, f"Looking for {reference}", timeout=_ASK).stdout.decode().split()
    return found[0] if found else None


def _proxies() -> dict[str, str]:
    """Return the proxies that this machine fetches packages through, as environment variables."""
    found = {name: os.environ[name] for name in ("http_proxy", "https_proxy", "no_proxy") if name in os.environ}
    if "http_proxy" not in found and shutil.which("apt-config"):
        command = ["apt-config", "dump", "--format=%v", "Acquire::http::Proxy"]
        proxy = _run(command, "Reading apt's settings", timeout=_ASK).stdout.decode().strip()
        if proxy and proxy != "DIRECT":
            found["http_proxy"] = proxy
    return found


_INSTALL: Final = MappingProxyType(
    {
        "mmdebstrap": "Install it (`apt-get install mmdebstrap`), or run ci/setup.",
        "npm": "Install it (`apt-get install npm`), or run ci/setup.",
    }
)
_REPAIR: Final = MappingProxyType(
    {
        "mmdebstrap": "Where you are not root, it needs the package uidmap. Are Debian's packages within reach?",
        "npm": "Is the npm registry within reach? Try `npm ping`.",
    }
)


def _run(
    command: Sequence[str],
    what: str,
    *,
    timeout: float = _WORK,
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
) -> Finished:
    try:
        finished = run(command, timeout=timeout, env={**os.environ, **(env or {})}, cwd=cwd)
    except FileNotFoundError:
        raise SandboxError(
            f"{what} needs `{command[0]}`, which isn't installed.", hint=_INSTALL.get(command[0])
        ) from None
    if finished.timed_out:
        raise SandboxError(f"{what} took longer than {timeout:.0f} s.")
    if finished.exit_code != 0:
        said = decode(finished.stderr or finished.stdout).strip().splitlines()[-12:]
        lines = "\n".join(one_line(line, 300) for line in said)
        raise SandboxError(f"{what} failed with exit code {finished.exit_code}:\n{lines}", hint=_REPAIR.get(command[0]))
    return finished
