"""Cookies: kept, sent where they belong, forgotten."""

from __future__ import annotations

import pytest

from grader.core.web import Reply
from grader.core.web.cookies import MAX_COOKIES, Jar, set_by


def reply(*cookies: str) -> Reply:
    return Reply(200, "OK", tuple(("set-cookie", one) for one in cookies), b"")


def jar(*cookies: str) -> Jar:
    made = Jar()
    made.take(reply(*cookies))
    return made


def test_kept_and_sent() -> None:
    assert jar().headers("/") == {}
    made = jar("a=1; HttpOnly; Secure", 'b="x y"; SameSite=Lax; Max-Age=60')
    assert made.headers("/any?x") == {"Cookie": 'a=1; b="x y"'}
    made.take(reply("a=2"))
    assert made.headers("/") == {"Cookie": 'a=2; b="x y"'}


def test_a_path_of_its_own() -> None:
    made = jar("a=1; Path=/admin", "b=2; Path=relative")
    assert made.headers("/") == {"Cookie": "b=2"}
    assert made.headers("/admin?x") == made.headers("/admin/users") == {"Cookie": "a=1; b=2"}
    assert made.headers("/administrators") == {"Cookie": "b=2"}


@pytest.mark.parametrize(
    "end", ["Max-Age=0", "max-age=-1", "Expires=Thu, 01 Jan 1970 00:00:00 GMT", "expires=Thu, 01 Jan 1970 00:00:00"]
)
def test_forgotten(end: str) -> None:
    made = jar("a=1")
    made.take(reply(f"a=; {end}"))
    assert made.headers("/") == {}


@pytest.mark.parametrize("end", ["Expires=Fri, 01 Jan 2100 00:00:00 GMT", "Expires=nonsense", "Expires", "Max-Age=x"])
def test_not_forgotten(end: str) -> None:
    assert jar(f"a=1; {end}").headers("/") == {"Cookie": "a=1"}


def test_what_could_do_harm_is_not_kept() -> None:
    made = jar("=1", "a=1\r\n X: 2", "b=\x00", "c=" + "x" * 5_000, *(f"d{n}=1" for n in range(MAX_COOKIES + 10)))
    sent = made.headers("/")["Cookie"].split("; ")
    assert len(sent) == MAX_COOKIES
    assert sent[0] == "d0=1"


def test_what_a_reply_sets() -> None:
    assert set_by(reply("a=1; Path=/", "a=2"), "a") == "2"
    assert set_by(reply("ab=1"), "a") is None
