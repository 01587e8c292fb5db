"""The cause `apt_without_update`."""

from __future__ import annotations

import time

import pytest

from tests.support.cases import exited, explains, silent, step_failed

CAUSE = "apt_without_update"
SAID = "Reading package lists...\nE: Unable to locate package curl\n"
INSTALL = "RUN apt-get install -y curl"


def test_no_step_has_fetched_the_lists() -> None:
    explains(CAUSE, step_failed(f"FROM a:1; {INSTALL}", 2, 100, SAID), "package curl", "apt-get update &&", line=2)


def test_an_update_in_another_stage_does_not_count() -> None:
    explains(CAUSE, step_failed(f"FROM a:1; RUN apt-get update; FROM a:1; {INSTALL}", 4, 100, SAID), line=4)


def test_a_package_that_only_others_mention() -> None:
    said = "E: Package 'curl' has no installation candidate\n"
    explains(CAUSE, step_failed(f"FROM a:1; {INSTALL}", 2, 100, said), "package curl", line=2)


@pytest.mark.parametrize(
    "source",
    [
        "FROM a:1; RUN x; RUN apt-get update && apt-get install -y curl",
        "FROM a:1; RUN apt-get -qq update; RUN apt-get install -y curl",
        "FROM a:1 AS lists; RUN apt update; FROM lists; RUN apt-get install -y curl",
    ],
)
def test_is_silent_where_the_lists_were_fetched(source: str) -> None:
    silent(CAUSE, step_failed(source, source.count("; ") + 1, 100, SAID))


def test_is_silent_about_anything_else() -> None:
    silent(CAUSE, step_failed(f"FROM a:1; {INSTALL}", 2, 100, "E: Could not get lock\n"))
    silent(CAUSE, exited("FROM a:1; CMD apt-get install -y curl", "apt-get install -y curl", 100, SAID))


def test_options_without_end_take_no_time() -> None:
    started = time.monotonic()
    options = "; ".join(["RUN apt " + "-apt " * 12_000] * 4)
    explains(CAUSE, step_failed(f"FROM a:1; {options}; {INSTALL}", 6, 100, SAID), line=6)
    assert time.monotonic() - started < 2
