"""New scores from stored outcomes: what changed is only what things are worth, or how they are told."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from grader.core.result import ExerciseRef, Status, Visibility
from grader.exercise.load import load
from grader.exercise.record import row
from grader.gradebook import overrides
from grader.gradebook.changes import FREE_OF_CHECK, Changes, compare
from grader.gradebook.counting import standings
from grader.gradebook.keys import Keys
from grader.gradebook.worth import Worth
from grader.store.rows import NewAttempt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grader.core.result import Result
    from grader.exercise.model import Exercise
    from grader.gradebook.counting import Standing
    from grader.store import Store
    from grader.store.rows import ExerciseRow

_AT_ONCE: Final = 100
"""Attempts that are written in one transaction."""
_SEEDS: Final = 64


@dataclass(slots=True)
class Plan:
    """What is to be done with the newest attempt of each hand-in."""

    row: ExerciseRow
    """The exercise as it is now."""
    same: list[Standing] = field(default_factory=list)
    """Of this very version already."""
    new: list[Standing] = field(default_factory=list)
    """To be rescored."""
    refused: dict[tuple[str, ...], list[Standing]] = field(default_factory=dict)
    """By what else differs, so that they have to be graded again."""
    ungraded: list[Standing] = field(default_factory=list)
    """Without a verdict: there is nothing to score."""
    changes: dict[str, Changes] = field(default_factory=dict)
    """By the digest of the older version."""


def plan(store: Store, exercise: Exercise) -> Plan:
    """Say what can be rescored, and why the rest can't."""
    made = Plan(row(exercise))
    for found in standings(store, [exercise.id]).values():
        for one in found:
            if one.attempt is None or not one.settled:
                made.ungraded.append(one)
            elif one.attempt.exercise_digest == exercise.digest:
                made.same.append(one)
            else:
                why = _against(store, made, one.attempt.exercise_digest)
                made.refused.setdefault(why, []).append(one) if why else made.new.append(one)
    return made


def _against(store: Store, made: Plan, digest: str) -> tuple[str, ...]:
    """Name what else than scoring differs from an older version."""
    if digest not in made.changes:
        old = store.exercise(digest)
        if old is None:
            made.changes[digest] = Changes(grading=("the version that it was graded with is not stored",))
        else:
            found = compare(old.file, made.row.file)
            made.changes[digest] = Changes(found.scoring, (*found.grading, *_too_early(old.file, made.row)))
    return made.changes[digest].grading


def _too_early(old: Mapping[str, Any], new: ExerciseRow) -> Iterator[str]:
    """Name checks that are to wait for a due date that is still ahead: what they found was found too early."""
    if new.due is None or new.due <= datetime.now(UTC):
        return
    before = {one["id"] for one in old.get("checks", ()) if one.get("visibility") == Visibility.AFTER_DUE}
    for one in new.file.get("checks", ()):
        if one.get("visibility") == Visibility.AFTER_DUE and one["id"] not in before:
            yield f"check '{one['id']}' waits for the due date now, and was run before"


def carry_out(store: Store, exercise: Exercise, plan: Plan) -> int:
    """Write the new attempts, as a grading of their own; gives its number.

    After an interruption the same call goes on: what has been written is of the new version already.
    """
    store.add_exercise(plan.row)
    grading, _ = store.begin("rescore", f"rescore {exercise.id} {exercise.digest}", {})
    _stay(store, grading.id, plan)
    by_attempt: dict[str, list[int]] = {}
    for one in plan.new:
        if one.attempt is not None:
            by_attempt.setdefault(one.attempt.id, []).append(one.handin.id)
    rescorer = _Rescorer(store, exercise, plan)
    for some in _chunks(rescorer.attempts(by_attempt)):
        # The same work of several students has one attempt, which stays one.
        store.add_rescored(grading.id, [(by_attempt[new.of or ""][0], new, data) for new, data in some])
        for new, _ in some:
            others = by_attempt[new.of or ""][1:]
            store.settle(grading.id, [(handin, new.id) for handin in others], "rescored")
    store.finish(grading.id)
    return grading.id


def _stay(store: Store, grading: int, plan: Plan) -> None:
    pairs = [(one.handin.id, one.attempt.id) for one in plan.same if one.attempt is not None]
    store.settle(grading, pairs, "stored")


def _chunks(items: Iterator[tuple[NewAttempt, bytes]]) -> Iterator[list[tuple[NewAttempt, bytes]]]:
    while some := list(itertools.islice(items, _AT_ONCE)):
        yield some


class _Rescorer:
    def __init__(self, store: Store, exercise: Exercise, plan: Plan) -> None:
        self._store = store
        self._exercise = exercise
        self._plan = plan
        self._keys = Keys(exercise, store.images())
        self._attempts = {one.attempt.id: one.attempt for one in plan.new if one.attempt is not None}
        self._seeded: dict[int, Exercise] = {}
        self._old: dict[str, Mapping[str, Any]] = {}
        # Loading takes a while; most exercises say the same for every seed in what is looked at here.
        self._varies = "${" in str([_told(one) for one in (plan.row.file, *plan.row.file.get("checks", ()))])

    def attempts(self, wanted: Mapping[str, object]) -> Iterator[tuple[NewAttempt, bytes]]:
        """Give each attempt anew, as a stream."""
        for number, old in self._store.results(wanted):
            attempt = self._attempts[number]
            new = self._rescored(old)
            key = self._keys.of(attempt, old, self._file_of(old.exercise.digest))
            yield NewAttempt.told_by(new, key, of=number), new.model_dump_json().encode()

    def _rescored(self, old: Result) -> Result:
        exercise = self._for(old.seed)
        worth = Worth(exercise, self._file_of(old.exercise.digest))
        checks = tuple(worth.of(one, old.seed) for one in old.checks)
        changes: dict[str, Any] = {
            "attempt": secrets.token_hex(16),
            "exercise": ExerciseRef(id=exercise.id, title=exercise.file.title, digest=exercise.digest),
            "checks": checks,
        }
        if old.status is Status.GRADED:
            changes["score"], changes["max_score"] = overrides.totals(checks)
        return old.model_copy(update=changes)

    def _for(self, seed: int) -> Exercise:
        if not self._varies:
            return self._exercise
        if seed not in self._seeded:
            if len(self._seeded) >= _SEEDS:
                self._seeded.clear()
            self._seeded[seed] = load(self._exercise.folder, seed)
        return self._seeded[seed]

    def _file_of(self, digest: str) -> Mapping[str, Any]:
        if digest not in self._old:
            found = self._store.exercise(digest)
            self._old[digest] = found.file if found is not None else {}
        return self._old[digest]


def _told(part: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key in FREE_OF_CHECK}
