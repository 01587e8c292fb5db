"""Build an image with BuildKit, through Buildx, the build client of the `docker` command.

The engine's API offers the classic builder only, which accepts `RUN <<EOF` and silently doesn't run its body
(docker-py issue 2230); BuildKit's needs a session, which the command has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.clock import remaining
from grader.core.errors import SandboxError
from grader.core.facts import Build, BuildFailure
from grader.core.process import run
from grader.core.quantities import show_seconds
from grader.core.scratch import temporary_folder
from grader.core.text import one_line
from grader.sandbox.buildlog import BuildLog
from grader.sandbox.engine import LABEL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from grader.core.specs import BuildSpec
    from grader.sandbox.ledger import Ledger

# What the daemon or its client says when it is in trouble itself: with these words its message begins, or ends. A RUN
# step can't write into the message, and the names of a submission stand in the middle of it.
_BEGINNINGS: Final = (
    "Cannot connect to the Docker daemon",
    "error during connect",
    "failed to dial",
    "lease does not exist",
    "unknown flag: --progress",
    "invalid progress mode",
    "docker: 'buildx' is not a docker command",
    "unknown command: docker buildx",
)
_ENDINGS: Final = (
    "no space left on device",
    "connection reset by peer",
    "transport is closing",
    "lease does not exist",
)


def build(
    ledger: Ledger,
    context: Path,
    dockerfile: Path,
    spec: BuildSpec,
    *,
    namespace: str,
    no_cache: bool = False,
    cancelled: Callable[[], bool] | None = None,
) -> Build:
    """Build `context` with `dockerfile`; a build that fails or takes too long is an outcome, not an error.

    `namespace` keeps cache mounts apart from those of other attempts; with `no_cache`, every step is run. Raises
    SandboxError if the builder itself fails.
    """
    ledger.add("build", ledger.attempt)
    log = BuildLog()
    with temporary_folder() as scratch:
        target = scratch / "image-id"
        argv = _command(
            ledger.engine.buildx(),
            context,
            dockerfile,
            spec,
            target=target,
            attempt=ledger.attempt,
            namespace=namespace,
            no_cache=no_cache,
        )
        try:
            done = run(
                argv,
                timeout=remaining(spec.timeout),
                env=ledger.engine.environment(),
                max_output=0,
                on_stderr=log.feed,
                cancelled=cancelled,
            )
        except FileNotFoundError:
            raise SandboxError(
                "the `docker` command is not installed",
                hint="Install the Docker client with Buildx; see `grader doctor`.",
            ) from None
        log.feed(b"\n")
        image = target.read_text().strip() if done.exit_code == 0 and target.exists() else None
    if image is not None:
        ledger.add("image", image)
        ledger.drop("build", ledger.attempt)
        return Build(
            image=image, seconds=done.seconds, log=log.text(), cached_steps=log.cached_steps, steps=log.steps()
        )
    failure = log.failure()
    if done.timed_out:
        what = f"the build was not finished after {show_seconds(spec.timeout)} (the build limit)"
        failure = BuildFailure(message=what, step=log.unfinished(), output=failure.output)
    elif done.exit_code == 0:
        raise SandboxError("the build ended well, but without an image", hint="See `grader doctor`.")
    elif _is_trouble(failure):
        raise SandboxError(f"the build could not be run: {one_line(failure.message)}", hint="See `grader doctor`.")
    return Build(
        image=None,
        seconds=done.seconds,
        log=log.text(),
        failure=failure,
        timed_out=done.timed_out,
        cached_steps=log.cached_steps,
        steps=log.steps(),
    )


def _is_trouble(failure: BuildFailure) -> bool:
    # What BuildKit says of a line before any step runs is about its words, which may come last: `invalid signal: …`.
    if failure.exit_code is not None or (failure.line is not None and failure.step is None):
        return False
    said = failure.message.removeprefix("failed to solve: ")
    return said.startswith(_BEGINNINGS) or said.rstrip(".").endswith(_ENDINGS)


def _command(
    buildx: Sequence[str],
    context: Path,
    dockerfile: Path,
    spec: BuildSpec,
    *,
    target: Path,
    attempt: str,
    namespace: str,
    no_cache: bool,
) -> list[str]:
    argv = [*buildx, "build", "--builder=default", "--progress=rawjson", "--provenance=false"]
    argv += [f"--network={spec.network}", f"--iidfile={target}", f"--file={dockerfile}", "--load"]
    # The label makes the image's id this attempt's own: removing it can't take an image of the user's along.
    argv += [f"--label={LABEL}={attempt}"]
    if namespace:
        argv += [f"--build-arg=BUILDKIT_CACHE_MOUNT_NS={namespace}"]
    argv += [f"--build-arg={name}={value}" for name, value in spec.args.items()]
    if no_cache:
        argv += ["--no-cache"]
    if spec.target is not None:
        argv += [f"--target={spec.target}"]
    return [*argv, str(context)]
