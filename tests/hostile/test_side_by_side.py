"""Two students' commands at the same time, with the same names and ports, as the program grades them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.sandbox.engine import connect
from tests.sandbox.disposable.test_isolation import named, outside
from tests.support.commands import PROGRAM, process

SOLUTIONS = Path(__file__).parent.parent.parent / "solutions"
REFERENCE = SOLUTIONS / "publish-port-3000" / "reference"


@pytest.fixture
def state(tmp_path: Path) -> dict[str, str]:
    """A state folder of the test's own, so that no warm engine of the user's is taken."""
    return {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}


@pytest.mark.docker
def test_both_pass_and_the_machine_sees_nothing_of_it(tmp_path: Path, state: dict[str, str]) -> None:
    host = connect()
    before = outside(host)
    try:
        with ThreadPoolExecutor(2) as both:
            reports = [tmp_path / f"{number}.json" for number in range(2)]
            running = [
                both.submit(
                    process, "check", "publish-port-3000", str(REFERENCE), "--report", f"json:{report}", env=state
                )
                for report in reports
            ]
            during = []
            while not all(one.done() for one in running):
                during.append(outside(host))
                time.sleep(0.2)
        assert [one.result().code for one in running] == [0, 0]
        assert len(during) > 3
        assert all(one == before for one in during)
        assert outside(host) == before
        results = [json.loads(report.read_text()) for report in reports]
        assert {one["engine"]["mode"] for one in results} == {"isolated"}
        periods = [(one["started_at"], one["finished_at"]) for one in results]
        assert max(start for start, _ in periods) < min(end for _, end in periods)
    finally:
        host.close()


@pytest.mark.docker
@pytest.mark.parametrize("after", [0.3, 1.5, 3.0])
def test_an_interrupted_attempt_leaves_nothing(after: float, tmp_path: Path, state: dict[str, str]) -> None:
    (tmp_path / "commands.sh").write_text("docker run -d --name web busybox:1 sleep 100\nsleep 60\n")
    engines = tmp_path / "state" / "grader" / "engines"
    host = connect()
    before = outside(host)
    try:
        command = [str(PROGRAM), "check", "publish-port-3000", str(tmp_path / "commands.sh")]
        running = subprocess.Popen(command, env=state, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        time.sleep(after)
        names = [path.stem for path in engines.glob("*.json")]
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=30)
        assert running.returncode == 130
        assert "Traceback" not in said
        assert names or after < 1
        assert [one for name in names for one in named(host, name)] == []
        assert outside(host) == before
        assert list(engines.glob("*.json")) == []
    finally:
        host.close()
