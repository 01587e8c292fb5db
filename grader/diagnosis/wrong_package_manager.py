"""A package manager of another Linux than the image's: `apk` on Debian, `apt-get` on Alpine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.core.result import Diagnosis
from grader.core.text import one_line
from grader.diagnosis._build import base_of, failed_run, not_found, sets_path

if TYPE_CHECKING:
    from grader.core.facts import Case

_SYSTEMS: Final = {
    "apk": "Alpine Linux", "apt": "Debian and Ubuntu", "apt-get": "Debian and Ubuntu", "brew": "macOS",
    "choco": "Windows", "dnf": "Fedora and Red Hat", "microdnf": "Fedora and Red Hat", "pacman": "Arch Linux",
    "winget": "Windows", "yum": "Fedora and Red Hat", "zypper": "SUSE",
}  # fmt: skip
# The words of tags and names that say for certain which system it is.
_ALPINE: Final = re.compile(r"alpine")
_DEBIAN: Final = re.compile(r"(?:^|[/:-])(?:debian|ubuntu|slim|bullseye|bookworm|trixie)(?:$|[:.@-])")
_BUSYBOX: Final = re.compile(r"(?:^|/)busybox(?:$|[:@])")


def diagnose(case: Case) -> Diagnosis | None:
    """Look for a package manager that was not found."""
    ended = failed_run(case)
    name = not_found(ended) if ended is not None else None
    if ended is None or ended.instruction is None or name not in _SYSTEMS or sets_path(case, ended.instruction):
        return None
    image = base_of(case, ended.instruction)
    return Diagnosis(
        cause="wrong_package_manager",
        summary=f"{name} belongs to {_SYSTEMS[name]}, and the image {one_line(image, 80)} doesn't have it.",
        explanation="Each kind of Linux has a package manager of its own, and an image has that of its base image.",
        fix=_fix(image, ended.line),
        line=ended.line,
        certainty=93,
    )


def _fix(image: str, line: int | None) -> str:
    if _ALPINE.search(image):
        return f"This image is Alpine Linux. In line {line}, install with: apk add --no-cache"
    if _BUSYBOX.search(image):
        return f"This image has no package manager at all. Do without the package in line {line}, or use another base."
    if _DEBIAN.search(image):
        return f"This image is made of Debian or Ubuntu. In line {line}: apt-get update && apt-get install -y"
    return f"Use the package manager of this image in line {line}: its page says which Linux it is made of."
