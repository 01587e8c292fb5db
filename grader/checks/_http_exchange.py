"""One HTTP request of an exercise's, and what is asked of the answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from grader.checks import _captures
from grader.checks._healthcheck import TimeExpectation
from grader.checks._json import JsonPaths
from grader.core.errors import Missing
from grader.core.matchers import Expectation, expect, parse
from grader.core.model import Model
from grader.core.web import Reply, Request
from grader.core.web.redirects import destination

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.checks._captures import Value
    from grader.core.matching import Matcher

MOST_AT_ONCE: Final = 64


def url_path(path: str) -> str:
    """See to it that a path is one. Raises ValueError."""
    if not path.startswith("/"):
        raise ValueError("a path begins with a slash; write for example /health")
    if not path.isprintable():
        raise ValueError("a path has no line ends and no control characters")
    return path


UrlPath = Annotated[str, Field(json_schema_extra={"pattern": r"^/[^\x00-\x1f\x7f]*$"}), AfterValidator(url_path)]
"""Path and query of an address."""
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
HeaderValue = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]


class Visit(NamedTuple):
    """A request, the answer to it, and how long that took, redirects that were followed included."""

    request: Request
    reply: Reply
    seconds: float


def _map(value: object) -> object:
    if isinstance(value, str):
        raise ValueError(f"write {{to: {value}}}")  # noqa: TRY004 - pydantic reports ValueError
    return value


def _limit(wanted: Matcher) -> Matcher:
    if isinstance(wanted.raw, str | int | float):
        raise ValueError("nothing takes exactly so long; write for example {at_most: 2s}")  # noqa: TRY004 - as above
    return wanted


class Redirect(Model):
    """A redirect that an answer should be."""

    to: Expectation | None = None
    """Where to: the path on the same server, or the whole address of another one."""
    status: Expectation = Field(default={"between": [300, 399]}, validate_default=True)
    """The status code."""


class Auth(Model):
    """A name and a password, as HTTP's basic authentication sends them."""

    user: Annotated[str, Field(pattern=r"^[^:\x00-\x1f\x7f]*$")]
    """The name."""
    password: HeaderValue
    """The password."""


class Exchange(Model):
    """One request, and what is asked of the answer."""

    path: UrlPath = "/"
    """Path and query."""
    method: Annotated[str, Field(pattern=r"^[A-Z]+$")] = "GET"
    """The request's method."""
    request_headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)
    """Headers to send, besides those that curl sends."""
    request_body: str | None = None
    """The body to send."""
    request_json: Any = None
    """A body to send as JSON, with its Content-Type."""
    auth: Auth | None = None
    """A map with `user` and `password`, to send them (basic authentication)."""
    follow: bool = False
    """Follow redirects, up to five and on the container's own ports only; the last answer is looked at."""
    concurrent: Annotated[int, Field(ge=2, le=MOST_AT_ONCE)] | None = None
    """Send the request so many times at once, from 2 to 64; every answer must be as expected."""
    status: Expectation = Field(default=200, validate_default=True)
    """The status code of the answer."""
    redirect: Annotated[Redirect, BeforeValidator(_map)] | None = None
    """The answer is a redirect: a map with `to`, where it leads, and `status`, by default any from 300 to 399."""
    headers: dict[str, Expectation] = Field(default_factory=dict)
    """Headers of the answer; upper and lower case are the same, and several of one name are joined by `, `."""
    body: Expectation | None = None
    """The body of the answer, as text."""
    json_: JsonPaths | None = Field(default=None, alias="json")
    """Parts of a JSON body, each by its JSONPath."""
    seconds: Annotated[TimeExpectation, AfterValidator(_limit)] | None = None
    """The time until the whole answer has come, such as `{at_most: 2s}`; with `concurrent`, until all have."""

    @model_validator(mode="after")
    def _consistent(self) -> Exchange:
        if self.request_body is not None and self.request_json is not None:
            raise ValueError("request_body and request_json exclude each other")
        if self.redirect is not None and self.follow:
            raise ValueError("redirect and follow exclude each other: a redirect that is followed is not looked at")
        if self.redirect is not None and "status" in self.model_fields_set:
            raise ValueError("redirect says the status itself: redirect: {status: 301}")
        return self

    def request(self, port: int, values: Mapping[str, Value] | None, *, tls: bool, lead: str = "") -> Request:
        """Give what is sent to `port`; with captured values, they are put in.

        `lead` is the path that the placeholder stands for which the path begins with, if it begins with one.
        """
        path, headers, body, document = self.path, dict(self.request_headers), self.request_body, self.request_json
        if values is not None:
            if _captures.leading(path) is None:
                lead = ""
            else:
                path = _captures.without_leading(path)
            path = lead + _captures.fill_path(path, values)
            headers = {name: _captures.fill_header(value, values) for name, value in headers.items()}
            body = None if body is None else _captures.fill(body, values)
            document = _captures.fill_data(document, values)
        if document is not None:
            headers = {"Content-Type": "application/json", **headers}
            body = json.dumps(document)
        auth = None if self.auth is None else (self.auth.user, self.auth.password)
        return Request(port, path, self.method, headers, (body or "").encode("utf-8", "replace"), tls, auth)

    def judge(self, visit: Visit, values: Mapping[str, Value] | None) -> None:
        """Raise Failure unless an answer is as expected."""
        request, reply, _ = visit
        name, evidence = request.label, (reply.evidence(request),)
        if self.redirect is None:
            expect(f"{name}: the status", reply.status, _filled(self.status, values), evidence=evidence)
        else:
            self._judge_redirect(self.redirect, visit, values)
        for header, wanted in self.headers.items():
            expectation = _filled(wanted, values)
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
            expect(f"{name}: the body", reply.text, _filled(self.body, values), evidence=evidence)
        if self.json_ is not None:
            paths = {path: _filled(wanted, values) for path, wanted in self.json_.items()}
            expect(f"{name}: the body", reply.text, parse({"json": paths}), evidence=evidence)

    @staticmethod
    def _judge_redirect(wanted: Redirect, visit: Visit, values: Mapping[str, Value] | None) -> None:
        request, reply, _ = visit
        name, evidence = request.label, (reply.evidence(request),)
        expect(f"{name}: the status", reply.status, _filled(wanted.status, values), evidence=evidence)
        to = destination(request, reply)
        if wanted.to is not None:
            subject = f"{name}: the place that the redirect leads to"
            expect(subject, to.shown, _filled(wanted.to, values), evidence=evidence)

    def judge_time(self, name: str, seconds: float) -> None:
        """Raise Failure unless the whole took as long as expected."""
        if self.seconds is not None:
            expect(f"{name}: the time in seconds", round(seconds, 3), self.seconds)


def _filled(expectation: Matcher, values: Mapping[str, Value] | None) -> Matcher:
    return expectation if values is None else _captures.fill_expectation(expectation, values)
