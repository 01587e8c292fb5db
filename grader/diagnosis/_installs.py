"""Why an installation in a RUN failed: what apt and pip leave behind, each with what to do about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from grader.core.text import one_line
from grader.diagnosis._evidence import source

if TYPE_CHECKING:
    from grader.core.facts import Case
    from grader.diagnosis._evidence import Ended

Reading: TypeAlias = "tuple[str, str] | None"
"""Why it failed, and what to do."""

_NETWORK: Final = re.compile(
    r"Temporary failure (?:in name resolution|resolving)|bad address '|Could not resolve host|EAI_AGAIN|ENOTFOUND"
    r"|Network is unreachable|Tracker \"idealTree\" already exists"
)
_NO_PACKAGE: Final = re.compile(r"E: Unable to locate package (\S+)")
# Bounded, since a Dockerfile may be 256 KiB of options.
_UPDATE: Final = re.compile(r"\bapt(?:-get)? (?:-\S{1,80} ){0,9}update\b")
_NO_DISTRIBUTION: Final = re.compile(r"No matching distribution found for (\S+)")


def no_question(_case: Case, ended: Ended) -> Reading:
    if not re.search(r"Do you want to continue\? \[Y/n\]\s+Abort", ended.output):
        return None
    return (
        "apt asks whether to go on, and nobody can answer during a build.",
        "Write -y after install: apt-get install -y …",
    )


def no_package_lists(case: Case, ended: Ended) -> Reading:
    found, dockerfile = _NO_PACKAGE.search(ended.output), source(case)
    if found is None or dockerfile is None or _UPDATE.search(dockerfile.text):
        return None
    return (
        f"apt doesn't know the package {one_line(found[1], 60)}: base images come without package lists.",
        "Fetch the lists in the same RUN, before the installation: RUN apt-get update && apt-get install -y …",
    )


def no_network(_case: Case, ended: Ended) -> Reading:
    if _NETWORK.search(ended.output) is None:
        return None
    return (
        "The step tries to download something and finds no network: most exercises are built without one.",
        "Do without the download: use what the base image and your folder have.",
    )


def no_package(_case: Case, ended: Ended) -> Reading:
    found = _NO_DISTRIBUTION.search(ended.output) or _NO_PACKAGE.search(ended.output)
    if found is None:
        return None
    return f"There is no package called {one_line(found[1], 60)}.", "Correct its name."
