"""The `http` check."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from grader.checks import _container
from grader.checks._json import JsonPaths
from grader.core.check import Check
from grader.core.errors import Missing
from grader.core.matchers import Expectation, expect, parse
from grader.core.specs import Port, Where
from grader.core.web import Reply, Request, exchange

if TYPE_CHECKING:
    from grader.core.abilities import Container, Containers


HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
HeaderValue = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]


class Http(Check):
    """Passes if the server in the container answers an HTTP request as expected.

    The request comes from outside the container, through the published port, with no redirect followed.
    The whole exchange has one time limit: `within` if it is given, else `timeout`.
    Bodies are cut after 1 MiB; a compressed one is not unpacked.
    """

    example: ClassVar[str] = """
    - {id: answers, kind: http, port: 3000, path: /health, status: 200, json: {"$.status": ok}, within: 5s}
    """

    kind: Literal["http"] = "http"
    port: Port
    """The port in the container; it must be published, under whichever number."""
    path: Annotated[str, Field(pattern=r"^/[^\x00-\x1f\x7f]*$")] = "/"
    """Path and query."""
    method: Annotated[str, Field(pattern=r"^[A-Z]+$")] = "GET"
    """The request's method."""
    request_headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)
    """Headers to send, besides those that curl sends."""
    request_body: str | None = None
    """The body to send."""
    request_json: Any = None
    """A body to send as JSON, with its Content-Type."""
    status: Expectation = Field(default=200, validate_default=True)
    """The status code of the answer."""
    headers: dict[str, Expectation] = Field(default_factory=dict)
    """Headers of the answer; upper and lower case are the same."""
    body: Expectation | None = None
    """The body of the answer, as text."""
    json_: JsonPaths | None = Field(default=None, alias="json")
    """Parts of a JSON body, each by its JSONPath."""

    @model_validator(mode="after")
    def _one_body(self) -> Http:
        if self.request_body is not None and self.request_json is not None:
            raise ValueError("request_body and request_json exclude each other")
        return self

    def run(self, target: Containers) -> None:
        commands = _container.from_outside(target, self.in_, self.port, self._request().curl)
        with _container.reproducible(*commands):
            container = _container.ready(target, self.in_, expected=f"an answer to {self._request().label}")
            self._judge(self._ask(container))

    def _ask(self, container: Container) -> Reply:
        try:
            connect = partial(container.connect, self.port)
            return exchange(connect, self._request(), self.within or self.timeout)
        except Missing as failure:
            # Docker's own proxy takes connections to a published port even when nothing in the container does.
            listeners = container.listeners()
            if any(one.port == self.port and not one.loopback for one in listeners):
                raise
            raise Missing(
                f"nothing answers on port {self.port}: {_container.listening(listeners)}",
                expected=f"a server that listens on port {self.port}, on 0.0.0.0",
                actual=failure.message,
                evidence=_container.log(container),
            ) from None

    def _request(self, port: int | None = None) -> Request:
        """Give what is sent to `port`: by default, to the one that the student knows."""
        own = self.in_.publishes if isinstance(self.in_, Where) else None
        headers, body = dict(self.request_headers), self.request_body or ""
        if self.request_json is not None:
            headers = {"Content-Type": "application/json", **headers}
            body = json.dumps(self.request_json)
        return Request(port or own or self.port, self.path, self.method, headers, body.encode())

    def _judge(self, reply: Reply) -> None:
        request = self._request()
        name, evidence = request.label, (reply.evidence(request),)
        expect(f"{name}: the status", reply.status, self.status, evidence=evidence)
        for header, expectation in self.headers.items():
            value = reply.header(header)
            if value is None and expectation.problem(None) is not None:
                raise Missing(
                    f"{name}: the answer has no header {header}",
                    expected=f"{header}: {expectation.words}",
                    actual=", ".join(key for key, _ in reply.headers) or "no headers at all",
                    evidence=evidence,
                )
            expect(f"{name}: the header {header}", value, expectation, evidence=evidence)
        if self.body is not None:
            expect(f"{name}: the body", reply.text, self.body, evidence=evidence)
        if self.json_ is not None:
            expect(f"{name}: the body", reply.text, parse({"json": self.json_}), evidence=evidence)
