"""How many attempts run at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psutil

from grader.core.specs import MIB

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.exercise.model import Exercise

_PER_CORE: Final = 2
"""Attempts for each core: most of their time they wait for servers to start, and for limits to pass."""
_SHARE: Final = 0.8
"""The part of the memory that they may take together."""
_GRADER: Final = 150 * MIB
"""Bytes that the process of an attempt takes itself."""
_USUAL: Final = 512 * MIB
"""Bytes that an attempt on an engine which is shared takes with its build and its containers."""
_MOST: Final = 32


def automatic(exercises: Iterable[Exercise], *, isolated: bool, cores: int, memory: int, local: bool) -> int:
    """Give the number for an engine with so many cores and bytes of memory; `local` says that it is this machine."""
    if local:
        memory = min(memory, psutil.virtual_memory().available)
    each = max((one.file.engine.memory if isolated else _USUAL for one in exercises), default=_USUAL) + _GRADER
    return max(1, min(_PER_CORE * cores, int(memory * _SHARE / each), _MOST))
