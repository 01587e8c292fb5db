"""The build of a student's Dockerfile: tried once, within the rules, and kept."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from grader.core import dockerfile as dockerfiles
from grader.core import references
from grader.core.clock import budget
from grader.core.errors import Failure, SandboxError
from grader.sandbox import build, source
from grader.sandbox.ahead import Ahead
from grader.sandbox.policy import Policy

if TYPE_CHECKING:
    from grader.core.dockerfile import Dockerfile
    from grader.core.facts import Build
    from grader.core.progress import Progress
    from grader.sandbox.ledger import Ledger
    from grader.sandbox.preparation import Preparation
    from grader.sandbox.project import Plan


class Builder:
    """Builds on first use."""

    def __init__(self, ledger: Ledger, plan: Plan, preparation: Preparation, progress: Progress) -> None:
        self._ledger = ledger
        self._plan = plan
        self._preparation = preparation
        self._progress = progress
        self._parsed: Dockerfile | Failure | None = None
        self.tried: Build | Failure | None = None
        """How the build went, if it was tried."""

    @property
    def parsed(self) -> Dockerfile | None:
        """The Dockerfile, if it has been read and is one."""
        return self._parsed if isinstance(self._parsed, dockerfiles.Dockerfile) else None

    def dockerfile(self) -> Dockerfile:
        """Give the student's Dockerfile, parsed. Raises DockerfileError for text that is none."""
        if self._parsed is None:
            try:
                self._parsed = dockerfiles.parse(source.read(self._plan.dockerfile), self._plan.build.args)
            except Failure as failure:
                self._parsed = failure
        if isinstance(self._parsed, Failure):
            raise self._parsed.with_traceback(None)
        return self._parsed

    def build(self) -> Build:
        """Build once; raises Refused or DockerfileError, each a Failure, where nothing may or can be built."""
        if self.tried is None:
            try:
                self.tried = self._run()
            except Failure as failure:
                self.tried = failure
        if isinstance(self.tried, Failure):
            raise self.tried.with_traceback(None)
        return self.tried

    def _run(self) -> Build:
        parsed = self.dockerfile()
        Policy(self._plan.images).check(parsed)
        try:
            built = self._try(parsed)
        except SandboxError:
            self._preparation.settle()  # if the engine is at fault, that says it better
            raise
        if self._preparation.settle():
            # An image had to be pulled: what was tried without it doesn't count, nor does its time.
            built = self._try(parsed)
        if built.timed_out:
            self._ledger.engine.doubt = "a build did not end in time"
        return built

    def _try(self, parsed: Dockerfile) -> Build:
        self._progress.phase("Building the image")
        # What is needed only once there is an image is loaded while BuildKit is at work.
        Ahead(_load_what_comes_next)
        namespace = self._ledger.attempt if references.uses_cache_mounts(parsed) else ""
        with (
            budget("build", self._plan.build.timeout + 5),
            tempfile.TemporaryDirectory(prefix="grader-build-") as scratch,
        ):
            path = self._plan.dockerfile
            if parsed.syntax is not None:
                path = source.copy_without_syntax(path, parsed.text, Path(scratch))
            return build.build(
                self._ledger,
                self._plan.context,
                path,
                self._plan.build,
                namespace=namespace,
                cancelled=self._preparation.in_doubt,
            )


def _load_what_comes_next() -> None:
    import grader.sandbox.files
    import grader.sandbox.service  # noqa: F401 - only to have them loaded
