"""Files put into containers, on the real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.core.errors import Failure, SandboxError
from grader.core.variation import Variation
from grader.sandbox.place import put
from tests.support.engine import project_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.sandbox.service import Service

pytestmark = pytest.mark.docker
SCRATCH = 'FROM scratch\nCOPY --from=busybox:1 /bin/busybox /busybox\nCMD ["/busybox", "sleep", "60"]\n'


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with (
        project_in(tmp_path_factory.mktemp("place"), SCRATCH) as project,
        project.volume() as volume,
        project.spawn(None, Variation(volumes={"/data": volume})) as service,
    ):
        yield service


@pytest.mark.parametrize("path", ["/note", "/data/note", "/data/deep/er/note", "/new/folder/note"])
def test_a_file_is_there_afterwards(service: Service, path: str) -> None:
    for content in (b"first\n", b"second\n"):
        service.write(path, content)
        found = service.entry(path)
        assert found is not None
        assert (found.content, found.uid, found.mode) == (content, 0, 0o100644)


def test_it_may_be_somebody_elses(service: Service) -> None:
    service.write("/data/theirs", b"", (1000, 50))
    found = service.entry("/data/theirs")
    assert found is not None
    assert (found.uid, found.gid) == (1000, 50)


@pytest.mark.parametrize("path", ["/busybox/note", "/data", "/" + 300 * "x"])
def test_where_none_can_be(service: Service, path: str) -> None:
    with pytest.raises(Failure, match=r"can't be written in the container"):
        service.write(path, b"")


def test_a_container_that_is_gone_is_the_platforms_fault(service: Service) -> None:
    with pytest.raises(SandboxError, match=r"writing /note"):
        put(service._engine, "f" * 64, "/note", b"")
