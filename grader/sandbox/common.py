"""A container that several commands share, as long as none of them leaves anything that another one could see.

To start a container takes an engine much longer than to run a short command. Commands that leave every file as it was
and no process behind can't be told from commands in containers of their own. Whether they did is looked at from
outside, once, after the last of them; if not, what all of them said is worth nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grader.core.clock import remaining
from grader.sandbox.containers import EngineContainer, OurContainer, settings
from grader.sandbox.errors import translated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.facts import Command, Completed
    from grader.core.specs import ContainerSpec
    from grader.sandbox.ledger import Ledger

_WAIT: Final = ["sleep", "86400"]
"""What keeps it running; an image without this program has no shared container."""
_CHANGES: Final = 1000
"""Changed files that are looked at."""
_VOLUME: Final = 64 * 1024
"""Bytes of a volume's archive, or of a list of changes, that are read; more can't be watched."""
# Of what lies here the engine shows no changes, or it differs in a shared container.
_PRIVATE: Final = re.compile(r"/proc|/dev/(?!null\b)|/sys\b|\$\$|\bps\b|\btop\b|\bpid|\bkill")


def suits(command: Command) -> bool:
    """Say whether a command may be run in a shared container at all."""
    text = " ".join((*command.argv, command.stdin.decode("utf-8", "replace")))
    return not (command.keep_entrypoint or command.setup or _PRIVATE.search(text))


class Common:
    """A container of an image for commands that change nothing."""

    def __init__(self, ledger: Ledger, image: str, spec: ContainerSpec, api: Any) -> None:
        """Make it."""
        config = {
            "Image": image,
            "Env": [f"{name}={value}" for name, value in spec.env.items()],
            "Entrypoint": _WAIT,
            "Cmd": [],
            "HostConfig": settings(spec.model_copy(update={"publish": ()})),
            "Healthcheck": {"Test": ["NONE"]},
        }
        self._api = api
        self._local = ledger.engine.local
        self.container = OurContainer(ledger, config, api)
        self._volumes: dict[str, str] = {}
        self._upper: Path | None = None
        self._before: object = None

    def start(self) -> bool:
        """Start it; says whether commands can be run in it."""
        self.container.start()
        raw = self.container.inspect()
        if not raw["State"]["Running"]:
            return False
        upper = Path((raw.get("GraphDriver") or {}).get("Data", {}).get("UpperDir") or "/nonexistent")
        self._upper = upper if self._local and os.access(upper, os.R_OK | os.X_OK) else None
        self._volumes = {one["Destination"]: self._seen(one["Destination"]) for one in raw["Mounts"]}
        self._before = self._changes()
        return "" not in self._volumes.values()

    def run(self, command: Command, api: Any) -> Completed:
        """Run a command, with the calling thread's client; at the deadline (TimedOut) the container is killed."""
        return EngineContainer(api, self.container.id).execute(command)

    def is_as_before(self) -> bool:
        """Say whether all is as it was when the container started."""
        with translated("looking at a container"):
            alone = len(self._api.top(self.container.id)["Processes"]) == 1
        same = self._changes() == self._before
        return alone and same and {path: self._seen(path) for path in self._volumes} == self._volumes

    def _changes(self) -> object:
        """Give what is other in its file system than in the image, as far as that is read; more is never the same."""
        if self._upper is not None:
            # `docker diff` compares all files of the image, a third of a second.
            found = sorted(islice(_entries(self._upper), _CHANGES))
            return found if len(found) < _CHANGES else object()
        url = f"{self._api.base_url}/v{self._api.api_version}/containers/{self.container.id}/changes"
        with translated("looking at a container"), self._api.get(url, stream=True, timeout=remaining(10)) as answer:
            answer.raise_for_status()
            said = answer.raw.read(_VOLUME, decode_content=True)
        # In any order.
        return sorted(str(one) for one in json.loads(said) or ()) if len(said) < _VOLUME else object()

    def _seen(self, path: str) -> str:
        """Digest what is in a volume; empty where that is too much to be watched."""
        digest, count = hashlib.sha256(), 0
        with translated("looking at a volume"):
            chunks, _ = self._api.get_archive(self.container.id, path)
            try:
                for chunk in chunks:
                    digest.update(chunk)
                    count += len(chunk)
                    if count > _VOLUME:
                        return ""
            finally:
                chunks.close()
        return digest.hexdigest()

    def close(self) -> None:
        """Remove the container."""
        self.container.remove()


def _entries(folder: Path) -> Iterator[tuple[object, ...]]:
    """Give every file and folder of overlayfs's upper layer; what was deleted has an entry there, too."""
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            found = os.lstat(os.path.join(place, name))  # noqa: PTH118 - names that no Path can hold
            yield (
                place,
                name,
                found.st_mode,
                found.st_uid,
                found.st_gid,
                found.st_size,
                found.st_mtime_ns,
                found.st_rdev,
            )
