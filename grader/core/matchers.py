"""The expectation language: what an exercise says about a value that a check found.

A plain value means equal, a list means contains all of these, a map names matchers:
`equals contains matches starts_with ends_with at_least at_most between length one_of not any all json yaml semver`.
Regular expressions are RE2's (linear time), because they meet hostile text.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

from pydantic import GetPydanticSchema
from pydantic_core import core_schema

from grader.core.errors import Mismatch
from grader.core.matching import Matcher, Problem, measured, noted, number, plain, same, short, show, text
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.result import Evidence

MAX_DOCUMENT: Final = 1024 * 1024
"""Characters of student text that are parsed as JSON or YAML."""


def parse(raw: object) -> Matcher:
    """Read an expectation as it stands in YAML. Raises ValueError, saying what was meant."""
    if isinstance(raw, Matcher):
        return raw
    if isinstance(raw, dict):
        if not raw:
            raise ValueError("an empty map expects nothing; name a matcher, for example {contains: text}")
        return _every([_named(name, argument) for name, argument in raw.items()], raw)
    if isinstance(raw, list):
        if not raw:
            raise ValueError("an empty list expects nothing; for an empty value write {equals: []}")
        return _contains(raw)
    return _equals(raw)


Expectation = Annotated[
    Matcher,
    GetPydanticSchema(
        lambda _source, _handler: core_schema.no_info_plain_validator_function(
            parse, serialization=core_schema.plain_serializer_function_ser_schema(lambda matcher: matcher.raw)
        ),
        lambda _schema, _handler: {
            "description": "An expectation: a plain value (equal), a list (contains all of these) or a map of matchers."
        },
    ),
]
"""A field that holds an expectation."""


def expect(
    subject: str,
    actual: object,
    expectation: Matcher,
    *,
    hint: str | None = None,
    reproduce: str | None = None,
    evidence: tuple[Evidence, ...] = (),
) -> None:
    """Raise Mismatch unless `actual` is as expected; `subject` starts the sentence."""
    problem = expectation.problem(actual)
    noted(subject, actual)
    if problem is not None:
        raise Mismatch(
            f"{subject} {problem}",
            expected=expectation.words,
            actual=show(actual),
            hint=hint,
            reproduce=reproduce,
            evidence=evidence,
        )


def _equals(wanted: object) -> Matcher:
    words = short(wanted)

    def problem(actual: object) -> Problem:
        return None if same(actual, wanted) else f"is {short(actual)}, expected {words}"

    return Matcher(wanted, problem, f"equals {words}")


def _contains(wanted: object) -> Matcher:
    items = wanted if isinstance(wanted, list) else [wanted]
    if not items or "" in items:
        raise ValueError("every text contains nothing; for an empty one write {equals: ''}")
    parts = [parse(item) if isinstance(item, dict) else item for item in items]
    words = ", ".join(part.words if isinstance(part, Matcher) else short(part) for part in parts)

    def problem(actual: object) -> Problem:
        missing = [
            part.words if isinstance(part, Matcher) else short(part) for part in parts if not _holds_in(actual, part)
        ]
        return f"does not contain {' nor '.join(missing)}" if missing else None

    return Matcher(wanted, problem, f"contains {words}")


def _holds_in(actual: object, part: object) -> bool:
    if isinstance(actual, str):
        return part.problem(actual) is None if isinstance(part, Matcher) else text(part) in actual
    if isinstance(actual, dict):
        return not isinstance(part, Matcher) and any(same(key, part) for key in actual)
    if isinstance(actual, list | tuple | set | frozenset):
        return any(part.problem(item) is None if isinstance(part, Matcher) else same(item, part) for item in actual)
    return False


def _every(matchers: list[Matcher], raw: object) -> Matcher:
    def problem(actual: object) -> Problem:
        return next((found for matcher in matchers if (found := matcher.problem(actual)) is not None), None)

    return Matcher(raw, problem, " and ".join(matcher.words for matcher in matchers))


def _some(matchers: list[Matcher], raw: object) -> Matcher:
    words = " or ".join(matcher.words for matcher in matchers)

    def problem(actual: object) -> Problem:
        if any(matcher.problem(actual) is None for matcher in matchers):
            return None
        return f"is {short(actual)}, expected: {words}"

    return Matcher(raw, problem, words)


def _negated(argument: object) -> Matcher:
    inner = parse(argument)

    def problem(actual: object) -> Problem:
        return None if inner.problem(actual) is not None else f"{inner.words}, and should not"

    return Matcher(argument, problem, f"not ({inner.words})")


def expression(pattern: object) -> Any:
    """Compile a regular expression that is to meet student text. Raises ValueError, saying what is wrong with it."""
    import re2

    if not isinstance(pattern, str) or not pattern:
        raise ValueError("matches takes a regular expression as text")
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise ValueError(f"not a regular expression of RE2: {reason}") from None


def _matches(pattern: object) -> Matcher:
    compiled = expression(pattern)

    def problem(actual: object) -> Problem:
        # JSON can hold lone surrogates, which UTF-8 and so RE2 can't.
        if isinstance(actual, str) and compiled.search(actual.encode("utf-8", "replace").decode()):
            return None
        return f"does not match /{one_line(str(pattern))}/"

    return Matcher(pattern, problem, f"matches /{pattern}/")


def _affix(which: str) -> Callable[[object], Matcher]:
    def make(wanted: object) -> Matcher:
        if not isinstance(wanted, str) or not wanted.rstrip("\r\n"):
            raise ValueError(f"{which}s_with takes text")

        def problem(actual: object) -> Problem:
            good = isinstance(actual, str) and (
                actual.startswith(wanted) if which == "start" else actual.rstrip("\r\n").endswith(wanted.rstrip("\r\n"))
            )
            return None if good else f"does not {which} with {short(wanted)}: it is {short(actual)}"

        return Matcher(wanted, problem, f"{which}s with {short(wanted)}")

    return make


def _range(low: float | None, high: float | None, raw: object) -> Matcher:
    words = " and ".join(
        part
        for part in (
            f"at least {low}" if low is not None else "",
            f"at most {high}" if high is not None else "",
        )
        if part
    )

    def problem(actual: object) -> Problem:
        number = measured(actual)
        if number is None:
            return f"is {short(actual)}, not a number"
        if (low is not None and number < low) or (high is not None and number > high):
            return f"is {one_line(show(actual))}, expected {words}"
        return None

    return Matcher(raw, problem, words)


def _between(argument: object) -> Matcher:
    if not isinstance(argument, list) or len(argument) != 2:  # noqa: PLR2004 - low and high
        raise ValueError("between takes two numbers: [low, high]")
    low, high = (number(value, "between") for value in argument)
    if low > high:
        raise ValueError("between takes the lower number first")
    return _range(low, high, argument)


def _length(argument: object) -> Matcher:
    inner = parse(argument)

    def problem(actual: object) -> Problem:
        if not isinstance(actual, str | list | tuple | dict | set | frozenset):
            return f"is {short(actual)}, which has no length"
        found = inner.problem(len(plain(actual)))  # type: ignore[arg-type]
        return None if found is None else f"has a length that {found}"

    return Matcher(argument, problem, f"length {inner.words}")


def _one_of(argument: object) -> Matcher:
    if not isinstance(argument, list) or not argument:
        raise ValueError("one_of takes a list of values")
    return _some([_equals(value) for value in argument], argument)


def _several(combine: Callable[[list[Matcher], object], Matcher]) -> Callable[[object], Matcher]:
    def make(argument: object) -> Matcher:
        if not isinstance(argument, list) or not argument:
            raise ValueError("any and all take a list of expectations")
        return combine([parse(item) for item in argument], argument)

    return make


def _document(language: str) -> Callable[[object], Matcher]:
    def make(argument: object) -> Matcher:
        from grader.core.documents import Selector

        selector = Selector(language, argument)
        return Matcher(argument, selector.problem, selector.words)

    return make


def _semver(argument: object) -> Matcher:
    from grader.core.documents import version_range

    if not isinstance(argument, str):
        raise ValueError('semver takes a range as text, for example ">=3.11 <4"')  # noqa: TRY004
    inside = version_range(argument)

    def problem(actual: object) -> Problem:
        return (
            None if isinstance(actual, str) and inside(actual) else f"is {short(actual)}, expected a version {argument}"
        )

    return Matcher(argument, problem, f"is a version {argument}")


_MATCHERS: Final[dict[str, Callable[[Any], Matcher]]] = {
    "equals": _equals,
    "contains": _contains,
    "matches": _matches,
    "starts_with": _affix("start"),
    "ends_with": _affix("end"),
    "at_least": lambda low: _range(number(low, "at_least"), None, low),
    "at_most": lambda high: _range(None, number(high, "at_most"), high),
    "between": _between,
    "length": _length,
    "one_of": _one_of,
    "not": _negated,
    "any": _several(_some),
    "all": _several(_every),
    "json": _document("json"),
    "yaml": _document("yaml"),
    "semver": _semver,
}


def _named(name: object, argument: object) -> Matcher:
    if name not in _MATCHERS:
        _unknown(str(name))
    return _MATCHERS[str(name)](argument)


def _unknown(name: str) -> NoReturn:
    near = difflib.get_close_matches(name, _MATCHERS, 1)
    meant = f"; did you mean '{near[0]}'?" if near else f"; there are {', '.join(_MATCHERS)}"
    raise ValueError(f"unknown matcher '{name}'{meant}")
