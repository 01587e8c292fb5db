"""Containers on the real engine: their limits, and commands in them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from grader.core.clock import limit
from grader.core.errors import Failure, TimedOut
from grader.core.facts import Command
from grader.core.specs import MIB, ContainerSpec
from grader.sandbox.containers import OurContainer, settings
from grader.sandbox.fresh import run_fresh
from tests.support.engine import ledger_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.facts import Completed
    from grader.sandbox.ledger import Ledger

pytestmark = pytest.mark.docker
IMAGE = "busybox:1"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with ledger_in(tmp_path_factory.mktemp("containers")) as ledger:
        yield ledger


@pytest.fixture
def sleeping(ledger: Ledger) -> Iterator[OurContainer]:
    config = {"Image": IMAGE, "Cmd": ["sleep", "100"], "HostConfig": settings(ContainerSpec())}
    container = OurContainer(ledger, config)
    container.start()
    try:
        yield container
    finally:
        container.remove()


def fresh(ledger: Ledger, *argv: str, spec: ContainerSpec | None = None, **how: object) -> Completed:
    command = Command(argv=argv, **how)  # type: ignore[arg-type]
    with limit(20, "the test"):
        return run_fresh(ledger, IMAGE, spec or ContainerSpec(), command)


def sh(ledger: Ledger, script: str, spec: ContainerSpec | None = None) -> Completed:
    return fresh(ledger, "/bin/sh", "-c", script, spec=spec)


def test_every_limit_reaches_the_engine(ledger: Ledger) -> None:
    spec = ContainerSpec(publish=(3000,), memory=64 * MIB, pids=33, cpus=0.5, cap_add=("CHOWN",))
    container = OurContainer(ledger, {"Image": IMAGE, "HostConfig": settings(spec)})
    try:
        host = container.inspect()["HostConfig"]
    finally:
        container.remove()
    assert host["Memory"] == host["MemorySwap"] == 64 * MIB
    assert (host["PidsLimit"], host["NanoCpus"]) == (33, 500_000_000)
    assert (host["CapDrop"], [name.removeprefix("CAP_") for name in host["CapAdd"]]) == (["ALL"], ["CHOWN"])
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert (host["Privileged"], host["AutoRemove"], host["RestartPolicy"]["Name"]) == (False, False, "no")
    assert (host["IpcMode"], host["CgroupnsMode"], host["PidMode"], host["UTSMode"]) == ("private", "private", "", "")
    assert host["LogConfig"] == {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "2"}}
    assert host["PortBindings"] == {"3000/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]}
    assert not host["Binds"]
    assert not host.get("Mounts")


def test_limits_are_in_force_inside(ledger: Ledger) -> None:
    done = sh(ledger, "grep -E 'NoNewPrivs|CapEff|CapBnd' /proc/self/status; ls /sys/class/net; ulimit -c")
    assert done.stdout.split() == ["CapEff:", "0" * 16, "CapBnd:", "0" * 16, "NoNewPrivs:", "1", "lo", "0"]


def test_memory_is_bounded_and_the_engine_says_so(ledger: Ledger) -> None:
    done = sh(ledger, "head -c 200m /dev/zero | tail >/dev/null", ContainerSpec(memory=16 * MIB))
    assert done.oom_killed


def test_a_chosen_exit_code_is_no_sign_of_memory(ledger: Ledger) -> None:
    done = sh(ledger, "exit 137")
    assert (done.exit_code, done.oom_killed) == (137, False)


def test_a_fork_bomb_meets_its_limit(ledger: Ledger) -> None:
    done = sh(ledger, "for i in $(seq 200); do sleep 30 & done; echo survived", ContainerSpec(pids=32))
    assert done.exit_code != 0
    assert "fork" in done.stderr


def test_both_outputs_and_the_exit_code(ledger: Ledger) -> None:
    done = sh(ledger, "echo out; echo err >&2; exit 7")
    assert (done.exit_code, done.stdout, done.stderr) == (7, "out\n", "err\n")


@pytest.mark.parametrize(
    ("argv", "exit_code"),
    [(("/no/such/program",), 127), (("no-such-program",), 127), (("/etc/passwd",), 126)],
)
def test_programs_that_can_not_be_run(
    ledger: Ledger, sleeping: OurContainer, argv: tuple[str, ...], exit_code: int
) -> None:
    assert fresh(ledger, *argv).exit_code == exit_code
    inside = sleeping.execute(Command(argv=argv)).exit_code
    assert inside == exit_code if argv[0] != "/no/such/program" else inside in {126, 127}


def test_what_an_image_can_not_offer_is_no_trouble_of_the_engine(ledger: Ledger, sleeping: OurContainer) -> None:
    stranger, nowhere = Command(argv=("id",), user="nobody-here"), Command(argv=("id",), workdir="/etc/passwd")
    assert run_fresh(ledger, IMAGE, ContainerSpec(), stranger).exit_code != 0
    with pytest.raises(Failure, match="no container can be made of the image: Cannot mkdir: /etc/passwd"):
        run_fresh(ledger, IMAGE, ContainerSpec(), nowhere)
    assert [sleeping.execute(command).exit_code for command in (stranger, nowhere)] == [126, 126]


def test_stdin_environment_and_folder(ledger: Ledger, sleeping: OurContainer) -> None:
    command = Command(
        argv=("/bin/sh", "-c", 'cat; echo "$A"; pwd; id -u'), stdin=b"in\n", env={"A": "b"}, user="5", workdir="/etc"
    )
    with limit(20, "the test"):
        for done in (run_fresh(ledger, IMAGE, ContainerSpec(), command), sleeping.execute(command)):
            assert (done.exit_code, done.stdout) == (0, "in\nb\n/etc\n5\n")


def test_stdin_that_nobody_reads(ledger: Ledger, sleeping: OurContainer) -> None:
    command = Command(argv=("true",), stdin=bytes(1_000_000))
    with limit(20, "the test"):
        assert run_fresh(ledger, IMAGE, ContainerSpec(), command).exit_code == 0
        assert sleeping.execute(command).exit_code == 0


def test_the_entrypoint_may_be_kept(ledger: Ledger) -> None:
    assert fresh(ledger, "echo", "hi", keep_entrypoint=True).stdout == "hi\n"


def test_floods_are_bounded(ledger: Ledger, sleeping: OurContainer) -> None:
    argv = ("/bin/sh", "-c", "yes $(printf %01000d 0) | head -c 20000000; echo; echo the end")
    done = fresh(ledger, *argv)
    assert done.exit_code == 0
    assert len(done.stdout) < 3_000_000
    assert done.stdout.endswith("the end\n")
    with limit(20, "the test"):
        inside = sleeping.execute(Command(argv=argv))
    assert inside.exit_code == 0
    assert len(inside.stdout) <= 1024 * 1024


def test_a_fresh_command_is_ended_in_time(ledger: Ledger) -> None:
    started = time.monotonic()
    with limit(1, "the check"), pytest.raises(TimedOut, match="the check"):
        run_fresh(ledger, IMAGE, ContainerSpec(), Command(argv=("/bin/sh", "-c", "trap '' TERM; sleep 60")))
    assert time.monotonic() - started < 4


def test_a_command_inside_is_ended_in_time_with_its_container(sleeping: OurContainer) -> None:
    with limit(1, "the check"), pytest.raises(TimedOut, match="the check"):
        sleeping.execute(Command(argv=("sleep", "60")))
    assert sleeping.wait(3)
    with pytest.raises(Failure, match="the container ended before the command: it ended with exit code 137"):
        sleeping.execute(Command(argv=("true",)))


def test_a_container_that_ends_while_a_command_runs(sleeping: OurContainer) -> None:
    with limit(20, "the test"):
        done = sleeping.execute(
            Command(argv=("/bin/sh", "-c", "kill -9 1; kill -TERM 1; kill -INT -1; sleep 1; kill 1"))
        )
    assert isinstance(done.exit_code, int)


def test_a_signal_that_there_is_not(sleeping: OurContainer) -> None:
    with pytest.raises(Failure, match="there is no signal 200"):
        sleeping.signal("200")


@pytest.mark.parametrize("user", ["driver failed", "no space left on device", "No space left"])
def test_a_name_does_not_pass_for_trouble_of_the_engine(ledger: Ledger, user: str) -> None:
    done = run_fresh(ledger, IMAGE, ContainerSpec(), Command(argv=("id",), user=user))
    assert done.exit_code != 0
    assert f"unable to find user {user}" in done.stderr


def test_a_signal_that_comes_too_late(sleeping: OurContainer) -> None:
    sleeping.signal("KILL")
    assert sleeping.wait(5)
    sleeping.signal("TERM")
    assert sleeping.state().exit_code == 137


def test_waiting_ends_in_time(sleeping: OurContainer) -> None:
    started = time.monotonic()
    assert not sleeping.wait(0.3)
    assert 0.25 < time.monotonic() - started < 2


def test_setup_leaves_files_and_no_images(ledger: Ledger) -> None:
    before = {one["Id"] for one in ledger.engine.api.images(all=True)}
    ask = ("cat", "/one", "/two")
    setup = (("sh", "-c", "echo 1 > /one; exit 3"), ("cp", "/one", "/two"), ("/no/such/program",))
    assert run_fresh(ledger, IMAGE, ContainerSpec(), Command(ask, setup=setup)).stdout == "1\n1\n"
    assert run_fresh(ledger, IMAGE, ContainerSpec(), Command(ask)).exit_code == 1
    assert {one["Id"] for one in ledger.engine.api.images(all=True)} <= before
