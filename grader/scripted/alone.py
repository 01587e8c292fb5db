"""A run of tests that a person starts: `pytest --grader-submission FOLDER tests/`."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.core.errors import Broken, Failure, GraderError, SandboxError, Unmet
from grader.scripted import fixtures
from grader.scripted.asking import ASKER

if TYPE_CHECKING:
    from grader.checks._desk import Desk
    from grader.core import dockerfile
    from grader.exercise.model import Exercise

__tracebackhide__ = True  # for pytest: what a test did is its author's line, not ours


def begin(config: pytest.Config) -> None:
    """Get ready to open the submission when a test first looks at it."""
    source = Path(config.option.grader_submission)
    if not source.exists():
        raise pytest.UsageError(f"--grader-submission: there is no {source}")
    if not source.is_dir() and config.option.grader_exercise is None:
        raise pytest.UsageError("--grader-submission: without --grader-exercise it must be a folder with a Dockerfile")
    config.pluginmanager.register(fixtures, "grader-fixtures")
    alone = Alone(config, source)
    config.stash[ASKER] = lambda: alone
    config.pluginmanager.register(alone, "grader-alone")


class Alone:
    """Opens the submission once, and answers in pytest's own process."""

    def __init__(self, config: pytest.Config, source: Path) -> None:
        self._config = config
        self._source = source
        self._open = ExitStack()
        self._desk: Desk | None = None

    def ask(self, question: str, **arguments: Any) -> Any:
        """Give an answer; a build that failed is a failure of whatever needs the image."""
        try:
            if self._desk is None:
                self._desk = self._opened()
            return self._desk.answer(question, arguments)
        except Unmet as unmet:
            raise self._unbuilt(unmet) from None
        except (Failure, Broken) as error:
            raise error.with_traceback(None) from None  # how the answer was looked for is of no interest
        except SandboxError as error:
            pytest.exit(f"{error.message}{f' ({error.hint})' if error.hint else ''}", returncode=error.exit_code)

    def _unbuilt(self, unmet: Unmet) -> Failure:
        """Say why there is no image: here, no other check does."""
        try:
            build = self._desk.answer("build", {}) if self._desk is not None else None
        except Failure as failure:
            return failure
        failed = getattr(build, "failure", None)
        return Failure(f"{unmet}: {failed.message}\n{failed.output}" if failed is not None else str(unmet))

    def _opened(self) -> Desk:
        from grader.checks._desk import Desk
        from grader.core.progress import Silent
        from grader.core.scratch import scratch_folder
        from grader.exercise.engines import opener
        from grader.grading.attempt import Attempt
        from grader.grading.opening import opened

        try:
            exercise = self._exercise()
            connect = opener(exercise, self._config.option.grader_engine)
            attempt = Attempt(exercise, secrets.token_hex(16), datetime.now(UTC))
            scratch = self._open.enter_context(scratch_folder())
            work = self._open.enter_context(opened(attempt, self._source, scratch, connect, Silent()))
        except SandboxError:
            raise
        except GraderError as error:
            pytest.exit(f"{error.message}{f' ({error.hint})' if error.hint else ''}", returncode=error.exit_code)
        return Desk(work.target, work.setting)

    def _exercise(self) -> Exercise:
        name: str | None = self._config.option.grader_exercise
        if name is None:
            return plain(self._source)
        from grader.exercise.find import find
        from grader.exercise.load import load

        return load(find(name), secrets.randbits(32))

    def pytest_runtest_setup(self) -> None:
        """Let every test begin with containers that run, as under a check."""
        if self._desk is not None:
            self._desk.begin()

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Remove everything that was made, also after a Ctrl-C."""
        self._desk = None
        self._open.close()


def plain(source: Path) -> Exercise:
    """Give an exercise that asks for nothing: what a Dockerfile names may be used, what it exposes is published."""
    from grader.core import dockerfile, references
    from grader.core.specs import ContainerSpec, Ready
    from grader.exercise.model import Exercise, ExerciseFile
    from grader.submissions.dockerfile import Dockerfile

    images: set[str] = set()
    ports: list[int] = []
    try:
        raw = (source / "Dockerfile").read_bytes()[: dockerfile.MAX_BYTES + 1]
        parsed = dockerfile.parse(raw.decode("utf-8", "replace"))
    except (OSError, Failure):
        pass  # opening or building it tells what is wrong
    else:
        images = {one.value for one in references.images(parsed)} - {"", "scratch"}
        ports = _exposed(parsed)
    ready = Ready(port=ports[0]) if ports else Ready()
    file = ExerciseFile.model_validate(
        {
            "schema": "grader/exercise/v1",
            "id": "submission",
            "title": "A submission",
            "submission": Dockerfile(),
            "images": tuple(sorted(images)),
            "containers": {"main": ContainerSpec(publish=tuple(ports), ready=ready)},
            "checks": (),
        }
    )
    return Exercise(file, source, "", 0, {})


def _exposed(parsed: dockerfile.Dockerfile) -> list[int]:
    words = [
        word
        for stage in parsed.lineage()
        for one in stage.instructions
        if one.name == "EXPOSE"
        for word in one.arguments
    ]
    numbers = [int(word.removesuffix("/tcp")) for word in words if word.removesuffix("/tcp").isdecimal()]
    return [number for number in dict.fromkeys(numbers) if 0 < number < 65536]  # noqa: PLR2004 - TCP
