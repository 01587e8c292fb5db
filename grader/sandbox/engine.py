"""The connection to a Docker Engine, and what is known about it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grader.core.errors import SandboxError, SubmissionError
from grader.core.result import EngineInfo
from grader.core.scratch import Scratch
from grader.core.text import one_line, quoted
from grader.sandbox import buildx
from grader.sandbox.errors import START_HINT, translated

if TYPE_CHECKING:
    from collections.abc import Iterator

LABEL: Final = "grader.attempt"
"""Put on everything made for an attempt. For people and for `grader clean`; what is removed is known by id."""
_PASSED_ON: Final = ("PATH", "SSH_AUTH_SOCK", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")
"""Variables that the build client needs to find the engine."""
_NEARBY: Final = ("unix://", "npipe://", "tcp://127.", "tcp://localhost", "tcp://[::1]")
MAX_TABLE: Final = 256 * 1024
"""Bytes of a table of connections."""
API_TIMEOUT: Final = 60
"""Seconds that one call to the engine may take. Waits for student work have deadlines of their own."""


class Engine:
    """The engine that the user already has, reached as the `docker` command reaches it."""

    mode = "host"

    def __init__(self, address: str, tls: Any = None) -> None:
        self.address = address
        """As DOCKER_HOST takes it."""
        self.doubt: str | None = None
        """Why a disposable one must not be used again, once there is a reason."""
        self._tls = tls
        self._config: Scratch | None = None
        self._clients: list[Any] = []
        self._version: dict[str, Any] | None = None

    @cached_property
    def api(self) -> Any:
        """The library's low-level client, connected on first use; its stubs describe another version of it."""
        return self._open()

    def client(self) -> Any:
        """Give one more client, for another thread; closed with the engine."""
        one = self._open(str(self.version().get("ApiVersion", "auto")))
        self._clients.append(one)
        return one

    def _open(self, version: str | None = None) -> Any:
        return _open(self.address, self._tls, version or "auto")

    @property
    def command_address(self) -> str:
        """The address for the `docker` command, as DOCKER_HOST takes it."""
        return self.address

    def version(self) -> dict[str, Any]:
        """Give what `docker version` says of the server."""
        if self._version is None:
            with translated("asking for the engine's version"):
                self._version = self.api.version()
        return self._version

    @property
    def local(self) -> bool:
        """Whether the engine's processes are this machine's own, so that `/proc` shows them."""
        if not self.address.startswith("unix://"):
            return False
        # Docker Desktop and Colima have a Unix socket too, but their kernel is another one.
        return str(self.version().get("KernelVersion")) == os.uname().release and Path("/proc/self/ns").exists()

    @property
    def nearby(self) -> bool:
        """Whether a port that it publishes on 127.0.0.1 can be reached from here."""
        return self.address.startswith(_NEARBY)

    def dial(self, host: str, port: int, timeout: float) -> socket.socket:
        """Open a TCP connection to a port that a container has published; `timeout` in seconds.

        Raises OSError when nobody accepts.
        """
        return socket.create_connection((host, port), timeout)

    @property
    def sees_sockets(self) -> bool:
        """Whether `tables` can be asked."""
        return self.local

    def tables(self, pid: int, protocol: str = "tcp") -> list[str]:
        """Give the kernel's tables of sockets for a process that the engine started; `protocol` is `tcp` or `udp`."""
        found = []
        for name in (protocol, f"{protocol}6"):
            with contextlib.suppress(OSError), Path(f"/proc/{pid}/net/{name}").open("rb") as file:
                found.append(file.read(MAX_TABLE).decode("ascii", "replace"))
        return found

    def describe(self) -> EngineInfo:
        """Give what a Result says about the engine."""
        version = self.version()
        versions = {"engine": str(version.get("Version", "?")), "api": str(version.get("ApiVersion", "?"))}
        versions |= {
            str(part.get("Name")): str(part.get("Version"))
            for part in version.get("Components") or []
            if part.get("Name") in {"containerd", "runc"}
        }
        with translated("asking the engine about itself"):
            info = self.api.info()
        flags = {"memory": "MemoryLimit", "swap": "SwapLimit", "processes": "PidsLimit", "cpu": "CpuCfsQuota"}
        return EngineInfo(
            mode=self.mode,
            versions={name: one_line(version) for name, version in versions.items()},
            limits={name: "enforced" if info.get(flag) else "not enforced" for name, flag in flags.items()},
        )

    def environment(self) -> dict[str, str]:
        """Give the environment for the `docker` command: this engine, and nothing of the user's settings.

        The user's configuration could add proxies, credentials or another builder to a student's build.
        """
        if self._config is None:
            self._config = Scratch()
            plugins = [str(folder) for folder in _user_plugins() if folder.is_dir()]
            (self._config.path / "config.json").write_text(json.dumps({"cliPluginsExtraDirs": plugins}))
        kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        return {
            **kept,
            "HOME": str(self._config.path),
            "DOCKER_CONFIG": str(self._config.path),
            "DOCKER_HOST": self.command_address,
            "DOCKER_BUILDKIT": "1",
            "DOCKER_CLI_HINTS": "false",
            "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",
            "NO_COLOR": "1",
        }

    def buildx(self) -> tuple[str, ...]:
        """Give the command that runs Buildx."""
        return buildx.command(_user_plugins())

    @contextlib.contextmanager
    def used(self) -> Iterator[None]:
        """Doubt the engine if anything goes wrong inside but what the student can mend."""
        try:
            yield
        except SubmissionError:
            raise
        except BaseException as error:
            self.doubt = str(error) or type(error).__name__
            raise

    def close(self) -> None:
        """Close connections and remove the private configuration."""
        for one in (*self._clients, *([self.api] if "api" in vars(self) else [])):
            one.close()
        if self._config is not None:
            self._config.remove()
            self._config = None


