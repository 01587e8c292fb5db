"""What tests see of a server: requests to a container's published port, and the answers."""

from __future__ import annotations

import json as jsons
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.core.errors import Mismatch
from grader.scripted.views import PATIENCE, Container

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.core.web import Reply
    from grader.scripted.asking import Asker

__tracebackhide__ = True  # for pytest: what a test did is its author's line, not ours


@dataclass(frozen=True)
class Response:
    """The answer to an HTTP request."""

    reply: Reply

    @property
    def status(self) -> int:
        """The status code."""
        return self.reply.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, by their names in small letters; several of one name are joined."""
        return {name.lower(): self.reply.header(name) or "" for name, _ in self.reply.headers}

    @property
    def text(self) -> str:
        """The body as text, of 1 MiB at most."""
        return self.reply.text

    @property
    def body(self) -> bytes:
        """The body, of 1 MiB at most."""
        return self.reply.body

    def json(self) -> Any:
        """Read the body as JSON. Raises a failure of the student's for a body that is none."""
        try:
            return jsons.loads(self.text)
        except (ValueError, RecursionError):
            raise Mismatch("the body is not JSON", expected="JSON", actual=self.text[:2_000]) from None

    def __repr__(self) -> str:
        return f"<answer {self.status}>"


class Http:
    """Requests to a container's published port, from outside it; no redirect is followed."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def request(
        self,
        method: str,
        path: str = "/",
        *,
        port: int | None = None,
        container: str | Container | None = None,
        headers: Mapping[str, str] | None = None,
        data: str | bytes = b"",
        json: Any = None,
        timeout: float = PATIENCE,
    ) -> Response:
        """Send a request; `port` is the container's, and need not be said where it publishes one only."""
        told = dict(headers or {})
        if json is not None:
            data, told = jsons.dumps(json), {"Content-Type": "application/json", **told}
        return Response(
            self._asker.ask(
                "http",
                container=container.name if isinstance(container, Container) else container,
                port=port,
                timeout=timeout,
                path=path,
                method=method.upper(),
                headers=told,
                body=data.encode() if isinstance(data, str) else data,
            )
        )

    def get(self, path: str = "/", **options: Any) -> Response:
        """Send a GET."""
        return self.request("GET", path, **options)

    def post(self, path: str = "/", **options: Any) -> Response:
        """Send a POST, with `data` or `json`."""
        return self.request("POST", path, **options)

    def put(self, path: str = "/", **options: Any) -> Response:
        """Send a PUT, with `data` or `json`."""
        return self.request("PUT", path, **options)

    def delete(self, path: str = "/", **options: Any) -> Response:
        """Send a DELETE."""
        return self.request("DELETE", path, **options)

    def __repr__(self) -> str:
        return "http"
