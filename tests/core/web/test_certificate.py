"""What certificates say, and what is no certificate."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime

import pytest

from grader.core.web.certificate import read
from tests.support.servers import pem


def der(name: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pem(name))


def test_a_certificate_signed_by_itself() -> None:
    found = read(der("server"))
    assert found.subject == found.issuer == "CN=localhost, C=VN, O=Example School"
    assert found.names == ("localhost", "shop.example", "127.0.0.1", "::1")
    assert found.expires == datetime(2120, 1, 1, tzinfo=UTC)
    assert found.days_left > 365


def test_one_that_has_expired() -> None:
    found = read(der("expired"))
    assert (found.subject, found.issuer, found.names) == ("CN=old.example", "CN=Example Authority", ())
    assert found.expires == datetime(2021, 1, 1, tzinfo=UTC)
    assert found.days_left < 0


@pytest.mark.parametrize("data", ["", "30", "3080", "30850101010101", "30023000", "020105"])
def test_what_is_none(data: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - that it is one of those is what callers rely on
        read(bytes.fromhex(data))


@pytest.mark.parametrize("name", ["server", "expired"])
def test_damage_is_an_error_or_another_certificate(name: str) -> None:
    whole = der(name)
    for at in range(len(whole)):
        for damaged in (whole[:at], whole[:at] + b"\xff" + whole[at + 1 :], whole[:at] + b"\x00" + whole[at + 1 :]):
            try:
                found = read(damaged)
            except ValueError:
                continue
            assert isinstance(found.subject, str)
