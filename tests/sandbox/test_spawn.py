"""Further containers and volumes of an attempt, on the real engine."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from grader.core.errors import SandboxError, Unmet
from grader.core.facts import Command, Probe
from grader.core.specs import MIB, ContainerSpec
from grader.core.variation import Rhythm, Variation
from tests.support.engine import project_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.sandbox.project import Project

pytestmark = pytest.mark.docker
SOURCE = """\
FROM busybox:1
HEALTHCHECK --interval=1s CMD echo fine; true
CMD ["sh", "-c", "echo $WHO; sleep 60"]
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    main = ContainerSpec(env={"WHO": "first"})
    with project_in(tmp_path_factory.mktemp("spawn"), SOURCE, main=main) as project:
        yield project


def test_it_differs_as_told_and_is_gone_afterwards(project: Project) -> None:
    engine = project._ledger.engine
    with project.spawn(None, Variation(env={"WHO": "second"}, memory=32 * MIB, tty=True, stdin=True)) as another:
        raw = engine.api.inspect_container(another.id)
        assert raw["HostConfig"]["Memory"] == raw["HostConfig"]["MemorySwap"] == 32 * MIB
        assert (raw["Config"]["Tty"], raw["Config"]["OpenStdin"]) == (True, True)
        assert "WHO=second" in raw["Config"]["Env"]
        assert another.id != project.container(None).id
    assert another.id not in {one["Id"] for one in engine.api.containers(all=True)}


@pytest.mark.parametrize("health", [True, False])
def test_the_health_check_runs_if_it_is_wanted(project: Project, *, health: bool) -> None:
    with project.spawn(None, Variation(health=health)) as another:
        assert (another.state().health is not None) is health


def test_its_rhythm_can_be_another_and_the_rest_is_the_images(project: Project) -> None:
    rhythm = Rhythm(interval=0.5, start_period=0, retries=2)
    with project.spawn(None, Variation(health=True, rhythm=rhythm)) as another:
        found = project._ledger.engine.api.inspect_container(another.id)["Config"]["Healthcheck"]
        assert found["Test"] == ["CMD-SHELL", "echo fine; true"]
        assert (found["Interval"], found["StartPeriod"], found["Retries"]) == (500_000_000, 1_000_000, 2)
        end = time.monotonic() + 10
        while not (state := another.state()).health_log and time.monotonic() < end:
            time.sleep(0.05)
        assert state.health_log[0] == Probe(exit_code=0, output="fine\n")


def test_a_volume_outlives_a_container_and_ends_with_the_block(project: Project) -> None:
    with project.volume() as name:
        mounted = Variation(command=("sleep", "60"), volumes={"/data": name})
        with project.spawn(None, mounted) as first:
            assert first.execute(Command(("touch", "/data/mark"))).exit_code == 0
        with project.spawn(None, mounted) as second:
            assert second.execute(Command(("test", "-e", "/data/mark"))).exit_code == 0
    api = project._ledger.engine.api
    assert name not in {one["Name"] for one in api.volumes()["Volumes"] or ()}


def test_memory_is_not_tried_where_it_has_no_limit(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project._ledger.engine.api, "info", lambda: {"MemoryLimit": False})
    with (
        pytest.raises(SandboxError, match="does not limit the memory"),
        project.spawn(None, Variation(memory=32 * MIB)),
    ):
        pass


def test_one_that_is_not_started_shows_its_image(project: Project) -> None:
    with project.spawn(None, Variation(start=False)) as another:
        assert another.state().status == "created"
        assert another.entry("/bin/sh", follow=True) is not None


def test_what_was_not_built_can_t_be_started(tmp_path: Path) -> None:
    with (
        project_in(tmp_path, "FROM busybox:1\nRUN false\n") as project,
        pytest.raises(Unmet),
        project.spawn(None, Variation()),
    ):
        pass
