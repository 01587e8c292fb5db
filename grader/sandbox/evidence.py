"""What is known about a container that a failed check looked at, for explanations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from grader.core.clock import limit
from grader.core.errors import SandboxError, TimedOut, Unmet
from grader.sandbox import program

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.errors import Failure
    from grader.core.facts import Entry, ImageInfo
    from grader.sandbox.service import Service

MAX_LOG: Final = 20_000
"""Characters of a log, from its end."""


class Evidence:
    """Looks at containers, but starts nothing; remembers what a check saw in one that is gone."""

    def __init__(self, image: Callable[[], ImageInfo], entry: Callable[[str], Entry | None]) -> None:
        self._image = image
        self._entry = entry
        self._seen: tuple[Failure, dict[str, Any]] | None = None

    def keep(self, failure: Failure, service: Service) -> None:
        """Look at a container that a check has failed on, and that won't be there any more when it is explained."""
        self._seen = (failure, self.of(service))

    def kept(self, failure: Failure) -> dict[str, Any]:
        """Give what was seen when this failure was raised."""
        return self._seen[1] if self._seen is not None and self._seen[0] is failure else {}

    def of(self, service: Service) -> dict[str, Any]:
        """Give the fields of Case that are about a container; what can't be had is left out."""
        spec = service.spec
        known: dict[str, Any] = {
            "given_env": frozenset(spec.env),
            "given_command": spec.command or (),
            "given_capabilities": frozenset(spec.cap_add),
        }
        try:
            with limit(10, "the time for looking at a failure"):
                out, err = service.logs()
                listeners, state, image = service.listeners(), service.state(), self._image()
                return {
                    **known,
                    "image": image,
                    "container": state,
                    "listeners": listeners,
                    "logs": (out + err)[-MAX_LOG:],
                    "processes": service.processes() if state.running else service.processes_before,
                    "program": program.find(state, image, self._entry),
                }
        except (SandboxError, TimedOut, Unmet):
            return known
