"""The builds of a student's Dockerfile: each tried once, within the rules, and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core import dockerfile as dockerfiles
from grader.core import references
from grader.core.clock import budget
from grader.core.errors import Failure, SandboxError
from grader.core.scratch import temporary_folder
from grader.core.variants import Variant
from grader.sandbox import build, source, variants
from grader.sandbox.ahead import Ahead
from grader.sandbox.policy import Policy

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.dockerfile import Dockerfile
    from grader.core.facts import Build
    from grader.core.progress import Progress
    from grader.sandbox.ledger import Ledger
    from grader.sandbox.preparation import Preparation
    from grader.sandbox.project import Plan

AS_DESCRIBED: Final = Variant()
"""The build that the exercise describes."""


class Builder:
    """Builds on first use."""

    def __init__(self, ledger: Ledger, plan: Plan, preparation: Preparation, progress: Progress) -> None:
        self._ledger = ledger
        self._plan = plan
        self._preparation = preparation
        self._progress = progress
        self._parsed: Dockerfile | Failure | None = None
        self.text = ""
        """The Dockerfile as it was written, once it has been read."""
        self._tried: dict[Variant, Build | Failure] = {}
        self.seen: Build | Failure | None = None
        """The outcome that was asked for last."""

    @property
    def parsed(self) -> Dockerfile | None:
        """The Dockerfile, if it has been read and is one."""
        return self._parsed if isinstance(self._parsed, dockerfiles.Dockerfile) else None

    @property
    def tried(self) -> Build | Failure | None:
        """How the build that the exercise describes went, if it was tried."""
        return self._tried.get(AS_DESCRIBED)

    def dockerfile(self) -> Dockerfile:
        """Give the student's Dockerfile, parsed. Raises DockerfileError for text that is none."""
        if self._parsed is None:
            try:
                text = source.read(self._plan.dockerfile)
                self.text = text[: dockerfiles.MAX_BYTES]
                self._parsed = dockerfiles.parse(text, self._plan.build.args)
            except Failure as failure:
                self._parsed = failure
        if isinstance(self._parsed, Failure):
            raise self._parsed.with_traceback(None)
        return self._parsed

    def build(self, variant: Variant = AS_DESCRIBED) -> Build:
        """Build once; raises Refused or DockerfileError, each a Failure, where nothing may or can be built."""
        if variant not in self._tried:
            try:
                self._tried[variant] = self._run() if variant == AS_DESCRIBED else self._vary(variant)
            except Failure as failure:
                self._tried[variant] = failure
        self.seen = self._tried[variant]
        if isinstance(self.seen, Failure):
            raise self.seen.with_traceback(None)
        return self.seen

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
        return self._checked(built)

    def _try(self, parsed: Dockerfile) -> Build:
        self._progress.phase("Building the image")
        # What is needed only once there is an image is loaded while BuildKit is at work.
        Ahead(_load_what_comes_next)
        with budget("build", self._plan.build.timeout + 5):
            return self._call(parsed, AS_DESCRIBED, self._plan.context)

    def _vary(self, variant: Variant) -> Build:
        plan = self._plan
        # Arguments can change which images a build reads: the rules hold for what it reads now.
        given = variants.spec(plan.build, variant).args
        parsed = dockerfiles.parse(self.dockerfile().text, given)
        variants.check_target(parsed, variant)
        Policy(plan.images).check(parsed)
        self._preparation.settle()  # a pull is on nobody's clock
        self._progress.phase("Building the image once more")
        with variants.context(plan.context, plan.dockerfile, variant) as context:
            if variant.changed:
                # The cache may have lost since what an earlier build put there.
                self._clocked(parsed, variants.unchanged(variant), plan.context)
            return self._checked(self._clocked(parsed, variant, context))

    def _clocked(self, parsed: Dockerfile, variant: Variant, context: Path) -> Build:
        with budget("rebuild", self._plan.build.timeout + 5):
            return self._call(parsed, variant, context)

    def _call(self, parsed: Dockerfile, variant: Variant, context: Path) -> Build:
        with temporary_folder() as scratch:
            path = self._plan.dockerfile
            if parsed.syntax is not None:
                path = source.copy_without_syntax(path, parsed.text, scratch)
            built = build.build(
                self._ledger,
                context,
                path,
                variants.spec(self._plan.build, variant),
                namespace=self._ledger.attempt if references.uses_cache_mounts(parsed) else "",
                no_cache=variant.no_cache,
                cancelled=self._preparation.in_doubt,
            )
        return variants.located(built, parsed)

    def _checked(self, built: Build) -> Build:
        if built.timed_out:
            self._ledger.engine.doubt = "a build did not end in time"
        return built


def _load_what_comes_next() -> None:
    import grader.sandbox.files
    import grader.sandbox.service  # noqa: F401 - only to have them loaded
