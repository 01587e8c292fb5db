"""What the engine says when something goes wrong, in our words."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from grader.core.errors import SandboxError
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

START_HINT = "Start Docker (Docker Desktop, or: sudo systemctl start docker) and try again; `grader doctor` says more."


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn what the Docker library raises inside into SandboxError; `doing` names what was tried."""
    # Imported here: whoever gets this far has the library loaded already.
    import requests
    from docker.errors import APIError, DockerException

    try:
        yield
    except APIError as error:
        raise SandboxError(f"{doing}: the Docker engine says: {one_line(str(error.explanation or error))}") from error
    except requests.exceptions.Timeout as error:
        raise SandboxError(f"{doing}: the Docker engine did not answer in time", hint=START_HINT) from error
    except (requests.exceptions.RequestException, DockerException, OSError) as error:
        raise SandboxError(
            f"{doing}: no answer from the Docker engine ({one_line(str(error), 120)})", hint=START_HINT
        ) from error
