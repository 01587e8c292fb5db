"""Which engine is meant, what its commands get to see, and what is known about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from grader.core.errors import SandboxError
from grader.sandbox import engine
from grader.sandbox.engine import Engine, connect
from tests.support.engine import connected

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def test_docker_host_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    assert connect().address == "tcp://127.0.0.1:1"


def test_a_socket_that_is_not_there_is_told_before_anything_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///no/such.sock")
    with pytest.raises(SandboxError, match=r"no Docker engine is running at unix:///no/such\.sock") as caught:
        connect()
    assert "Start Docker" in str(caught.value.hint)


def test_the_current_context_is_followed(tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text('{"currentContext": "default"}')
    assert engine._current().address.startswith("unix://")


@pytest.mark.parametrize("settings", ["not json", "[]", '{"cliPluginsExtraDirs": 3}', "{}"])
def test_odd_settings_of_the_user_do_no_harm(settings: str, tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text(settings)
    assert engine._user_plugins()[0] == tmp_path / ".docker" / "cli-plugins"


def test_plugins_of_the_user_are_found(tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text(json.dumps({"cliPluginsExtraDirs": [str(tmp_path / "more")]}))
    (tmp_path / "more").mkdir()
    plugin = tmp_path / "more" / "docker-buildx"
    plugin.write_text("#!/bin/sh\n")
    plugin.chmod(0o755)
    assert Engine("unix:///x").buildx() == (str(plugin),)


@pytest.mark.parametrize(
    ("address", "nearby"),
    [
        ("unix:///var/run/docker.sock", True),
        ("tcp://127.0.0.1:2375", True),
        ("tcp://localhost:2375", True),
        ("tcp://10.0.0.7:2375", False),
        ("ssh://someone@somewhere", False),
    ],
)
def test_ports_of_an_engine_elsewhere_can_not_be_reached(address: str, nearby: bool) -> None:  # noqa: FBT001
    assert Engine(address).nearby is nearby


def test_commands_see_nothing_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")
    monkeypatch.setenv("BUILDX_BUILDER", "elsewhere")
    one = Engine("unix:///x")
    seen = one.environment()
    assert seen["DOCKER_HOST"] == "unix:///x"
    assert {"HTTP_PROXY", "AWS_SECRET_ACCESS_KEY", "BUILDX_BUILDER"}.isdisjoint(seen)
    assert not seen["DOCKER_CONFIG"].startswith(str(tmp_path / ".docker"))
    one.close()


def test_the_private_settings_are_removed() -> None:
    from pathlib import Path

    one = Engine("unix:///x")
    folder = Path(one.environment()["DOCKER_CONFIG"])
    assert folder.is_dir()
    one.close()
    assert not folder.exists()


def test_tls_settings_reach_the_library_and_the_build_client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (tmp_path / name).write_text("")
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path))
    made: dict[str, Any] = {}
    monkeypatch.setattr("docker.APIClient", lambda **how: made.update(how))
    one = connect()
    assert one.api is None
    assert made["tls"].cert == (str(tmp_path / "cert.pem"), str(tmp_path / "key.pem"))
    seen = one.environment()
    assert (seen["DOCKER_TLS_VERIFY"], seen["DOCKER_CERT_PATH"]) == ("1", str(tmp_path))


def test_missing_certificates_are_an_error_with_its_cause(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path))
    with pytest.raises(SandboxError, match="reading the TLS settings"):
        connect()


@pytest.mark.docker
def test_an_engine_describes_itself() -> None:
    with connected() as one:
        info = one.describe()
        assert info.mode == "host"
        assert info.versions["engine"][0].isdigit()
        assert set(info.limits) == {"memory", "swap", "processes", "cpu"}
        assert set(info.limits.values()) <= {"enforced", "not enforced"}


@pytest.mark.docker
def test_every_thread_gets_a_client_of_its_own() -> None:
    with connected() as one:
        other = one.client()
        assert other is not one.api
        assert other.ping()


def test_a_context_that_there_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "nowhere")
    with pytest.raises(SandboxError, match="there is no Docker context 'nowhere'"):
        connect()


@pytest.mark.docker
def test_an_engine_behind_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "ssh://nobody@127.0.0.1:1")
    with pytest.raises(SandboxError, match=r"behind ssh://nobody@127\.0\.0\.1:1 can't be used"):
        connect().version()
