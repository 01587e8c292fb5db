"""The fixtures, registered where there is a submission to look at.

They are made once: each look at them asks anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.scripted.asking import ASKER
from grader.scripted.views import PATIENCE, Container, Image, StudentEngine, Submitted, command
from grader.scripted.web import Http

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.facts import Completed
    from grader.scripted.asking import Asker

__tracebackhide__ = True  # for pytest: what a test did is its author's line, not ours


@pytest.fixture(scope="session")
def _asker(pytestconfig: pytest.Config) -> Asker:
    """Whoever answers; looked for when a test first needs it."""
    return pytestconfig.stash[ASKER]()


@pytest.fixture(scope="session")
def submission(_asker: Asker) -> Submitted:
    """What was handed in: its files, the Dockerfile parsed, the build."""
    return Submitted(_asker)


@pytest.fixture(scope="session")
def image(_asker: Asker) -> Image:
    """The image that was built: configuration and files."""
    return Image(_asker)


@pytest.fixture(scope="session")
def container(_asker: Asker) -> Container:
    """The exercise's container, or the student's; `container("name")` is another one."""
    return Container(_asker)


@pytest.fixture(scope="session")
def run(_asker: Asker) -> Callable[..., Completed]:
    """Run a command in a fresh container of the image: `run("python", "--version").stdout`."""

    def run_fresh(*argv: str, timeout: float = PATIENCE, **options: Any) -> Completed:
        found: Completed = _asker.ask("run", timeout=timeout, **command(argv, **options))
        return found

    return run_fresh


@pytest.fixture(scope="session")
def http(_asker: Asker) -> Http:
    """Send HTTP requests to a container: `http.get("/").status`."""
    return Http(_asker)


@pytest.fixture(scope="session")
def engine(_asker: Asker) -> StudentEngine:
    """What the student's commands left on their engine."""
    return StudentEngine(_asker)


@pytest.fixture(scope="session")
def host(container: Container) -> Any:
    """Testinfra's host: the container, which must run and have a shell."""
    from grader.scripted.host import host_of

    return host_of(container)
