"""The limits of a disposable engine hold for all that is in it, and it survives whoever meets them."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from grader.core.specs import MIB, EngineSpec
from grader.sandbox.disposable import pool, seeds
from grader.sandbox.engine import connect
from tests.support.disposable import Bench, bench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEC = EngineSpec(memory=384 * MIB, pids=250, disk=512 * MIB)
"""Small, so that the limits are met soon."""


@pytest.fixture(scope="module")
def small(state: Path) -> Iterator[Bench]:
    """An engine with small limits; its disk begins with a seed whose making was interrupted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(state))
        host = connect()
        seed = pool.want(host, ("busybox:1",), SPEC, lambda _: None).seed
        try:
            seeds.remove(host, seed)
            host.api.create_volume(seed)
            with bench(("busybox:1",), SPEC) as one:
                yield one
        finally:
            assert seeds.remove(host, seed)
            host.close()


def run(small: Bench, *command: str) -> tuple[int, str]:
    """Run something in a container without any limits of its own; gives exit code and output."""
    api = small.engine.api
    made = api.create_container("busybox:1", list(command))["Id"]
    api.start(made)
    code = int(api.wait(made, timeout=60)["StatusCode"])
    said = api.logs(made, tail=20).decode("utf-8", "replace")
    api.remove_container(made, v=True, force=True)
    return code, said


def build(small: Bench, step: str) -> subprocess.CompletedProcess[str]:
    command = ["docker", "buildx", "build", "--progress=plain", "-"]
    text = f"FROM busybox:1\nRUN {step}\n"
    return subprocess.run(
        command, env=small.engine.environment(), input=text, capture_output=True, text=True, timeout=90, check=False
    )


def engine_works(small: Bench) -> bool:
    return run(small, "echo", "still here") == (0, "still here\n")


@pytest.mark.docker
def test_a_seed_whose_making_was_interrupted_is_made_again(small: Bench) -> None:
    assert [one["RepoTags"] for one in small.engine.api.images()] == [["busybox:1"]]
    assert engine_works(small)


@pytest.mark.docker
def test_memory_of_a_container(small: Bench) -> None:
    code, _ = run(small, "sh", "-c", "x=x; while true; do x=$x$x; done")
    assert code in {2, 137}  # killed, or told by the shell that there is none left
    assert engine_works(small)


@pytest.mark.docker
def test_memory_of_a_build(small: Bench) -> None:
    done = build(small, "x=x; while true; do x=$x$x; done")
    assert done.returncode != 0
    assert engine_works(small)


@pytest.mark.docker
def test_processes(small: Bench) -> None:
    """All of them together stay below the limit, which the host keeps: not even the student's root could lift it."""
    bomb = "i=0; while [ $i -lt 600 ]; do sleep 20 & i=$((i+1)); done; wait"
    api = small.engine.api
    made = api.create_container("busybox:1", ["sh", "-c", bomb])["Id"]
    api.start(made)
    most = 0
    for _ in range(20):
        stats: dict[str, Any] = small.host.api.stats(small.record.name, stream=False, one_shot=True)
        most = max(most, int(stats["pids_stats"]["current"]))
    assert 100 < most <= SPEC.pids
    api.remove_container(made, v=True, force=True)
    assert engine_works(small)


@pytest.mark.docker
def test_disk(small: Bench) -> None:
    before = shutil.disk_usage("/").free
    code, said = run(small, "dd", "if=/dev/zero", "of=/big", "bs=1M", "count=2000")
    assert code == 1
    assert "No space left on device" in said
    assert before - shutil.disk_usage("/").free < 1024 * MIB
    assert engine_works(small)


@pytest.mark.docker
def test_disk_of_a_build(small: Bench) -> None:
    done = build(small, "dd if=/dev/zero of=/big bs=1M count=2000")
    assert done.returncode != 0
    assert "No space left on device" in done.stderr
    assert engine_works(small)
    small.reset()
