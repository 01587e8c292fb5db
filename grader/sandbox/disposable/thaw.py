"""Waking what was left asleep: containers are paused while they are read, and a frozen process can't even be killed.

Whoever pauses a container wakes it again, unless it is killed in between. A disposable engine with such a container in
it then can't be removed: the kernel waits for a process that waits for being woken.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from grader.sandbox.errors import translated

if TYPE_CHECKING:
    from grader.sandbox.engine import Engine

_PATIENCE: Final = 30
"""Seconds in which all are awake."""
_WAKE: Final = """\
import os, sys
for folder, folders, files in os.walk("/cgroup"):
    if sys.argv[1] in folder:
        for name, word in (("freezer.state", "THAWED"), ("cgroup.freeze", "0")):
            if name in files:
                with open(os.path.join(folder, name), "w") as state:
                    state.write(word)
"""
"""Both versions of the kernel's control groups."""


def thaw(host: Engine, name: str) -> None:
    """Wake everything in a disposable engine, from a container beside it. Raises SandboxError if that can't be done."""
    from docker.errors import NotFound

    with translated("waking a disposable engine"):
        try:
            found = host.api.inspect_container(name)
        except NotFound:
            return
        config = host.api.create_host_config(
            privileged=True, network_mode="none", binds={"/sys/fs/cgroup": {"bind": "/cgroup", "mode": "rw"}}
        )
        config["CgroupnsMode"] = "host"
        helper = f"{name}-thaw"
        with suppress(NotFound):
            host.api.remove_container(helper, force=True)  # another one, that was killed
        host.api.create_container(
            found["Image"], ["-c", _WAKE, found["Id"]], entrypoint=["python3"], host_config=config, name=helper
        )
        try:
            host.api.start(helper)
            host.api.wait(helper, timeout=_PATIENCE)
        finally:
            host.api.remove_container(helper, v=True, force=True)
