"""What a batch works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from grader.batch.items import Terms
    from grader.store import Store


@dataclass(frozen=True, slots=True)
class Means:
    """What a batch works with."""

    store: Store
    grading: int
    owner: str
    """This process, as the store knows it."""
    name: str
    """Whose disposable engines these are."""
    scratch: Path
    terms: Mapping[str, Terms]
    """By exercise."""
    probe: Callable[[], str | None]
    """Says why the engine can't be used; None: it can."""
    sweep: Callable[[], None]
    """Removes what a process that was killed has left."""
    company: Callable[[], bool]
    """Whether other batches run here at the same time."""
    fresh: bool = False
