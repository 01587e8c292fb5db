"""Hand-ins that can't be read: they are in the store, with the reason and without a score."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from grader.batch.items import Item
from grader.batch.verdicts import nothing
from grader.core.handin import UNREAD
from grader.store.rows import NewAttempt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.batch.means import Means
    from grader.core.handin import HandIn


def note_unread(means: Means, unread: Iterable[tuple[HandIn, str]]) -> None:
    """Write down what could not be read, and why: whoever handed it in must not look like somebody who didn't."""
    store = means.store
    there = {row.id for row, attempt, _ in store.items(means.grading) if attempt is not None}
    for handin, why in unread:
        digest = f"{UNREAD}{hashlib.sha256(handin.label.encode()).hexdigest()}"
        [number] = store.add_handins(means.grading, [(handin, digest)])
        if number in there:
            continue
        terms = means.terms[handin.exercise]
        item = Item(handin, number, terms.key(digest), digest, (), whole=False)
        if store.claim(means.grading, number, item.key, means.owner, fresh=True) != "claimed":
            continue  # another batch writes the same down at this moment
        store.fail(means.grading, number, why, 1)
        result = nothing(item, terms, why)
        attempt = NewAttempt.told_by(result, item.key)
        store.commit(means.grading, number, means.owner, attempt, result.model_dump_json().encode())
