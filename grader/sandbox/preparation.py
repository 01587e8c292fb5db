"""Getting the engine and the base images ready, while the build client starts.

Connecting, asking the engine about itself and looking for the base images take about as long as BuildKit's client
needs to start, so both go on at once. Only if an image turns out to be missing is it pulled, on a clock of its own, and
the build begun again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.clock import budget
from grader.core.errors import SandboxError, TimedOut
from grader.sandbox import images
from grader.sandbox.ahead import Ahead

if TYPE_CHECKING:
    from grader.core.progress import Progress
    from grader.core.result import EngineInfo, ImageRef
    from grader.sandbox.engine import Engine


class Preparation:
    """Looks at engine and images in the background; pulls, in the foreground, what isn't there."""

    def __init__(self, engine: Engine, names: tuple[str, ...], progress: Progress, pull_seconds: float) -> None:
        self._engine = engine
        self._names = names
        self._progress = progress
        self._pull_seconds = pull_seconds
        self._info: EngineInfo | None = None
        self._failed = False
        self._found: dict[str, ImageRef | None] = {}
        self._looking = Ahead(self._look)

    def _look(self) -> None:
        try:
            self._info = self._engine.describe()
            for name in self._names:
                raw = images.inspect(self._engine, name)
                self._found[name] = images.ref(name, raw) if raw is not None else None
        except BaseException:
            self._failed = True
            raise

    def in_doubt(self) -> bool:
        """Whether a build that runs now has no chance, or would pull on the student's clock."""
        return self._failed or None in self._found.copy().values()

    def settle(self) -> bool:
        """Wait until everything is there, pulling what is missing; says whether something had to be pulled.

        Raises SandboxError when the engine doesn't answer or an image can't be had.
        """
        self._looking.result()
        missing = [name for name, ref in self._found.items() if ref is None]
        if missing:
            self._pull(missing)
        return bool(missing)

    def _pull(self, missing: list[str]) -> None:
        try:
            with budget("pull", self._pull_seconds):
                refs = images.ensure(self._engine, missing, self._progress.phase)
        except TimedOut as error:
            raise SandboxError(
                f"pulling base images: {error.message}", hint="Run `grader images pull` first."
            ) from None
        self._found |= {ref.ref: ref for ref in refs}

    def facts(self) -> dict[str, EngineInfo | tuple[ImageRef, ...]]:
        """Give the fields of a Result, `engine` and `images`, as far as they are known by now."""
        self._looking.join()
        found: dict[str, EngineInfo | tuple[ImageRef, ...]] = {
            "images": tuple(ref for ref in self._found.values() if ref is not None)
        }
        if self._info is not None:
            found["engine"] = self._info
        return found
