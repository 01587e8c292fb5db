"""A run of tests that a check leads: it says which test is next, answers its questions, and hears how it went."""

from __future__ import annotations

import os
import select
import signal
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest

from grader.core.wire import Channel, pack, unpack, unpack_error
from grader.scripted import fixtures
from grader.scripted.asking import ASKER
from grader.scripted.findings import Finding, describe, finding, unreadable

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

__tracebackhide__ = True  # for pytest: what a test did is its author's line, not ours


def begin(config: pytest.Config) -> None:
    """Take part in a run that a check has started."""
    descriptor: int = config.option.grader_channel
    os.set_inheritable(descriptor, False)  # what the tests start must not keep the channel open
    threading.Thread(target=_watch, args=(descriptor,), daemon=True).start()
    led = Led(Channel(socket.socket(fileno=descriptor)), config.rootpath)
    config.stash[ASKER] = lambda: led
    config.pluginmanager.register(fixtures, "grader-fixtures")
    config.pluginmanager.register(led, "grader-led")


def _watch(descriptor: int) -> None:
    """End with all that was started as soon as whoever led is gone, however that came: even a test that hangs."""
    watch = select.poll()
    watch.register(descriptor, 0)  # which still tells of a connection that is closed
    while not watch.poll():
        pass
    os.killpg(os.getpid(), signal.SIGKILL)


class Led:
    """Pytest's hooks, and whom the fixtures ask."""

    def __init__(self, channel: Channel, root: Path) -> None:
        self._channel = channel
        self._root = root
        self._lock = threading.Lock()
        self._errors: list[str] = []
        self._finding = Finding()
        self._compared: tuple[str, Any, Any] | None = None

    def ask(self, question: str, **arguments: Any) -> Any:
        """Have the check answer, in its own process."""
        with self._lock:
            self._channel.send({"event": "ask", "question": question, "arguments": pack(arguments)})
            answer = self._receive()
        if "error" in answer:
            raise unpack_error(answer["error"])
        return unpack(answer["value"])

    def _receive(self) -> dict[str, Any]:
        found = self._channel.receive()
        if found is None:
            os._exit(0)  # whoever led is gone, and so is everything that could be looked at
        return found

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember what can't be read."""
        if report.failed:
            self._errors.append(unreadable(report, self._root))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tell which tests there are, in their order."""
        found = {"tests": [describe(item) for item in session.items], "errors": self._errors}
        self._channel.send({"event": "collected", "found": pack(found)})

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Tell how a test went, once its fixtures have tidied up."""
        self._finding = Finding()
        done = yield
        self._channel.send({"event": "done", "test": item.nodeid, "told": pack(self._finding.told())})
        return done

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Wait until it is this test's turn."""
        self._channel.send({"event": "next", "test": item.nodeid})
        wanted = self._receive()["run"]
        if wanted is None:
            item.session.shouldstop = "the check has seen enough"
        if not wanted:
            pytest.skip("not wanted")

    def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> None:
        """Remember what was compared: if the `assert` fails, it was expected and found."""
        self._compared = (op, left, right)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Work out what one phase of a test comes to; the first that didn't go well counts."""
        report = yield
        compared, self._compared = self._compared, None
        if self._finding.outcome == "passed":
            self._finding = finding(item, call, report, compared)
        return report
