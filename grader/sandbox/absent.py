"""No engine at all: for what can be told from the text that was handed in."""

from __future__ import annotations

from typing import Any, NoReturn

from grader.core.errors import SandboxError
from grader.core.result import EngineInfo
from grader.sandbox.engine import Engine


class Absent(Engine):
    """Stands where an engine would be. It contacts none; whatever needs one is refused."""

    mode = "none"

    def __init__(self) -> None:
        super().__init__("none")

    def describe(self) -> EngineInfo:
        """Say that there was none."""
        return EngineInfo(mode=self.mode)

    def environment(self) -> dict[str, str]:
        """Refuse: without variables of ours, the `docker` command would find the user's own engine."""
        _refuse()

    def buildx(self) -> tuple[str, ...]:
        """Refuse."""
        _refuse()

    def dial(self, host: str, port: int, timeout: float) -> Any:  # noqa: ARG002 - the signature of every engine
        """Refuse: what listens there is none of the submission's."""
        _refuse()

    def version(self) -> dict[str, Any]:
        """Refuse."""
        _refuse()

    def _open(self, version: str | None = None) -> Any:  # noqa: ARG002 - the signature of every engine
        _refuse()


def _refuse() -> NoReturn:
    raise SandboxError("this needs a Docker engine, and is to be done without one", hint="Leave out --engine none.")
