"""Values of one answer that the next requests need: how they are found, kept small, and put in.

They are student bytes: what they may do where they are put is decided here.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from grader.core.errors import Failure, Missing
from grader.core.matchers import expression, parse
from grader.core.matching import Matcher, text
from grader.core.model import Model
from grader.core.text import quoted
from grader.core.web.cookies import set_by

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from grader.core.web import Reply

MAX_VALUE: Final = 4_000
"""Characters of a captured value."""
# Meets authors' text only; `{{!name}}` is the escape.
_USE: Final = re.compile(r"\{\{(!?)([A-Za-z][A-Za-z0-9_-]*)\}\}")

Value: TypeAlias = str | int | float | bool
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=64)]
"""What a captured value is called."""


def _path(path: str) -> str:
    if not path.startswith("$"):
        raise ValueError(f"'{path}' is not a JSONPath; write for example $.{path}")
    parse({"json": {path: ""}})
    return path


def _pattern(pattern: str) -> str:
    expression(pattern)
    return pattern


class Capture(Model):
    """Where a value is found in an answer; without a place, in the text of the body."""

    json_: Annotated[str, AfterValidator(_path)] | None = Field(default=None, alias="json")
    """The JSONPath of a part of the body."""
    header: str | None = None
    """The name of a header."""
    cookie: str | None = None
    """The name of a cookie that the answer sets."""
    matches: Annotated[str, AfterValidator(_pattern)] | None = None
    """A regular expression that finds it there, or in the body where no place is named: its first group, or all of it.
    """

    @model_validator(mode="after")
    def _one_place(self) -> Capture:
        places = sum(place is not None for place in (self.json_, self.header, self.cookie))
        if places > 1:
            raise ValueError("must name one of json, header and cookie, not several")
        if not places and self.matches is None:
            raise ValueError("says nothing; name json, header, cookie or matches")
        return self

    @property
    def told(self) -> str:
        """What it is, for a person."""
        return self.place if self.matches is None else f"what /{self.matches}/ finds in {self.place}"

    @property
    def whole_address(self) -> bool:
        """Whether it is the place that an answer sends its reader to, as it stands there."""
        return (self.header or "").lower() == "location" and self.matches is None

    def value(self, name: str, reply: Reply) -> Value:
        """Find the value. Raises Failure, in words for a student, when there is none that can be used."""
        found = self._found(name, reply)
        if self.matches is not None:
            found = self._part(name, text(found))
        if isinstance(found, str) and not found.strip():
            raise Failure(f"{self.place} is empty, and the next requests need it as {name}")
        if len(text(found)) > MAX_VALUE:
            raise Failure(f"{self.place} has over {MAX_VALUE} characters: too many to use it as {name}")
        return found

    @property
    def place(self) -> str:
        """Where it is looked for, inside a sentence."""
        if self.json_ is not None:
            return f"the body's {self.json_}"
        if self.header is not None:
            return f"the header {self.header}"
        return f"the cookie {self.cookie}" if self.cookie is not None else "the body"

    def _found(self, name: str, reply: Reply) -> Value:
        if self.json_ is not None:
            return self._in_json(name, reply.text)
        if self.header is not None:
            found = reply.header(self.header)
        else:
            found = reply.text if self.cookie is None else set_by(reply, self.cookie)
        if found is None:
            raise Missing(
                f"the answer has not got {self.place}, which the next requests need as {name}",
                expected=self.place,
                actual=", ".join(dict.fromkeys(key for key, _ in reply.headers)) or "no headers at all",
            )
        return found

    def _in_json(self, name: str, body: str) -> Value:
        found: list[Any] = []
        grab = Matcher(self.json_, found.append, "")
        problem = parse({"json": {self.json_: grab}}).problem(body)
        if problem is not None:
            message = f"the body {problem}; the next requests need what is there as {name}"
            raise Missing(message, expected=f"a value at {self.json_}", actual=body)
        value = found[0]
        if not isinstance(value, str | int | float):
            raise Failure(
                f"{self.place} is no text and no number; the next requests need it as {name}",
                expected="text or a number",
                actual=text(value) if value is None else type(value).__name__,
            )
        return value

    def _part(self, name: str, whole: str) -> str:
        # JSON can hold lone surrogates, which UTF-8 and so RE2 can't.
        match = expression(self.matches).search(whole.encode("utf-8", "replace").decode())
        part = None if match is None else match[1 if match.re.groups else 0]
        if part is None:
            raise Missing(
                f"{self.place} does not match /{self.matches}/; the next requests need what is there as {name}",
                expected=f"matches /{self.matches}/",
                actual=whole,
            )
        return str(part)


def unknown(data: object, known: Collection[str]) -> str | None:
    """Say what is wrong with the placeholders in a part of an exercise, if anything is."""
    for name in names(data):
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            meant = f"; did you mean '{{{{{near[0]}}}}}'?" if near else f"; for the text itself, write {{{{!{name}}}}}"
            return f"no step before captures '{{{{{name}}}}}'{meant}"
    return None


def names(data: object) -> Iterator[str]:
    """Give the names that the placeholders in a part of an exercise stand for."""
    if isinstance(data, str):
        yield from (match[2] for match in _USE.finditer(data) if not match[1])
    elif isinstance(data, Matcher):
        yield from names(data.raw)
    elif isinstance(data, dict | list | tuple):
        for item in data.values() if isinstance(data, dict) else data:
            yield from names(item)


def fill(template: str, values: Mapping[str, Value], escape: Callable[[str], str] = str) -> str:
    """Put captured values into a text, each escaped for what the text is."""

    def value(match: re.Match[str]) -> str:
        return f"{{{{{match[2]}}}}}" if match[1] else escape(text(values[match[2]]))

    return _USE.sub(value, template)


def fill_path(template: str, values: Mapping[str, Value]) -> str:
    """Put values into a path: each stays one part of it."""
    from urllib.parse import quote

    return fill(template, values, lambda value: quote(value.encode("utf-8", "replace"), safe=""))


def leading(template: str) -> str | None:
    """Give the name of the placeholder that a path begins with: one for a whole path, or for an address."""
    found = _USE.match(template)
    return None if found is None or found[1] else found[2]


def without_leading(template: str) -> str:
    """Give what follows it."""
    return _USE.sub("", template, count=1)


def fill_header(template: str, values: Mapping[str, Value]) -> str:
    """Put values into a header. Raises Failure for one that would end it."""

    def one_line(value: str) -> str:
        if not value.isprintable():
            raise Failure(f"a captured value can't be sent in a header: {quoted(value)}", actual=value)
        return value

    return fill(template, values, one_line)


def fill_data(data: Any, values: Mapping[str, Value]) -> Any:
    """Put values into every text of a document; one that stands alone stays a number if it is one."""
    if isinstance(data, str):
        alone = _USE.fullmatch(data)
        return values[alone[2]] if alone is not None and not alone[1] else fill(data, values)
    if isinstance(data, list):
        return [fill_data(item, values) for item in data]
    return {key: fill_data(item, values) for key, item in data.items()} if isinstance(data, dict) else data


def fill_expectation(expectation: Matcher, values: Mapping[str, Value]) -> Matcher:
    """Put values into what is expected. Raises Failure for a value that can't be compared in this way."""
    if "{{" not in str(expectation.raw):
        return expectation
    try:
        return parse(_expected(expectation.raw, values))
    except ValueError as error:
        raise Failure(f"a captured value can't be compared: {error}") from None


def _expected(raw: Any, values: Mapping[str, Value]) -> Any:
    if isinstance(raw, list):
        return [_expected(item, values) for item in raw]
    if not isinstance(raw, dict):
        return fill_data(raw, values)
    return {
        key: fill(item, values, _TEXTS[key]) if key in _TEXTS and isinstance(item, str) else _expected(item, values)
        for key, item in raw.items()
    }


def _literal(value: str) -> str:
    """Escape what a student chose, so that it matches itself and nothing else."""
    import re2

    return str(re2.escape(value.encode("utf-8", "replace").decode()))


_TEXTS: Final[Mapping[str, Callable[[str], str]]] = {"matches": _literal, "starts_with": str, "ends_with": str}
"""Matchers that take text only, also where a captured number stands alone."""
