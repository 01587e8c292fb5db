"""What holds for every test: no Docker engine, unless the test is marked `docker`."""

from __future__ import annotations

from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings


@pytest.fixture(autouse=True)
def no_docker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the engine fail loudly, so that no unit test comes to depend on one."""
    if request.node.get_closest_marker("docker") is not None:
        return

    def refuse(*_: object, **__: object) -> NoReturn:
        pytest.fail("this test uses a Docker engine: mark it with @pytest.mark.docker, or use tests.support.fakes")

    monkeypatch.setattr("docker.api.client.APIClient.__init__", refuse)
    # The same for programs that a test starts: the docker command finds no engine.
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/test-is-not-marked-docker.sock")
    monkeypatch.delenv("DOCKER_CONTEXT", raising=False)


# A busy machine is no failure: nothing here is measured by the clock.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
