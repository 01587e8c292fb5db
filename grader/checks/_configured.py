"""Expectations on what an image says: its words, its user, its health check. What can never hold is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

from pydantic import AfterValidator

from grader.core.matchers import Expectation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.core.matching import Matcher

_OF_LISTS: Final = frozenset({"contains", "length"})
_SEVERAL: Final = frozenset({"any", "all", "one_of"})
_SWITCHES: Final = frozenset({"yes", "no", "on", "off"})


def plain(raw: object) -> Iterator[object]:
    """Give the values that something may equal: one that stands alone, and those of `equals`, `one_of` and `any`."""
    if not isinstance(raw, dict | list):
        yield raw
    for name, argument in raw.items() if isinstance(raw, dict) else ():
        if name in {"equals", "not"}:
            yield from plain(argument)
        elif name in _SEVERAL and isinstance(argument, list):
            for one in argument:
                yield from plain(one)


def apart(**pairs: tuple[Iterable[str], Iterable[str]]) -> None:
    """Raise ValueError for what must be there and must not; each pair comes by the names of its two fields."""
    for names, (wanted, unwanted) in pairs.items():
        both = sorted(set(wanted) & set(unwanted))
        if both:
            raise ValueError(f"'{both[0]}' stands in {' and in '.join(names.split('__'))}: it can't be both")


def _words(matcher: Matcher) -> Matcher:
    _of_words(matcher.raw)
    return matcher


def _of_words(raw: object) -> None:
    """Raise ValueError for what no list of words can be."""
    if isinstance(raw, list):
        return
    if not isinstance(raw, dict):
        raise ValueError(  # noqa: TRY004 - pydantic reports ValueError
            "there is a list of words here, which no text equals: write {equals: [python, app.py]} for all of them, "
            "or [app.py] for words that must be among them"
        )
    for name, argument in raw.items():
        if name in _SEVERAL and isinstance(argument, list):
            for one in argument:
                _of_words({"equals": one} if name == "one_of" else one)
        elif name == "not" or (name == "equals" and not isinstance(argument, list)):
            _of_words(argument)
        elif name not in _OF_LISTS | {"equals"}:
            raise ValueError(f"{name} is about text, and there is a list of words here; write [{{{name}: …}}] for one")


def _user(matcher: Matcher) -> Matcher:
    group = next((one for one in plain(matcher.raw) if isinstance(one, str) and ":" in one), None)
    if group is not None:
        raise ValueError(f"the user is compared without its group: write {group.partition(':')[0]}")
    return matcher


def _switch(matcher: Matcher) -> Matcher:
    if isinstance(matcher.raw, str) and matcher.raw.lower() in _SWITCHES:
        raise ValueError(f"'{matcher.raw}' is text here: write true or false")
    return matcher


WordsExpectation: TypeAlias = Annotated[Expectation, AfterValidator(_words)]
"""An expectation on the words of a command."""
UserExpectation: TypeAlias = Annotated[Expectation, AfterValidator(_user)]
"""An expectation on a user without its group."""
SwitchExpectation: TypeAlias = Annotated[Expectation, AfterValidator(_switch)]
"""`true` or `false`, or an expectation on text."""
