"""The image that disposable engines run from: Docker's own where Docker Hub can be reached, else Debian's packages."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.core.clock import limit
from grader.core.errors import SandboxError, TimedOut
from grader.core.scratch import temporary_folder
from grader.sandbox import images
from grader.sandbox.disposable.records import exclusive
from grader.sandbox.errors import translated
from grader.sandbox.packages import tool, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.sandbox.engine import Engine

NAME: Final = "grader-engine"
_SUITE: Final = "trixie"
"""The first Debian whose Docker has BuildKit and Compose."""
_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PULLED: Final = 900.0
"""Seconds that 150 MB may take on a slow line. Where Docker Hub is out of reach the engine says so much sooner."""


def ensure(host: Engine, report: Callable[[str], None]) -> str:
    """Give the id of the engine image, made on first use. Raises SandboxError when it can't be made."""
    found = present(host)
    if found is None:
        with exclusive(NAME):  # another process may be at it
            found = present(host) or _make(host, report)
    return found


def present(host: Engine) -> str | None:
    """Give the id of the engine image; None when it has yet to be made."""
    found = images.inspect(host, reference())
    return str(found["Id"]) if found is not None else None


def reference() -> str:
    """Give the image's name, which says what it is made from."""
    return f"{NAME}:{_digest(_recipe())}"


def _make(host: Engine, report: Callable[[str], None]) -> str:
    recipe, name = _recipe(), reference()
    report("Making the engine image, once (about half a minute)")
    if _pulled(host, _base(recipe)):
        _build(host, recipe, name)
    else:
        _from_packages(host, recipe, name)
    found = present(host)
    if found is None:
        raise SandboxError(f"the engine image {name} was made, and isn't there")
    return found


def remove(host: Engine) -> list[str]:
    """Remove all engine images, older ones too; gives the names of those that are gone."""
    from docker.errors import APIError

    gone = []
    with translated("removing engine images"):
        for name in (name for one in host.api.images(NAME) for name in one["RepoTags"] or ()):
            with suppress(APIError):  # something uses it
                host.api.remove_image(name)
                gone.append(str(name))
    return gone


def _recipe() -> Path:
    package = Path(__file__).resolve().parents[2]
    # A wheel carries the recipe inside the package; a checkout has it beside.
    inside = package / "engine_recipe"
    return inside if inside.is_dir() else package.parent / "ci" / "engine"


def _digest(recipe: Path) -> str:
    found = hashlib.sha256()
    for name in ("Dockerfile", "packages"):
        found.update((recipe / name).read_bytes())
    return found.hexdigest()[:12]


def _base(recipe: Path) -> str:
    lines = (recipe / "Dockerfile").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith("FROM "))


def _pulled(host: Engine, base: str) -> bool:
    try:
        with limit(_PULLED, "the time for pulling Docker's own image"):
            images.pull(host, base)
    except (SandboxError, TimedOut):
        return False
    return True


def _build(host: Engine, recipe: Path, name: str) -> None:
    command = [*host.buildx(), "build", "--load", "--progress=plain", f"--tag={name}", str(recipe)]
    tool(command, "Building the engine image", env=host.environment())


def _from_packages(host: Engine, recipe: Path, name: str) -> None:
    names = [line for line in (recipe / "packages").read_text().split("\n") if line and not line.startswith("#")]
    with temporary_folder() as folder:
        archive = f"{folder}/root.tar"
        unpack(archive, _SUITE, str(host.version().get("Arch", "amd64")), names)
        command = ["docker", "import", "--change", f"ENV PATH={_PATH}", archive, name]
        tool(command, "Importing the engine image", env=host.environment())