def connect() -> Engine:
    """Connect to the engine that DOCKER_HOST or the current Docker context names.

    Raises SandboxError, with what to do, when there is none.
    """
    engine = _current()
    path = engine.address.removeprefix("unix://")
    if path != engine.address and not Path(path).exists():
        raise SandboxError(f"no Docker engine is running at {engine.address}", hint=START_HINT)
    return engine


def _current() -> Engine:
    address = os.environ.get("DOCKER_HOST")
    if address:
        return Engine(address, _tls_from_environment())
    if os.environ.get("DOCKER_CONTEXT") or (_docker_folder() / "config.json").exists():
        from docker.context import ContextAPI

        with translated("reading the current Docker context"):
            # The library doesn't know the variable; without a name it takes what config.json says.
            name = os.environ.get("DOCKER_CONTEXT")
            context: Any = ContextAPI.get_context(name)
        if context is None:
            which = quoted(name) if name else "of the name that is set"
            hint = "`docker context ls` shows which there are; `docker context use` and DOCKER_CONTEXT choose one."
            raise SandboxError(f"there is no Docker context {which}", hint=hint)
        if context.Host:
            return Engine(str(context.Host), context.TLSConfig)
    return Engine("unix:///var/run/docker.sock")


def _tls_from_environment() -> Any:
    """Read DOCKER_TLS_VERIFY and DOCKER_CERT_PATH as the `docker` command does."""
    if not os.environ.get("DOCKER_TLS_VERIFY") and not os.environ.get("DOCKER_CERT_PATH"):
        return None
    from docker.utils import kwargs_from_env

    with translated("reading the TLS settings for the Docker engine"):
        return kwargs_from_env().get("tls")


def _docker_folder() -> Path:
    return Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")


def _user_plugins() -> tuple[Path, ...]:
    """Where Docker Desktop, Homebrew and users put Buildx and Compose, besides the system's folders."""
    extra: object = None
    with contextlib.suppress(OSError, ValueError, AttributeError):
        extra = json.loads((_docker_folder() / "config.json").read_text()).get("cliPluginsExtraDirs")
    more = [Path(folder) for folder in extra if isinstance(folder, str)] if isinstance(extra, list) else []
    return (_docker_folder() / "cli-plugins", *more)


def _open(address: str, tls: Any, version: str = "auto") -> Any:
    import docker

    try:
        with translated("connecting to the Docker engine"):
            return docker.APIClient(base_url=address, version=version, timeout=API_TIMEOUT, tls=tls or False)
    except SandboxError as error:
        if "ermission denied" in error.message:
            hint = "Add yourself to the docker group (sudo usermod -aG docker $USER), log in again, and retry."
            raise SandboxError(f"no permission to use the Docker engine at {address}", hint=hint) from error
        if address.startswith("ssh://"):
            hint = "Run it on that machine: ports that containers publish could not be reached from here either."
            raise SandboxError(f"an engine behind {address} can't be used", hint=hint) from error
        raise SandboxError(f"the Docker engine at {address} does not answer", hint=START_HINT) from error
