"""Containers of the student's image: made with every limit, started, waited for, looked at, stopped."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from grader.core.clock import remaining
from grader.core.errors import Failure, SandboxError, TimedOut
from grader.core.facts import Command, Completed, ContainerState, Probe
from grader.core.text import one_line
from grader.sandbox.engine import LABEL
from grader.sandbox.errors import translated
from grader.sandbox.ledger import uninterrupted
from grader.sandbox.streams import close, converse

if TYPE_CHECKING:
    from grader.core.specs import ContainerSpec
    from grader.sandbox.ledger import Ledger

_LOG: Final = {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "2"}}
_NOT_EXECUTABLE: Final = 126
_NOT_FOUND: Final = 127
CANNOT_START: Final = frozenset({_NOT_EXECUTABLE, _NOT_FOUND})
"""Exit codes with which the engine marks a container whose command can't be run: not executable, not found."""

_TROUBLE: Final = ("driver failed", "failed to set up container networking")
_FULL: Final = ("no space left on device", "no space left on device: unknown")
"""How the engine begins, or ends, what it says of trouble of its own: names that students chose stand in between."""
_INVALID: Final = 400
_GONE: Final = frozenset({404, 409})
"""Answers of the engine when a container, or a command in it, is over already."""


def settings(spec: ContainerSpec) -> dict[str, Any]:
    """Give the HostConfig that keeps a container within the exercise's limits (Engine API, "Create a container")."""
    network = spec.network or ("bridge" if spec.publish else "none")
    return {
        "NetworkMode": network,
        "PortBindings": {f"{port}/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}] for port in spec.publish},
        "Memory": spec.memory,
        "MemorySwap": spec.memory,  # memory and swap together: the default would double it
        "NanoCpus": int(spec.cpus * 1_000_000_000),
        "PidsLimit": spec.pids,
        "CapDrop": ["ALL"],
        "CapAdd": list(spec.cap_add),
        "SecurityOpt": ["no-new-privileges:true"],
        "RestartPolicy": {"Name": "no"},
        "AutoRemove": False,
        "Privileged": False,
        "IpcMode": "private",
        "CgroupnsMode": "private",  # on cgroup v1 the default shows the host's
        "LogConfig": _LOG,
        "Ulimits": [{"Name": "core", "Soft": 0, "Hard": 0}],
        **({"Runtime": spec.runtime} if spec.runtime is not None else {}),
    }


class EngineContainer:
    """One container on the engine, whoever made it."""

    def __init__(self, api: Any, container: str) -> None:
        self._api = api
        self.id = container

    def inspect(self) -> dict[str, Any]:
        """Give `docker container inspect`."""
        with translated("looking at a container"):
            found: dict[str, Any] = self._api.inspect_container(self.id)
        return found

    def state(self) -> ContainerState:
        """Give its present state."""
        return state_of(self.inspect())

    def logs(self) -> tuple[str, str]:
        """Give what it wrote to stdout and stderr, as far as the log keeps it (2 MB)."""
        with translated("reading logs"):
            out = self._api.logs(self.id, stdout=True, stderr=False)
            err = self._api.logs(self.id, stdout=False, stderr=True)
        return out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    def start(self) -> None:
        """Start it. A command that can't be run is in its state; raises SandboxError if the engine is at fault."""
        from docker.errors import APIError

        with translated("starting a container"):
            try:
                self._api.start(self.id)
            except APIError as error:
                said, state = str(error.explanation).strip(), self.state()
                # Without a fitting exit code: e.g. a user that isn't there, a working directory that is a file.
                students = state.error and not said.startswith(_TROUBLE) and not said.endswith(_FULL)
                if state.exit_code not in CANNOT_START and not students:
                    raise error from None

    def wait(self, seconds: float) -> bool:
        """Wait until it has exited, `seconds` at most; says whether it has."""
        import requests

        end = time.monotonic() + seconds
        try:
            with translated("waiting for a container"):
                try:
                    self._api.wait(self.id, timeout=max(seconds, 0.01))
                except (requests.exceptions.ReadTimeout, requests.exceptions.ConnectionError):
                    # The library reports a read that took too long in either way.
                    return not self.state().running
        except SandboxError:
            if time.monotonic() < end:
                raise
            return False
        return True

    def signal(self, signal: str) -> None:
        """Send a signal; one that comes too late is no error. Raises Failure for one that Linux doesn't have."""
        from docker.errors import APIError

        with translated("sending a signal"):
            try:
                self._api.kill(self.id, signal)
            except APIError as error:
                if f"does not support signal {signal}" in str(error) or f"invalid signal: {signal}" in str(error):
                    raise Failure(f"there is no signal {signal}", hint="Correct STOPSIGNAL.") from None
                if "is not running" not in str(error):
                    raise

    def stop(self, signal: str | None, grace: float) -> tuple[ContainerState, float]:
        """Send a signal (None: the image's own), wait for `grace` seconds, kill; give end state and time taken.

        The state is the one before when the kill was needed.
        """
        raw = self.inspect()
        started = time.monotonic()
        self.signal(signal or raw["Config"].get("StopSignal") or "SIGTERM")
        try:
            ended = self.wait(remaining(grace))
            state, took = self.state(), time.monotonic() - started
        finally:
            if not self.wait(0):
                self.signal("KILL")
        return (state if ended else state_of(raw)), took

    def execute(self, command: Command) -> Completed:
        """Run a command in it, which must be running. At the deadline the whole container is killed with it."""
        from docker.errors import APIError

        started = time.monotonic()
        with translated("running a command in the container"):
            try:
                code, out, err = self._exec(command)
            except APIError as error:
                if error.status_code not in _GONE:
                    raise
                state = self.state()
                raise Failure(f"the container ended before the command: {_ending(state)}") from None
        if code == _NOT_EXECUTABLE and out.startswith(b"OCI runtime exec failed") and b"not found in $PATH" in out:
            code = _NOT_FOUND  # as `docker run` has it
        return Completed(
            exit_code=code,
            stdout=out.decode("utf-8", "replace"),
            stderr=err.decode("utf-8", "replace"),
            seconds=time.monotonic() - started,
        )

    def _exec(self, command: Command) -> tuple[int, bytes, bytes]:
        made = self._api.exec_create(
            self.id,
            list(command.argv),
            stdin=True,
            environment=dict(command.env) or None,
            user=command.user or "",
            workdir=command.workdir,
        )
        stream = self._api.exec_start(made["Id"], socket=True)
        try:
            out, err = converse(stream, command.stdin, wait=10)
        except TimedOut:
            # The engine can't end a command alone (docker-py issue 2651); its container is given up.
            self.signal("KILL")
            raise
        finally:
            close(stream)
        done = self._api.exec_inspect(made["Id"])
        return int(done["ExitCode"] if done["ExitCode"] is not None else -1), out, err


class OurContainer(EngineContainer):
    """A container made for an attempt, and removed with it."""

    def __init__(self, ledger: Ledger, config: dict[str, Any], api: Any = None) -> None:
        self._ledger = ledger
        self._api = api or ledger.engine.api
        name = ledger.name()
        config = {**config, "Labels": {LABEL: ledger.attempt}}
        # The engine goes on creating what nobody waits for any more: a Ctrl-C meanwhile would leave it behind.
        with uninterrupted(), translated("creating a container"):
            made = self._create(config, name)
        super().__init__(self._api, made)
        self._name = name

    def _create(self, config: dict[str, Any], name: str) -> str:
        from docker.errors import APIError

        try:
            return str(self._api.create_container_from_config(config, name)["Id"])
        except APIError as error:
            said = str(error.explanation)
            if "runtime name" in said:
                raise SandboxError(
                    f"this engine has no runtime {config['HostConfig'].get('Runtime')}",
                    hint="Install gVisor and name its runsc in the engine's daemon.json, or use --engine isolated.",
                ) from error
            # What the image asks for makes no container: it has no command, or its working directory is a file.
            if error.status_code == _INVALID or "Cannot mkdir" in said:
                raise Failure(f"no container can be made of the image: {one_line(said)}") from None
            raise

    def attach(self, detach_keys: str | None = None) -> Any:
        """Open its standard streams, before it is started."""
        params: dict[str, Any] = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        params |= {"detachKeys": detach_keys} if detach_keys is not None else {}
        with translated("attaching to a container"):
            return self._api.attach_socket(self.id, params=params)

    def resize(self, rows: int, columns: int) -> None:
        """Give its terminal another size; one that has ended has none."""
        from docker.errors import APIError

        with translated("resizing a terminal"):
            try:
                self._api.resize(self.id, rows, columns)
            except APIError as error:
                if error.status_code not in _GONE and "is not running" not in str(error):
                    raise

    def remove(self) -> None:
        """Kill and remove it with its anonymous volumes."""
        with translated("removing a container"):
            self._api.remove_container(self.id, v=True, force=True)
        self._ledger.drop("container", self._name)


def state_of(raw: dict[str, Any]) -> ContainerState:
    """Turn `docker container inspect` into facts."""
    state = raw["State"]
    return ContainerState(
        id=str(raw["Id"]),
        status=str(state.get("Status", "")),
        exit_code=None if state.get("Running") else int(state.get("ExitCode") or 0),
        oom_killed=bool(state.get("OOMKilled")),
        error=one_line(str(state.get("Error") or ""), 500),
        argv=(str(raw.get("Path") or ""), *(str(word) for word in raw.get("Args") or ())),
        health=(state.get("Health") or {}).get("Status"),
        restarts=int(raw.get("RestartCount") or 0),
        health_log=tuple(_probe(one) for one in (state.get("Health") or {}).get("Log") or ()),
    )


def _probe(raw: dict[str, Any]) -> Probe:
    return Probe(exit_code=int(raw.get("ExitCode") or 0), output=str(raw.get("Output") or ""))


def _ending(state: ContainerState) -> str:
    return f"it is {state.status}" if state.exit_code is None else f"it ended with exit code {state.exit_code}"
