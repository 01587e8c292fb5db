"""gVisor as the runtime of students' containers, where it is installed."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from grader.core.errors import SandboxError
from grader.core.specs import ContainerSpec, EngineSpec
from grader.sandbox.containers import OurContainer, settings
from grader.sandbox.disposable import outer
from grader.sandbox.disposable.lease import lease
from grader.sandbox.engine import connect
from tests.support.engine import IMAGES, ledger_in

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.docker
@pytest.mark.skipif(shutil.which("runsc") is None, reason="gVisor is not installed")
def test_containers_have_a_kernel_of_their_own() -> None:
    engine = lease(connect(), IMAGES, EngineSpec(runtime="runsc"), lambda _: None, client=False)
    try:
        assert engine.describe().limits["runtime"] == "runsc"
        made = engine.api.create_container("busybox:1", ["dmesg"], host_config={"NetworkMode": "none"})
        engine.api.start(made["Id"])
        assert engine.api.wait(made["Id"], timeout=30)["StatusCode"] == 0
        assert b"Starting gVisor" in engine.api.logs(made["Id"])
    finally:
        engine.close()


def test_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxError, match="there is no runsc here") as caught:
        outer._gvisor()
    assert "apt-get install runsc" in (caught.value.hint or "")


@pytest.mark.docker
def test_an_engine_that_does_not_know_it(tmp_path: Path) -> None:
    with ledger_in(tmp_path) as ledger:
        if "runsc" in ledger.engine.api.info()["Runtimes"]:
            pytest.skip("this engine knows it")
        config = {"Image": "busybox:1", "HostConfig": settings(ContainerSpec(runtime="runsc"))}
        with pytest.raises(SandboxError, match="this engine has no runtime runsc"):
            OurContainer(ledger, config)
