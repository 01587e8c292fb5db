"""Reading requests with no second meaning: where the engine could read another than we do, nothing is read at all."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from .rules import Refusal, attempt

MOST_BYTES: Final = 1024 * 1024
"""Of a body. The engine passes none on that is longer."""
_MOST_URI: Final = 16 * 1024
_DEEPEST: Final = 32
_INT64: Final = 2**63
_VERSION: Final = re.compile(r"/v1\.(?:2[4-9]|[3-9][0-9])(?=/)")
_RAW: Final = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?\[\]-]*")
"""The characters of an address (RFC 3986) without `#`, which the engine takes for a part of the path."""
_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_TWICE: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_SEGMENTS: Final = re.compile(r"//|/\.\.?(?:/|$)|[^/]/$")


class OddError(Exception):
    """A request that Docker's own client would never send."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def odd(rule: str, what: str) -> OddError:
    """Make the error; `what` is odd about the request."""
    return OddError(attempt(rule, what, "send requests with the docker command, as it is"))


@dataclass(frozen=True, slots=True)
class Target:
    """A request's path without its version, decoded, and its query."""

    path: str
    query: dict[str, list[str]]


def target(uri: str) -> Target:
    """Take a request's address apart. Raises OddError."""
    if len(uri) > _MOST_URI or not _RAW.fullmatch(uri):
        raise odd("address", "an address with unusual characters, or with a host in it,")
    raw, _, query = uri.partition("?")
    path = _decode(raw, "address")
    if _SEGMENTS.search(path) or _SEGMENTS.search(raw) or _TWICE.search(path):
        raise odd("address", "an address with empty, dotted or doubly encoded parts")
    return Target(_VERSION.sub("", path, count=1), _query(query))


def _query(raw: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if ";" in raw:
        raise odd("query", "a semicolon in the query")
    for pair in filter(None, raw.split("&")):
        key, _, value = (_decode(part.replace("+", " "), "query") for part in pair.partition("="))
        found.setdefault(key, []).append(value)
    return found


def _decode(raw: str, rule: str) -> str:
    if _ESCAPE.search(raw):
        raise odd(rule, "an incomplete escape in the address")
    try:
        text = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        raise odd(rule, "an address that is not UTF-8") from None
    if rule == "address" and any(ord(one) < ord(" ") or one == "\x7f" for one in text):
        raise odd(rule, "a control character in the address")
    if "\0" in text:
        raise odd(rule, "a null character in the query")
    return text


def document(body: bytes) -> dict[str, Any]:
    """Read a JSON object. Raises OddError."""
    if len(body) >= MOST_BYTES:
        raise odd("body", "a body of a megabyte and more")
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
        )
    except (ValueError, RecursionError):
        raise odd("json", "a body that is not one complete JSON document") from None
    if not isinstance(value, dict):
        raise odd("json", "a body that is no JSON object")
    _look(value, 0)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise odd("duplicate-key", "a key that is there twice")
    return found


def _constant(name: str) -> Any:
    raise odd("json", f"the number {name}")


def _integer(digits: str) -> int:
    value = int(digits) if len(digits) < 21 else _INT64  # noqa: PLR2004 - digits of 2**64 and a sign
    if not -_INT64 <= value < _INT64:
        raise odd("json", "a number that is too large")
    return value


def _look(value: Any, depth: int) -> None:
    """Refuse what is nested too deep, and halves of characters: the engine would read another text than we."""
    if depth > _DEEPEST:
        raise odd("json", "a body that is nested too deep")
    if isinstance(value, str):
        if any("\ud800" <= one <= "\udfff" for one in value):
            raise odd("json", "half a character")
    elif isinstance(value, dict):
        for key, one in value.items():
            _look(key, depth)
            _look(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            _look(one, depth + 1)
