"""Working through a batch: nothing is lost, nothing is graded twice, and nobody pays for the platform's troubles."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Final, TypeVar

from grader.batch.asked import Asked
from grader.batch.backend import Job
from grader.batch.breaker import Breaker
from grader.batch.patience import patiently
from grader.batch.verdicts import nothing, seen_twice
from grader.core.errors import SandboxError
from grader.core.result import Result, Status
from grader.store import Lost
from grader.store.rows import NewAttempt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grader.batch.backend import Backend, Ended
    from grader.batch.items import Item
    from grader.batch.means import Means
    from grader.batch.tally import Tally, Watcher

_T = TypeVar("_T")
TRIES: Final = 3
"""How often an attempt is made that the platform fails."""
_DELAYS: Final = (1.0, 5.0)
"""Seconds between tries."""
_TICK: Final = 0.25
"""Seconds between two looks at everything."""
_BEAT: Final = 15.0
"""Seconds between two heartbeats."""
_ELSEWHERE: Final = 1.0
"""Seconds until a hand-in is asked for again that another batch has."""


class Batch:
    """One run over what is left of a grading."""

    def __init__(self, means: Means, backend: Backend, watcher: Watcher, items: Sequence[Item], tally: Tally) -> None:
        self._means = means
        self._store = means.store
        self._backend = backend
        self._watcher = watcher
        self._queue = deque(items)
        self._alone: deque[Item] = deque()
        """Those that have to be seen again while nothing else runs."""
        self._solo: int | None = None
        """The one of them that runs."""
        self._running: dict[int, Item] = {}
        self._breaker = Breaker(time.monotonic)
        self._tally = tally
        tally.slots = backend.slots
        self.asked = Asked()
        """How often somebody has asked for the end."""
        self._heeded = False
        self._interrupted = False
        self._started = time.monotonic()
        self._beaten = time.monotonic()

    def run(self) -> bool:
        """Work until everything has a result, or somebody wants it to end; says whether everything has one.

        The first Ctrl-C lets what runs come to its end, the second stops that too, the third kills it.
        Raises SandboxError when results can't be written down.
        """
        with self.asked.listening():
            while self._queue or self._alone or self._running:
                if not self._running and (self.asked or self._breaker.hopeless):
                    break
                self._heed()
                if not self.asked:
                    self._fill()
                for ended in self._backend.wait(_TICK):
                    self._take(ended)
                self._tell()
        return not (self._queue or self._alone or self._running)

    @property
    def hopeless(self) -> str | None:
        """What the platform said last, if it was given up on."""
        return self._breaker.cause if self._breaker.hopeless else None

    def _heed(self) -> None:
        """Do what Ctrl-C asks for."""
        if self.asked and not self._heeded:
            self._heeded = True
            running = len(self._running)
            what = f"what runs ({running}) is brought to its end; Ctrl-C again stops it" if running else "nothing runs"
            self._watcher.note(f"Stopping: nothing new is started, {what}.")
        if self.asked.to_stop and not self._interrupted:
            self._interrupted = True
            self._watcher.note("Stopping what runs, and cleaning up.")
            self._backend.interrupt()
        if self.asked.to_drop:
            self._backend.close(at_once=True)

    # What is started

    def _fill(self) -> None:
        """Start as many as there is room for."""
        most = self._room()
        while len(self._running) < most:
            item = self._next()
            if item is None:
                return
            self._start(item)

    def _room(self) -> int:
        if self._solo is not None:
            return 0
        if not self._breaker.open:
            self._tally.paused = None
            return self._backend.slots
        if not self._running and not self._breaker.trying and self._breaker.pause <= 0:
            reason = self._means.probe()
            self._breaker.looked(answers=reason is None)
        if self._breaker.trying:
            return 1
        if self._tally.paused is None:
            self._watcher.note(f"Pausing: the platform failed several students in a row: {self._breaker.cause}")
        self._tally.paused = f"{self._breaker.cause}; looking again in {self._breaker.pause:.0f} s"
        return 0

    def _next(self) -> Item | None:
        """Give what is to be started now, claimed; None when there is nothing."""
        moment = time.monotonic()
        for _ in range(len(self._queue)):
            item = self._queue.popleft()
            if item.not_before > moment:
                self._queue.append(item)
                continue
            if self._claim(item):
                return item
        if self._alone and not self._running:
            # Whatever is still in the queue waits: for another batch, which may wait for these.
            item = self._alone.popleft()
            self._solo = item.id
            return item
        return None

    def _claim(self, item: Item) -> bool:
        means = self._means
        answer = self._patiently(
            lambda: self._store.claim(means.grading, item.id, item.key, means.owner, fresh=means.fresh)
        )
        if answer == "claimed":
            return True
        if answer == "taken":
            item.not_before = time.monotonic() + _ELSEWHERE
            self._queue.append(item)
            return False
        self._tally.stored += 1
        # Whatever it was answered with answers those with the same work: by their own claim.
        self._queue.extendleft(reversed(item.same))
        item.same = []
        return False

    def _start(self, item: Item) -> None:
        terms = self._means.terms[item.handin.exercise]
        source, data = item.handin.path, None
        if item.whole:
            data = self._patiently(lambda: self._store.snapshot(item.digest))
            if data is None:
                raise SandboxError(f"the store has lost the snapshot of {item.handin.label}")
            source = self._means.scratch / f"{item.id}.tar.gz"
        job = Job(
            handin=item.id,
            exercise=terms.exercise.folder,
            submission=source.resolve(),
            is_snapshot=item.whole,
            student=item.handin.student,
            received_at=item.handin.received_at,
            notes=item.notes,
            mode=terms.mode,
            batch=self._means.name,
            deadline=terms.deadline,
        )
        try:
            if data is not None:
                source.write_bytes(data)
            self._backend.start(job)
        except OSError as error:
            self._solo = None
            self._failed(item, f"an attempt can't be started here: {error.strerror}")
        else:
            self._running[item.id] = item

    # What has ended

    def _take(self, ended: Ended) -> None:
        item = self._running.pop(ended.handin)
        self._solo = None
        (self._means.scratch / f"{item.id}.tar.gz").unlink(missing_ok=True)
        if ended.result is None:
            if not self._interrupted:
                self._means.sweep()
            self._failed(item, ended.cause)
            return
        result = Result.model_validate_json(ended.result)
        if result.status is Status.UNGRADED:
            self._failed(item, result.message or "no reason is known", result)
            return
        self._breaker.succeeded()
        if ended.waited and item.first is None and (ended.crowded or self._means.company()):
            # The claim is kept: nobody else need begin with it.
            item.first = {one.id: one.outcome for one in result.checks}
            self._alone.append(item)
            return
        if item.first is not None:
            result = seen_twice(item.first, result)
        self._commit(item, result)

    def _failed(self, item: Item, cause: str, result: Result | None = None) -> None:
        """Have another try at what the platform has failed; in the end, record that it could not be done."""
        item.first = None
        means = self._means
        if self._interrupted:
            self._patiently(lambda: self._store.release(item.id, means.owner))
            self._queue.append(item)
            return
        item.tries += 1
        self._tally.retries += 1
        self._patiently(lambda: self._store.fail(means.grading, item.id, cause, item.tries))
        self._breaker.failed(item.handin.student, cause)
        if item.tries < TRIES:
            self._patiently(lambda: self._store.release(item.id, means.owner))
            item.not_before = time.monotonic() + _DELAYS[item.tries - 1]
            self._queue.append(item)
            return
        self._commit(item, result or nothing(item, self._means.terms[item.handin.exercise], cause))

    def _commit(self, item: Item, result: Result) -> None:
        means = self._means
        attempt = NewAttempt.told_by(result, self._key(item, result))
        data = result.model_dump_json().encode()
        try:
            patiently(lambda: self._store.commit(means.grading, item.id, means.owner, attempt, data), self._watcher)
        except Lost:
            item.first = None
            self._queue.append(item)  # claiming it says what became of it
            return
        self._count(result)
        if result.status is Status.UNGRADED:
            self._queue.extend(item.same)
        elif item.same:
            pairs = [(one.id, attempt.id) for one in item.same]
            self._patiently(lambda: self._store.settle(means.grading, pairs, "stored"))
            self._tally.same += len(pairs)
        item.same = []

    def _key(self, item: Item, result: Result) -> str:
        """Give the key of what was really done: an image may have become another one meanwhile."""
        terms = self._means.terms[item.handin.exercise]
        seen = {one.ref: one.id for one in result.images}
        return item.key if seen.keys() != terms.images.keys() else terms.key(item.digest, seen)

    def _patiently(self, work: Callable[[], _T]) -> _T:
        return patiently(work, self._watcher)

    def _count(self, result: Result) -> None:
        if result.status is Status.UNGRADED:
            self._tally.ungraded += 1
            return
        self._tally.ran += 1
        self._tally.passed += result.passed
        self._tally.rejected += result.status is Status.REJECTED

    def _tell(self) -> None:
        moment = time.monotonic()
        if moment - self._beaten > _BEAT:
            self._patiently(lambda: self._store.beat(self._means.owner))
            self._beaten = moment
        for text in self._backend.bugs():
            self._watcher.note(f"A check met a bug; it costs no points.\n{text}")
        tally = self._tally
        tally.again = len(self._alone)
        tally.elsewhere = sum(one.not_before > moment and not one.tries for one in self._queue)
        tally.running = self._backend.running()
        tally.seconds = moment - self._started
        self._watcher.tally(tally)
