"""What is said to a server over TCP, and what it should say: one turn of a conversation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from grader.core.matchers import Expectation, expect
from grader.core.model import Model

if TYPE_CHECKING:
    from grader.core.result import Evidence

_ESCAPE: Final = re.compile(rb"\\(x[0-9A-Fa-f]{2}|.|$)", re.DOTALL)  # meets authors' text only
_DIGITS: Final = frozenset("0123456789abcdef")
_SHORT: Final = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"0": b"\0", b"\\": b"\\"}


def unescaped(text: str) -> bytes:
    r"""Give the bytes that a text stands for, in which `\r`, `\n`, `\t`, `\0`, `\xNN` and `\\` have their meanings.

    Raises ValueError.
    """

    def one(match: re.Match[bytes]) -> bytes:
        name = match[1]
        if len(name) > 1:
            return bytes.fromhex(name[1:].decode())
        if name not in _SHORT:
            raise ValueError(
                rf"'\{name.decode('utf-8', 'replace')}' has no meaning; write \r, \n, \t, \0, \xNN, or \\ for \ itself"
            )
        return _SHORT[name]

    return _ESCAPE.sub(one, text.encode())


def printf(data: bytes) -> str:
    r"""Write the command of a shell that prints bytes: `printf 'PING\r\n'`."""
    names = {0x0D: r"\r", 0x0A: r"\n", 0x09: r"\t", 0x5C: r"\\", 0x25: "%%", 0x27: r"\047"}
    written = "".join(names.get(one) or (chr(one) if 0x20 <= one < 0x7F else f"\\{one:03o}") for one in data)  # noqa: PLR2004 - what is printable
    return f"printf '{written}'"


def _text(text: str) -> str:
    unescaped(text)
    return text


def _hex(text: str) -> str:
    try:
        bytes.fromhex(text)
    except ValueError:
        raise ValueError("must be hexadecimal digits, two for each byte, for example 0d0a") from None
    return text


_AS_THEY_ARE: Final = frozenset({"matches", "length"})
"""Matchers of which what they name is no text that is compared."""


def _digits(raw: object) -> object:
    """Write the digits in an expectation as they are compared: small, and without spaces."""
    if isinstance(raw, str):
        digits = "".join(raw.split()).lower()
        if not _DIGITS.issuperset(digits):
            raise ValueError(f"'{raw}' are no hexadecimal digits; write for example 0d0a")
        return digits
    if isinstance(raw, int | float):
        raise ValueError(f"write the digits in quotes: '{raw}'")  # noqa: TRY004 - pydantic reports ValueError
    if isinstance(raw, dict):
        return {name: value if name in _AS_THEY_ARE else _digits(value) for name, value in raw.items()}
    return [_digits(one) for one in raw] if isinstance(raw, list) else raw


class Turn(Model):
    """What is sent, and what should come back."""

    send: Annotated[str, Field(max_length=65_536), AfterValidator(_text)] | None = None
    r"""Text to send; `\r`, `\n`, `\t`, `\0`, `\xNN` and `\\` stand for what they do in C."""
    send_hex: Annotated[str, Field(max_length=131_072), AfterValidator(_hex)] | None = None
    """Bytes to send, as hexadecimal digits, instead of `send`."""
    expect: Expectation | None = None
    """What comes back, as text: all that has come by the time that it is as expected, or that nothing more comes."""
    expect_hex: Annotated[Expectation, BeforeValidator(_digits)] | None = None
    """The same as hexadecimal digits; a regular expression meets small ones."""

    @model_validator(mode="after")
    def _sends_one_thing(self) -> Turn:
        if self.send is not None and self.send_hex is not None:
            raise ValueError("send and send_hex exclude each other: with send, write a byte as \\xNN")
        return self

    @property
    def said(self) -> bytes:
        """The bytes to send."""
        return unescaped(self.send or "") + bytes.fromhex(self.send_hex or "")

    @property
    def asks(self) -> bool:
        """Whether anything should come back."""
        return self.expect is not None or self.expect_hex is not None

    @property
    def words(self) -> str:
        """What should come back, for a person."""
        found = [one.words for one in (self.expect, self.expect_hex) if one is not None]
        return " and ".join(found)

    def holds(self, heard: bytes) -> bool:
        """Whether it is what should come back."""
        wanted = ((self.expect, _shown(heard)), (self.expect_hex, heard.hex()))
        return all(one is None or one.problem(text) is None for one, text in wanted)

    def judge(self, subject: str, heard: bytes, evidence: tuple[Evidence, ...]) -> None:
        """Raise Mismatch unless it is."""
        if self.expect is not None:
            expect(subject, _shown(heard), self.expect, evidence=evidence)
        if self.expect_hex is not None:
            expect(f"{subject}, in hexadecimal digits,", heard.hex(), self.expect_hex, evidence=evidence)


def _shown(heard: bytes) -> str:
    return heard.decode("utf-8", "replace")
