"""Nothing stays behind, however an attempt ends; and nothing goes that isn't ours."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from typing import TYPE_CHECKING

import pytest

from grader.core.progress import Silent
from grader.core.result import Status
from grader.grading import Options, grade
from grader.sandbox.engine import LABEL, connect
from grader.sandbox.ledger import abandoned, remove
from tests.hostile.attempts import GOOD, SERVE, exercise
from tests.support.engine import connected, watching, write

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.result import CheckResult

pytestmark = pytest.mark.docker


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def ledgers(folder: Path) -> list[Path]:
    return list((folder / "state").rglob("*.jsonl"))


class Interrupting(Silent):
    """Sends this process a Ctrl-C a moment after a phase has begun, as a keyboard would."""

    def __init__(self, phase: str, after: float) -> None:
        self._phase = phase
        self._after = after

    def phase(self, text: str) -> None:
        if text.startswith(self._phase):
            self._phase = "done"
            threading.Timer(self._after, os.kill, (os.getpid(), signal.SIGINT)).start()

    def checked(self, result: CheckResult) -> None:
        if self._phase == "checked" and result.id == "builds":
            signal.raise_signal(signal.SIGINT)


# Ctrl-C may hit the Docker library between making a socket and keeping it; the collector then closes it, and says so.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("phase", "after"),
    [
        ("Building", 0.0),
        ("Building", 0.5),
        ("Starting", 0.0),
        ("Starting", 0.05),
        ("Starting", 0.3),
        ("checked", 0.0),
        ("Checking: answers", 0.2),
    ],
)
def test_ctrl_c_leaves_nothing(tmp_path: Path, phase: str, after: float) -> None:
    step = f"RUN echo {uuid.uuid4()}; sleep 2\n" if phase == "Building" else ""
    work = write(tmp_path / "work", {"Dockerfile": f"FROM busybox:1\n{step}CMD sleep 60\n"})
    with watching() as watch:
        with pytest.raises(KeyboardInterrupt):
            grade(exercise(tmp_path), work, connect, Interrupting(phase, after))
        assert ledgers(tmp_path) == []
        time.sleep(0.5)  # what another thread is still making would turn up by now
        attempts = {one["Actor"]["Attributes"].get(LABEL, "") for one in watch._of("container", "create")}
        assert all(watch.nothing_left(attempt) for attempt in attempts if attempt)


def test_kept_objects_are_listed_and_can_be_removed(tmp_path: Path) -> None:
    work = write(tmp_path / "work", {"Dockerfile": GOOD})
    with watching() as watch, connected() as engine:
        result = grade(exercise(tmp_path), work, connect, options=Options(keep=True))
        assert result.passed
        assert len(result.flags) >= 2
        assert watch.left(result.attempt)
        for path, address, objects in abandoned():
            assert address == engine.address
            assert remove(engine, objects) == ()
            path.unlink()
        assert watch.nothing_left(result.attempt)


RUN = """\
import sys
from pathlib import Path
from grader.core.progress import Silent
from grader.grading import grade
from grader.sandbox.engine import connect
from tests.hostile.attempts import exercise

class Telling(Silent):
    def phase(self, text):
        print(text, flush=True)

grade(exercise(Path(sys.argv[1])), Path(sys.argv[2]), connect, Telling())
"""


@pytest.mark.parametrize("phase", ["Building", "Checking: answers"])
def test_what_a_killed_attempt_leaves_is_cleaned(tmp_path: Path, phase: str) -> None:
    text = f"FROM busybox:1\nRUN i=0; while [ $i -lt 20 ]; do echo {uuid.uuid4()}; sleep 0.1; i=$((i+1)); done\n"
    work = write(tmp_path / "work", {"Dockerfile": f"{text}CMD sleep 60\n"})
    with watching() as watch:
        command = [sys.executable, "-c", RUN, str(tmp_path), str(work)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith(phase):
                    break
            time.sleep(0.7)
            process.kill()
        (ledger,) = ledgers(tmp_path)
        attempt = ledger.stem
        done = subprocess.run(
            [sys.executable, "-c", "from grader.cli import main; main()", "clean"],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        assert "removing" in done.stdout
        assert ledgers(tmp_path) == []
        assert watch.nothing_left(attempt)


def test_an_image_of_the_students_own_survives(tmp_path: Path) -> None:
    """Of the very same Dockerfile, so of the very same layers."""
    work = write(tmp_path / "work", {"Dockerfile": f"FROM busybox:1\nRUN echo {uuid.uuid4()} > /id\n{SERVE}"})
    name = f"grader-test-{uuid.uuid4().hex[:8]}"
    with connected() as engine:
        subprocess.run(
            ["docker", "buildx", "build", "--builder=default", "--quiet", f"--tag={name}", str(work)],
            check=True,
            capture_output=True,
        )
        untagged = subprocess.run(
            ["docker", "buildx", "build", "--builder=default", "--quiet", "--label=mine=1", str(work)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        try:
            before = engine.api.inspect_image(name)["Id"]
            for _ in range(2):
                assert grade(exercise(tmp_path), work, connect).passed
            assert engine.api.inspect_image(name)["Id"] == before
            assert engine.api.inspect_image(untagged)["Id"] == untagged
        finally:
            engine.api.remove_image(name)
            engine.api.remove_image(untagged)


def test_all_ends_leave_nothing(tmp_path: Path) -> None:
    volumes = "VOLUME /a /b\n"
    ends = {
        "passed": (f"FROM busybox:1\n{volumes}{SERVE}", Status.GRADED),
        "failed": (f"FROM busybox:1\n{volumes}CMD exit 1\n", Status.GRADED),
        "not built": (f"FROM busybox:1\nRUN echo {uuid.uuid4()}\nRUN false\n", Status.GRADED),
        "refused": ("FROM debian\n", Status.GRADED),
        "rejected": ("FROM busybox:1\nRUN --network=host true\n", Status.REJECTED),
    }
    with watching() as watch:
        for name, (dockerfile, status) in ends.items():
            work = write(tmp_path / name, {"Dockerfile": dockerfile})
            result = grade(exercise(tmp_path), work, connect)
            assert result.status is status
            assert watch.nothing_left(result.attempt)
            assert ledgers(tmp_path) == []
