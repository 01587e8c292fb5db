"""What checks with several results consist of, found out without a submission: the tests in an author's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.scratch import scratch_folder
from grader.core.setting import Setting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.core.check import Check
    from grader.exercise.model import Exercise


def parts(exercise: Exercise) -> Mapping[str, tuple[Check, ...]]:
    """Give the parts of each check that has several, by its id, as an attempt will have them.

    Raises SandboxError where the tests can't be looked for.
    """
    checks = exercise.file.checks
    ids = frozenset(check.id for check in checks)
    above: set[str] = set()
    found: dict[str, tuple[Check, ...]] = {}
    with scratch_folder() as scratch:
        for check in checks:
            if check.several:
                known = frozenset(above)
                where = scratch / str(len(found))
                setting = Setting(exercise.folder, where, ids=ids | known, above=known)
                with check.expand(setting) as made:
                    found[check.id] = tuple(made)
                above.update(part.id for part in made)
            above.add(check.id)
    return found
