"""The image's health check: how it is written, and what its runs said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.diagnosis._evidence import source

if TYPE_CHECKING:
    from grader.core.dockerfile import Instruction
    from grader.core.facts import Case

MAX_OUTPUT: Final = 4_000
"""Characters of one run's output that are searched; the engine keeps as many."""
_URL: Final = re.compile(r"https?://(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(\d{1,5}))?(?![\w.:-])")


def instruction(case: Case) -> Instruction | None:
    """Give the HEALTHCHECK that counts, if there is one in the Dockerfile."""
    dockerfile = source(case)
    found = dockerfile.effective("HEALTHCHECK") if dockerfile is not None else None
    return found if found is not None and found.arguments[:1] == ("CMD",) else None


def failed(case: Case) -> tuple[str, ...]:
    """Give what the runs that failed have said, the newest first."""
    if case.transcript is not None:
        return ()
    log = case.container.health_log if case.container is not None else ()
    return tuple(one.output[-MAX_OUTPUT:] for one in reversed(log) if one.exit_code != 0)


def asked(written: Instruction) -> tuple[str, int] | None:
    """Give the address within the container that a health check asks: host and port."""
    found = _URL.search(" ".join(written.arguments))
    return None if found is None else (found[1], int(found[2] or (443 if found[0].startswith("https") else 80)))
