"""Whether disposable engines can run here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.text import one_line
from grader.sandbox import images
from grader.sandbox.disposable import image, outer, records, start
from grader.sandbox.errors import translated

if TYPE_CHECKING:
    from grader.sandbox.engine import Engine

_SCRIPT: Final = "test -c /dev/loop-control && mount -t tmpfs tmpfs /dev"
_SECONDS: Final = 20


def can_run(host: Engine) -> str | None:
    """Try a privileged container for a moment; gives what is missing, or None.

    None, too, where there is no image that it could be tried with. Raises SandboxError when the engine doesn't answer.
    """
    names = (image.reference(), *images.COURSE)
    name = next((one for one in names if images.inspect(host, one) is not None), None)
    if name is None:
        return None
    held = records.create(records.fresh(host.address, warm=False))
    try:
        return _try(host, held.record.name, name)
    finally:
        start.discard(host, held)


def _try(host: Engine, name: str, tried: str) -> str | None:
    from docker.errors import APIError

    config = {
        "Image": tried,
        "Entrypoint": ["sh", "-c", _SCRIPT],
        "User": "0",
        "Labels": {outer.LABEL: name},
        "HostConfig": {"Privileged": True, "UsernsMode": "host", "NetworkMode": "none"},
    }
    with translated("trying a privileged container"):
        try:
            host.api.create_container_from_config(config, name)
            host.api.start(name)
        except APIError as error:
            return f"privileged containers are not allowed ({one_line(str(error.explanation), 120)})"
        if host.api.wait(name, timeout=_SECONDS)["StatusCode"] != 0:
            return "privileged containers have no loop devices here, or may not mount"
    return None


def describe(host: Engine) -> tuple[bool, str, str]:
    """Say whether they can run, in words, and what to do if not."""
    missing = can_run(host)
    if missing is not None:
        return False, f"can't run here: {missing}", start.advice(host)
    made = image.present(host) is not None
    ready = "the engine image is here" if made else "the engine image is made when it is first needed"
    return True, f"can run here: privileged containers, loop devices; {ready}", ""
