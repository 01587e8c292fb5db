"""The `restart` check, as a table, and on the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.restart import Restart
from grader.core.errors import SandboxError
from grader.core.facts import Listener
from grader.core.specs import ContainerSpec, Ready
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.factories import make_state
from tests.support.fakes import FakeContainer, FakeTarget
from tests.support.scratch import SCRATCH
from tests.support.servers import resetting, sending, serving

if TYPE_CHECKING:
    import socket
    from pathlib import Path

ENDED = make_state(status="exited", exit_code=1)


class Forgetful(FakeContainer):
    """One that has other files after it was restarted."""

    after: dict[str, bytes]

    def restart(self, grace: float) -> None:
        super().restart(grace)
        self.files = self.after


class Counting(FakeContainer):
    """One whose program makes its file when it is asked for the first time, and changes it each time."""

    def connect(self, port: int, timeout: float) -> socket.socket:
        self.files["/data/count"] = self.files.get("/data/count", b"") + b"|"
        return super().connect(port, timeout)


class Crashing(FakeContainer):
    """One that ends when it is asked."""

    def connect(self, port: int, timeout: float) -> socket.socket:
        self.now = ENDED
        return super().connect(port, timeout)


class Dying(FakeContainer):
    """One that does not come back."""

    def restart(self, grace: float) -> None:
        super().restart(grace)
        self.now = ENDED


def restart(**fields: Any) -> Any:
    return make(Restart, **{"stays": "10ms", "at_most": "50ms", **fields})


def of(container: FakeContainer) -> FakeTarget:
    return FakeTarget(containers=[container])


def test_passes() -> None:
    container = FakeContainer(listening=[Listener("0.0.0.0", 80)], files={"/there": b"x"})  # noqa: S104 - its address
    passes(restart(port=80, keeps=["/there", "/made"], grace="3s"), of(container))
    assert container.restarts == [3.0]
    assert set(container.files) == {"/there", "/made"}


def test_the_students_own_is_restarted_itself() -> None:
    container = FakeContainer(name="web", files={"/note": b"x"})
    target = of(container)
    passes(restart(keeps=["/note"], **{"in": {"container": "web"}}), target)
    assert target.spawned == []
    failure = fails(restart(keeps=["/no"], **{"in": {"container": "web"}}), target, "there is no file /no")
    assert "docker restart -t 10 web" in str(failure.reproduce)


def test_fails_to_be_ready() -> None:
    fails(restart(), of(FakeContainer(now=ENDED)), "the container is not running: it ended with exit code 1")
    fails(restart(), of(FakeContainer(not_ready="port 80 is closed")), "port 80 is closed")


def test_fails_to_come_back() -> None:
    failure = fails(
        restart(),
        of(Dying(stdout="started\n", stderr="lock file exists\n")),
        "after docker restart, the container is not running: it ended with exit code 1",
    )
    assert failure.evidence[0].text == "started\nlock file exists"
    assert "docker restart -t 10 try" in str(failure.reproduce)
    failure = fails(restart(port=80), of(FakeContainer()), "0.1 s after docker restart, nothing answers on port 80")
    assert failure.actual == "nothing in the container listens on any port"


@pytest.mark.parametrize(
    ("after", "because"),
    [({}, "the file /note is gone after docker restart"), ({"/note": b"y"}, "the file /note has another content")],
)
def test_fails_to_keep(after: dict[str, bytes], because: str) -> None:
    container = Forgetful(files={"/note": b"x"})
    container.after = after
    fails(restart(keeps=["/note"]), of(container), because)


def test_files_are_made_by_the_program_itself_or_in_its_name() -> None:
    listening = [Listener("0.0.0.0", 80)]  # noqa: S104 - its address
    with serving(sending(b"HTTP/1.0 200 OK\r\n\r\n")) as address:
        container = Counting(published={80: address}, listening=listening, files={"/data": b""})
        container.owners["/data"] = (1000, 50)
        passes(restart(port=80, path="/", at_most="5s", keeps=["/data/count", "/data/deep/made"]), of(container))
    assert container.files["/data/count"] == b"||"
    assert container.owners == {"/data": (1000, 50), "/data/deep/made": (1000, 50)}


def test_fails_to_answer_before() -> None:
    failure = fails(restart(port=80, path="/", keeps=["/note"]), of(FakeContainer()), "after its first start, nothing")
    assert failure.actual == "nothing in the container listens on any port"


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"path": "/"}, "path needs the port to ask"),
        ({"grace": "20s", "at_most": "10s"}, "must be shorter than timeout"),
        ({"keeps": ["note"]}, "the path must be absolute"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(Restart, because, **fields)


SERVER = 'CMD ["/busybox", "httpd", "-f", "-p", "80", "-h", "/"]\n'
LOCKED = """\
FROM busybox:1
RUN echo hello > /index.html
CMD ["sh", "-c", "mkdir /lock && echo up && exec httpd -f -p 80 -h /"]
"""
PUBLISHED = ContainerSpec(publish=(80,), ready=Ready(port=80), cap_add=("NET_BIND_SERVICE",))


def test_one_that_crashes_when_it_is_asked() -> None:
    listening = [Listener("0.0.0.0", 80)]  # noqa: S104 - its address
    with serving(resetting(), read=False) as address:
        container = Crashing(published={80: address}, listening=listening, stderr="no")
        failure = fails(
            restart(port=80, path="/", at_most="5s"), of(container), "after docker restart, GET / on port 80: "
        )
    assert failure.message.endswith("; the container ended with exit code 1 meanwhile")
    assert failure.evidence[-1].text == "no"


@pytest.mark.docker
def test_an_image_without_a_shell(tmp_path: Path) -> None:
    with project_in(tmp_path, SCRATCH + SERVER, main=PUBLISHED) as project:
        make(Restart, port=80, path="/note", keeps=["/note"], grace="1s").run(project)
        failure = fails(make(Restart, port=80, path="/no", grace="1s"), project, "is answered with the status 404")
        assert failure.actual == "404"


@pytest.mark.docker
def test_one_that_leaves_something_behind(tmp_path: Path) -> None:
    spec = PUBLISHED.model_copy(update={"ready": Ready(log="up", within=5)})
    with project_in(tmp_path, LOCKED, main=spec) as project:
        failure = fails(
            make(Restart, port=80, grace="1s"),
            project,
            "after docker restart, the container ended at once with exit code 1",
        )
        assert "can't create directory '/lock'" in failure.evidence[0].text
        project._ledger.engine.api.remove_image(project.image().id, force=True)
        with pytest.raises(SandboxError):
            make(Restart).run(project)
