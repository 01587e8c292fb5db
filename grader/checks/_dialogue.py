"""The steps of a dialogue, as an exercise writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field, GetPydanticSchema, model_validator
from pydantic_core import core_schema

from grader.core.matchers import Expectation
from grader.core.model import Model
from grader.core.quantities import Seconds
from grader.core.text import clean, clip

if TYPE_CHECKING:
    from collections.abc import Callable

_NAMED: Final = {
    "enter": b"\r",
    "tab": b"\t",
    "escape": b"\x1b",
    "backspace": b"\x7f",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
}
KEYS: Final = {**_NAMED, **{f"ctrl-{chr(96 + number)}": bytes([number]) for number in range(1, 27)}}
"""Keys of a terminal with what they send."""


class Sought:
    """Something that the output must come to: a piece of text, or what a pattern matches."""

    def __init__(self, raw: object) -> None:
        self.raw = raw
        self.words, self.end = _reading(raw)
        """How it is called; and a function that gives the place in a text where its first occurrence ends, or None."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sought) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(repr(self.raw))


def _reading(raw: object) -> tuple[str, Callable[[str], int | None]]:
    if isinstance(raw, dict) and set(raw) == {"matches"}:
        return f"what matches /{raw['matches']}/", _pattern(raw["matches"])
    if isinstance(raw, dict) and set(raw) == {"contains"}:
        raw = raw["contains"]
    if isinstance(raw, bool) or not isinstance(raw, str | int | float) or raw == "":
        raise ValueError("takes text, or {matches: PATTERN}; what must not appear goes into 'output'")
    wanted = str(raw)

    def end(text: str) -> int | None:
        found = text.find(wanted)
        return None if found < 0 else found + len(wanted)

    # Spaces at its ends matter, which words in a sentence lose otherwise.
    return f"'{clip(clean(wanted), 200)}'".replace("\n", "\\n"), end


def _pattern(pattern: object) -> Callable[[str], int | None]:
    import re2

    from grader.core.matchers import parse

    parse({"matches": pattern})  # says what is wrong with it
    options = re2.Options()
    options.log_errors = False
    compiled = re2.compile(str(pattern), options)

    def end(text: str) -> int | None:
        found = compiled.search(text.encode("utf-8", "replace").decode())
        return None if found is None else int(found.end())

    return end


def _sought(raw: object) -> Sought:
    return raw if isinstance(raw, Sought) else Sought(raw)


ToCome = Annotated[
    Sought,
    GetPydanticSchema(
        lambda _source, _handler: core_schema.no_info_plain_validator_function(
            _sought, serialization=core_schema.plain_serializer_function_ser_schema(lambda one: one.raw)
        ),
        lambda _schema, _handler: {"description": "Text that must come, or {matches: PATTERN}."},
    ),
]
"""A field that says what must come."""


def _key(value: Any) -> str:
    name = str(value).lower().replace("+", "-")
    if name not in KEYS:
        raise ValueError(f"there is no key '{value}'; there are ctrl-a to ctrl-z, {', '.join(_NAMED)}")
    return name


class Step(Model):
    """One step of a dialogue: one of the fields, and maybe `within`."""

    expect: ToCome | None = None
    """Text that the program must write, or `{matches: PATTERN}`, after what the last such step found."""
    send: str | None = None
    """A line that is typed, with the Enter key at its end."""
    send_raw: str | None = Field(default=None, min_length=1)
    """Characters that are typed as they are: `"\\e[A"`."""
    key: str | None = None
    """A key: `ctrl-a` to `ctrl-z`, `enter`, `tab`, `escape`, `backspace`, `up`, `down`, `left`, `right`."""
    end_of_input: bool = False
    """`true`: nothing more is typed; on a terminal, that is Ctrl-D."""
    resize: tuple[Annotated[int, Field(ge=1, le=1000)], Annotated[int, Field(ge=1, le=1000)]] | None = None
    """The terminal gets another size: rows and columns, `[40, 120]`."""
    quiet: Annotated[Seconds, Field(gt=0, le=60)] | None = None
    """Waits until nothing has come for this long: where a program has begun its work, and says nothing of it."""
    exit_code: Expectation | None = None
    """The program must end, with this exit code."""
    within: Annotated[Seconds, Field(gt=0, le=300)] | None = None
    """The time for it, where the program has to do something; default: `each` of the check."""

    @model_validator(mode="before")
    @classmethod
    def _named_key(cls, data: Any) -> Any:
        return {**data, "key": _key(data["key"])} if isinstance(data, dict) and "key" in data else data

    @model_validator(mode="after")
    def _one(self) -> Step:
        given = (self.expect, self.send, self.send_raw, self.key, self.resize, self.quiet, self.exit_code)
        if sum(one is not None for one in given) + self.end_of_input != 1:
            raise ValueError("takes one of expect, send, send_raw, key, end_of_input, resize, quiet and exit_code")
        if self.within is not None and self.expect is None and self.exit_code is None and self.quiet is None:
            raise ValueError("within is for what the program does: expect, quiet and exit_code")
        return self

    @property
    def needs_terminal(self) -> bool:
        """Whether it has a meaning on a terminal only."""
        return self.key is not None or self.resize is not None

    @property
    def typed(self) -> str | None:
        """Say what is typed, as a person reads it; None for the other steps."""
        if self.send is not None:
            return self.send or "Enter"
        if self.send_raw is not None:
            return repr(self.send_raw)[1:-1]
        if self.key is not None:
            return self.key.title()
        return "Ctrl-D" if self.end_of_input else None

    def data(self, *, tty: bool) -> bytes | None:
        """Give the bytes that are typed; None for the other steps."""
        if self.send is not None:
            return self.send.encode() + (b"\r" if tty else b"\n")
        if self.send_raw is not None:
            return self.send_raw.encode()
        return KEYS[self.key] if self.key is not None else None
