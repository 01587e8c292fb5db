"""What an X.509 certificate says (RFC 5280), whether or not anyone trusts it.

Python's own reader gives nothing for a certificate that was not verified, and most in exercises can't be.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEQUENCE: Final = 0x30
_VERSION: Final = 0xA0
_EXTENSIONS: Final = 0xA3
_OCTETS: Final = 0x04
_UTC_TIME: Final = 0x17
_BMP: Final = 0x1E
_DNS_NAME: Final = 0x82
_ADDRESS: Final = 0x87
_LONG: Final = 0x80
"""A length with this bit has as many bytes more."""
_MOST_LENGTH: Final = 4

_ALTERNATIVE_NAMES: Final = bytes.fromhex("551d11")
_NAMES: Final = {
    bytes.fromhex("550403"): "CN",
    bytes.fromhex("550406"): "C",
    bytes.fromhex("550407"): "L",
    bytes.fromhex("550408"): "ST",
    bytes.fromhex("55040a"): "O",
    bytes.fromhex("55040b"): "OU",
    bytes.fromhex("2a864886f70d010901"): "emailAddress",
}
"""Object identifiers of the parts of a name that people use."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that a server has shown."""

    subject: str
    """For whom it is: `CN=localhost, O=Example`."""
    issuer: str
    """Who signed it."""
    names: tuple[str, ...]
    """The DNS names and addresses that it is for."""
    expires: datetime

    @property
    def days_left(self) -> int:
        """Whole days until it expires; negative afterwards."""
        return (self.expires - datetime.now(UTC)).days


class _Part(NamedTuple):
    tag: int
    content: bytes


def read(der: bytes) -> Certificate:
    """Read a certificate in DER. Raises ValueError for anything else."""
    fields = _parts(_only(_only(der, _SEQUENCE).content, _SEQUENCE, first=True).content)
    rest = [part for part in fields if part.tag != _VERSION]
    if len(rest) < 5:  # noqa: PLR2004 - serial number, algorithm, issuer, validity, subject
        raise ValueError("the certificate is cut off")
    _, _, issuer, validity, subject, *others = rest
    return Certificate(
        subject=_name(subject), issuer=_name(issuer), names=tuple(_alternatives(others)), expires=_end(validity)
    )


def _only(data: bytes, tag: int, *, first: bool = False) -> _Part:
    found = list(_parts(data))
    if not found or found[0].tag != tag or (len(found) > 1 and not first):
        raise ValueError("not the structure of a certificate")
    return found[0]


def _parts(data: bytes) -> Iterator[_Part]:
    """Give the elements that stand one after the other."""
    at = 0
    while at < len(data):
        if at + 2 > len(data):
            raise ValueError("an element is cut off")
        tag, length = data[at], data[at + 1]
        at += 2
        if length & _LONG:
            count = length & ~_LONG
            if not 0 < count <= _MOST_LENGTH:
                raise ValueError("an element has no plain length")
            length = int.from_bytes(data[at : at + count])
            at += count
        if at + length > len(data):
            raise ValueError("an element is cut off")
        yield _Part(tag, data[at : at + length])
        at += length


def _name(part: _Part) -> str:
    words = []
    for group in _parts(part.content):
        for pair in _parts(group.content):
            kind, value = _pair(pair)
            words.append(f"{_NAMES.get(kind.content, kind.content.hex())}={_text(value)}")
    return ", ".join(words)


def _pair(part: _Part) -> tuple[_Part, _Part]:
    found = list(_parts(part.content))
    if len(found) < 2:  # noqa: PLR2004 - a pair
        raise ValueError("half of a pair is missing")
    return found[0], found[1]


def _text(part: _Part) -> str:
    return part.content.decode("utf-16-be" if part.tag == _BMP else "utf-8", "replace")


def _end(validity: _Part) -> datetime:
    _, end = _pair(validity)
    written = end.content.decode("ascii", "replace")
    return datetime.strptime(written, "%y%m%d%H%M%SZ" if end.tag == _UTC_TIME else "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _alternatives(fields: list[_Part]) -> Iterator[str]:
    extensions = next((one for one in fields if one.tag == _EXTENSIONS), None)
    if extensions is None:
        return
    for extension in _parts(_only(extensions.content, _SEQUENCE).content):
        parts = list(_parts(extension.content))
        if parts and parts[0].content == _ALTERNATIVE_NAMES and parts[-1].tag == _OCTETS:
            yield from _general(_only(parts[-1].content, _SEQUENCE))


def _general(names: _Part) -> Iterator[str]:
    for one in _parts(names.content):
        if one.tag == _DNS_NAME:
            yield one.content.decode("ascii", "replace")
        elif one.tag == _ADDRESS:
            yield str(ipaddress.ip_address(one.content))
