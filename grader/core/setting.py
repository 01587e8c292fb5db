"""Where the checks of an attempt are carried out: the folders and names that are not the target's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from grader.core.specs import ContainerSpec


@dataclass(frozen=True, slots=True)
class Setting:
    """What a check with several results gets to know before it has a target."""

    exercise: Path
    """The exercise's folder."""
    scratch: Path
    """For temporary files; removed with the attempt."""
    submission: Path | None = None
    """The private copy of what was handed in; None when there is none that could be looked at."""
    containers: Mapping[str, ContainerSpec] = field(default_factory=dict)
    """What the exercise describes, by name."""
    environment: Callable[[], Mapping[str, str]] = dict
    """Gives the variables with which the `docker` command finds the engine; none where there is no engine."""
    ids: frozenset[str] = frozenset()
    """The ids of the exercise's checks, and of results so far, which no result of another one may have."""
    above: frozenset[str] = frozenset()
    """Those of them that come first, and so can be needed."""
