"""What a Dockerfile may not ask for, decided before the build: afterwards the daemon has fetched it already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.core import references
from grader.core.errors import Failure
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.dockerfile import Dockerfile, Reference

_FRONTEND: Final = ("docker/dockerfile", "docker.io/docker/dockerfile")
"""The official frontend. It isn't fetched: the engine's own builder understands the same language."""


class Refused(Failure):
    """The build was not run; `rule` names the reason: `images`, `downloads`, `syntax` or `privileges`."""

    def __init__(self, rule: str, message: str, *, expected: str, actual: str, hint: str) -> None:
        super().__init__(message, expected=expected, actual=actual, hint=hint)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules for one exercise."""

    images: Sequence[str]
    """The only images that a build may read."""

    def check(self, dockerfile: Dockerfile) -> None:
        """Raise Refused for the first thing that breaks a rule."""
        self._syntax(dockerfile)
        for reference in references.images(dockerfile):
            self._image(reference)
        for reference in references.downloads(dockerfile):
            raise Refused(
                "downloads",
                f"line {reference.line}: ADD may not download {quoted(reference.written)}",
                expected="files that come with the submission",
                actual=reference.written,
                hint="Put the file into your folder and COPY it.",
            )
        for reference in references.privileges(dockerfile):
            raise Refused(
                "privileges",
                f"line {reference.line}: RUN {quoted(reference.written)} is not allowed here",
                expected="RUN without access to the host",
                actual=reference.written,
                hint="Leave the option out.",
            )

    def _image(self, reference: Reference) -> None:
        allowed = {references.normalize(name) for name in self.images} | {"scratch:latest"}
        if reference.value and references.normalize(reference.value) in allowed:
            return
        unclear = "" if reference.value else " (what it stands for can't be worked out)"
        raise Refused(
            "images",
            f"line {reference.line}: {reference.where} {quoted(reference.written)} is not one of the images "
            f"that this exercise allows{unclear}",
            expected=", ".join(self.images) or "no base image but scratch",
            actual=reference.value or reference.written,
            hint=f"Use {' or '.join(self.images) or 'scratch'}.",
        )

    def _syntax(self, dockerfile: Dockerfile) -> None:
        if dockerfile.syntax is None or dockerfile.syntax.partition(":")[0].lower() in _FRONTEND:
            return
        raise Refused(
            "syntax",
            f"the line '# syntax=' asks for a foreign build program: {quoted(dockerfile.syntax)}",
            expected="no '# syntax=' line, or docker/dockerfile",
            actual=dockerfile.syntax,
            hint="Remove the '# syntax=' line.",
        )


def without_syntax(text: str) -> str:
    """Blank the `# syntax=` lines at the top, keeping line numbers: fetching the frontend would need a network."""
    # At line feeds only, as BuildKit does: other separators may stand inside a line.
    lines = text.split("\n")
    for number, line in enumerate(lines):
        bare = line.removeprefix("\ufeff").strip()
        if bare and not bare.startswith("#"):
            break
        if bare.lstrip("# \t").lower().startswith("syntax"):
            lines[number] = "#"
    return "\n".join(lines)
