"""A small language for what a JSON body may hold: every field by its exact name, everything else refused.

A shape takes a value and gives back what was really asked for: without the fields of objects that are empty, zero or
false, which clients always send. What it objects to it tells the walk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from .rules import Refusal, Rules, attempt, refused

Judge = Callable[[Any, Rules], Refusal | None]
"""Decides about a value that has the right shape."""
_LONGEST: Final = 64 * 1024
_MOST: Final = 500
_INT64: Final = 2**63 - 1


@dataclass(slots=True)
class Walk:
    """One way through a body."""

    rules: Rules
    refusals: list[Refusal] = field(default_factory=list)
    path: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Where the walk is: `HostConfig.Binds`."""
        return ".".join(self.path) or "the body"

    @contextmanager
    def at(self, key: str) -> Iterator[None]:
        """Go one step down."""
        self.path.append(key[:60])
        yield
        self.path.pop()

    def object_to(self, refusal: Refusal | None) -> None:
        """Note an objection."""
        if refusal is not None:
            self.refusals.append(refusal)

    def malformed(self, wanted: str) -> None:
        """Note that a value is of another type than the engine reads there."""
        why = f"it must be {wanted}, as the docker command sends it"
        self.object_to(attempt("malformed", f"a request in which {self.place} is something else", why))

    def too_much(self, most: str) -> None:
        """Note that there is more of something than anybody needs."""
        self.object_to(refused("too-much", f"so much in {self.place}", f"{most} are the most"))


Shape = Callable[[Any, Walk], Any]


def text(value: Any, walk: Walk) -> Any:
    """A text."""
    if value is None:
        return None
    if not isinstance(value, str) or "\0" in value:
        return walk.malformed("a text")
    return value if len(value) <= _LONGEST else walk.too_much(f"{_LONGEST} characters")


def flag(value: Any, walk: Walk) -> Any:
    """True or false."""
    if value is None or isinstance(value, bool):
        return value
    return walk.malformed("true or false")


def number(value: Any, walk: Walk) -> Any:
    """A whole number."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        return walk.malformed("a whole number")
    return value


def struct(fields: Mapping[str, Shape], *, nulls: bool = False) -> Shape:
    """An object with these fields; `nulls`: others may be there too, if they are null."""

    def shape(value: Any, walk: Walk) -> Any:
        if value is None:
            return None
        if not isinstance(value, dict):
            return walk.malformed("an object")
        found = {}
        for key, one in value.items():
            with walk.at(key):
                if key in fields:
                    found[key] = fields[key](one, walk)
                elif not (nulls and one is None):
                    why = "it may hold only what the docker command sends"
                    walk.object_to(attempt("unknown-field", f"a request with the field {walk.place}", why))
        return {key: one for key, one in found.items() if not empty(one)}

    return shape


def mapping(inner: Shape, most: int = _MOST) -> Shape:
    """An object whose keys are the sender's own."""

    def shape(value: Any, walk: Walk) -> Any:
        if value is None:
            return None
        if not isinstance(value, dict):
            return walk.malformed("an object")
        if len(value) > most:
            return walk.too_much(str(most))
        found = {}
        for key, one in value.items():
            with walk.at(key):
                found[key] = inner(one, walk)
        return found

    return shape


def items(inner: Shape, most: int = _MOST) -> Shape:
    """A list."""

    def shape(value: Any, walk: Walk) -> Any:
        if value is None:
            return None
        if not isinstance(value, list):
            return walk.malformed("a list")
        if len(value) > most:
            return walk.too_much(str(most))
        return [inner(one, walk) for one in value]

    return shape


def words(value: Any, walk: Walk) -> Any:
    """A command: a list of texts, or one text."""
    return text(value, walk) if isinstance(value, str) else items(text, 2000)(value, walk)


def judged(inner: Shape, *judges: Judge) -> Shape:
    """A shape whose value is decided about."""

    def shape(value: Any, walk: Walk) -> Any:
        before = len(walk.refusals)
        found = inner(value, walk)
        if len(walk.refusals) == before and not empty(found):
            for judge in judges:
                walk.object_to(judge(found, walk.rules))
        return found

    return shape


def nothing(refusal: Refusal, *also: Any) -> Shape:
    """What may not be asked for: empty in whichever way, or one of `also`, which mean the same."""

    def shape(value: Any, walk: Walk) -> Any:
        if _hollow(value) or any(value == one and type(value) is type(one) for one in also):
            return None
        walk.object_to(refusal)
        return value

    return shape


def without(inner: Shape, *defaults: Any) -> Shape:
    """A shape some of whose values are what clients send when nothing was asked for."""

    def shape(value: Any, walk: Walk) -> Any:
        found = inner(value, walk)
        return None if found in defaults else found

    return shape


def null(refusal: Refusal) -> Shape:
    """What may not even be there empty: an empty list is not the default but switches something off."""

    def shape(value: Any, walk: Walk) -> Any:
        if value is not None:
            walk.object_to(refusal)
        return value

    return shape


def between(low: int, high: int = _INT64, *, refusal: Refusal) -> Shape:
    """A number within bounds."""
    return judged(number, lambda value, _rules: None if low <= value <= high else refusal)


def one_of(*known: str, refusal: Refusal) -> Shape:
    """A text that is one of these, or empty."""
    return judged(text, lambda value, _rules: None if value in known else refusal)


def empty(value: Any) -> bool:
    """Whether a value says nothing: null, false, zero, or nothing inside."""
    return value is None or value is False or (not isinstance(value, bool) and value in (0, "", [], {}))


def _hollow(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_hollow(one) for one in value.values())
    return not isinstance(value, float) and empty(value)
