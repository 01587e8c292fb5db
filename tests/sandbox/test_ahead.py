"""Work in the background, and waiting for it."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import NoReturn

import pytest

from grader.sandbox.ahead import Ahead


def test_a_value_is_kept() -> None:
    work = Ahead(lambda: 7)
    assert (work.result(), work.result()) == (7, 7)


def test_an_error_is_raised_where_the_value_is_asked_for() -> None:
    def fail() -> NoReturn:
        raise ZeroDivisionError

    work = Ahead(fail)
    work.join()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            work.result()


def test_after_a_ctrl_c_the_work_is_still_waited_for() -> None:
    done = []

    def slow() -> None:
        time.sleep(0.5)
        done.append(1)

    work = Ahead(slow)
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        work.join()
    assert done == []
    work.join()
    assert done == [1]
