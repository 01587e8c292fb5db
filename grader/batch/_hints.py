"""What may not be meant so: lines for a person who looks at a plan."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from grader.batch._roll import groups
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.batch.planned import Missing, Unplaced
    from grader.batch.roster import Roster
    from grader.core.handin import HandIn

_SHOWN: Final = 3


def unfound(ids: Sequence[str], handins: Sequence[HandIn], unplaced: Sequence[Unplaced]) -> Iterator[str]:
    """Say how to tell where exercises are that are in no hand-in, though there is something that is of none."""
    there = {one.exercise for one in handins}
    nowhere = [own for own in ids if own not in there]
    if len(ids) > 1 and nowhere and unplaced:
        more = f" and {len(nowhere) - _SHOWN} more" if len(nowhere) > _SHOWN else ""
        yield (
            f"found in no hand-in: {', '.join(nowhere[:_SHOWN])}{more}; "
            "a course.yaml can say in which folder each exercise is, or under `numbers:` which number it has"
        )


def of_groups(roster: Roster | None, handins: Sequence[HandIn], missing: Sequence[Missing]) -> Iterator[str]:
    """Say that nobody's own hand-in counts for a group, where it looks as if one was to hand in for all of it."""
    if roster is None:
        return
    of = {one.id: groups(one) for one in roster.people}
    handed: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for one in handins:
        for group in of.get(one.student, ()):
            handed[one.exercise, group].add(one.student)
    without = {(one.exercise, group) for one in missing for group in of[one.person.id]}
    # Where two of one group hand in, the groups are those of a lab, and the work is everybody's own.
    if without & set(handed) and all(len(students) == 1 for students in handed.values()):
        names = list(dict.fromkeys(group for exercise, group in handed if (exercise, group) in without))
        shown = ", ".join(quoted(name, 60) for name in names[:_SHOWN])
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        yield (
            f"in {shown}{more} one member handed in, and it counts for that member only; work is a group's where its "
            "folder, or a column `group` of the source, has the group's name"
        )
