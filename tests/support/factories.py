"""Values with sensible defaults: a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from grader.core.facts import Build, BuildFailure, Completed, ContainerState, Entry, ImageInfo
from grader.core.result import CheckResult, ExerciseRef, Outcome, Result, Status, SubmissionRef

IMAGE_ID = "sha256:" + "1" * 64
WHEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

_IMAGE = ImageInfo(
    id=IMAGE_ID,
    size=50_000_000,
    layers=5,
    env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
    cmd=("python3",),
    entrypoint=(),
    user="",
    workdir="/app",
    ports=(),
    volumes=(),
    labels={},
    healthcheck=None,
    stop_signal=None,
    architecture="amd64",
    os="linux",
)
_STATE = ContainerState(
    id="c" * 64, status="running", exit_code=None, oom_killed=False, error="", argv=("python3", "app.py")
)


def make_image(**changes: Any) -> ImageInfo:
    """Give an image of a small Python program."""
    return replace(_IMAGE, **changes)


def make_state(**changes: Any) -> ContainerState:
    """Give the state of a running container."""
    return replace(_STATE, **changes)


def make_build(**changes: Any) -> Build:
    """Give a build that made an image; with `failure` or `timed_out`, one that made none."""
    failed = changes.get("failure") is not None or changes.get("timed_out", False)
    made = Build(image=None if failed else IMAGE_ID, seconds=1.5, log="#1 [1/2] FROM python:3-slim\n")
    return replace(made, **changes)


def make_build_failure(**changes: Any) -> BuildFailure:
    """Give the failure of a RUN step."""
    made = BuildFailure(
        message="process did not complete successfully: exit code: 1",
        step="[2/2] RUN pip install flsk",
        line=2,
        exit_code=1,
        output="ERROR: No matching distribution found for flsk",
    )
    return replace(made, **changes)


def make_completed(**changes: Any) -> Completed:
    """Give a command that succeeded and printed nothing."""
    return replace(Completed(exit_code=0, stdout="", stderr="", seconds=0.1), **changes)


def make_entry(path: str = "/app/app.py", **changes: Any) -> Entry:
    """Give a regular file of root's, mode 0644, of the size of its content."""
    content = changes.get("content", b"")
    made = Entry(path=path, mode=0o100644, size=len(content or b""), uid=0, gid=0, content=content)
    return replace(made, **changes)


def make_check_result(**changes: Any) -> CheckResult:
    """Give a passed check worth one point."""
    made: dict[str, object] = {"id": "builds", "title": "The image builds", "kind": "build", "outcome": Outcome.PASSED}
    return CheckResult.model_validate({**made, "points": 1, "max_points": 1, "seconds": 0.1, **changes})


def make_result(**changes: Any) -> Result:
    """Give a graded attempt; its score is the sum of its checks unless `score` is given."""
    checks: tuple[CheckResult, ...] = changes.get("checks", (make_check_result(),))
    made: dict[str, object] = {
        "attempt": "0123456789abcdef",
        "exercise": ExerciseRef(id="serve-on-3000", title="Serve a page on port 3000", digest="e" * 64),
        "submission": SubmissionRef(id="ada", kind="dockerfile", digest="5" * 64, received_at=WHEN),
        "status": Status.GRADED,
        "score": sum(check.points for check in checks),
        "max_score": sum(check.max_points for check in checks if not check.bonus),
        "checks": checks,
        "seed": 1,
        "started_at": WHEN,
        "finished_at": WHEN,
        "grader_version": "0.1.0",
    }
    return Result.model_validate({**made, **changes})
