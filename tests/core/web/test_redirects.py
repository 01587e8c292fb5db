"""Where redirects lead, and that nobody is led away."""

from __future__ import annotations

import pytest

from grader.core.errors import Failure, Missing
from grader.core.web import Reply, Request
from grader.core.web.redirects import destination, onward, place

REQUEST = Request(3000, "/shop/cart?x=1", "POST", {"Content-Type": "text/plain", "X-Token": "t"}, b"body")


def reply(location: str | None, status: int = 302) -> Reply:
    return Reply(status, "Found", (("Location", location),) if location is not None else (("A", "b"),), b"")


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("/new", "/new"),
        ("new?a=1#top", "/shop/new?a=1#top"),
        ("?y=2", "/shop/cart?y=2"),
        ("http://localhost:3000", "/"),
        ("http://127.0.0.1:3000/a", "/a"),
        ("//localhost:3000/a", "/a"),
        ("http://LOCALHOST:3000/a", "/a"),
        ("https://localhost:3000/a", "https://localhost:3000/a"),
        ("http://localhost/a", "http://localhost/a"),
        ("http://localhost:8080/a", "http://localhost:8080/a"),
        ("http://example.com:3000/a", "http://example.com:3000/a"),
        ("http://localhost:3000@example.com/", "http://localhost:3000@example.com/"),
        ("mailto:a@example.com", "mailto:a@example.com"),
        ("file:///etc/passwd", "file:///etc/passwd"),
    ],
)
def test_what_a_location_means(location: str, shown: str) -> None:
    assert place(REQUEST, location).shown == shown


def test_the_name_that_was_asked_for_is_the_same_server() -> None:
    request = Request(3000, headers={"host": "Shop.example"})
    assert place(request, "http://shop.example/a").shown == "/a"
    assert not place(request, "http://shop.example:3000/a").same


def test_no_place_to_go() -> None:
    with pytest.raises(Missing, match="has the status 302, and no header Location"):
        destination(REQUEST, reply(None))
    for location in ("http://[", "http://localhost:99999999/"):
        with pytest.raises(Failure, match="the header Location is no address"):
            destination(REQUEST, reply(location))


@pytest.mark.parametrize("status", [301, 302, 303])
def test_most_redirects_are_followed_with_get(status: int) -> None:
    made = onward(REQUEST, reply("/new", status))
    assert (made.method, made.path, made.body, dict(made.headers)) == ("GET", "/new", b"", {"X-Token": "t"})
    assert onward(REQUEST, reply("/new#top", status)).path == "/new"
    assert onward(Request(80, method="HEAD"), reply("/", status)).method == "HEAD"


@pytest.mark.parametrize("status", [307, 308])
def test_some_keep_what_was_sent(status: int) -> None:
    made = onward(REQUEST, reply("https://localhost:3443/new", status))
    assert (made.method, made.port, made.tls, made.body) == ("POST", 3443, True, b"body")
    assert "Content-Type" in made.headers


@pytest.mark.parametrize(
    "location",
    ["http://example.com/", "//192.0.2.1/", "http://169.254.169.254/", "ftp://localhost/", "http://localhost.evil/"],
)
def test_nobody_else_is_talked_to(location: str) -> None:
    with pytest.raises(Failure, match=r"leads to another server, .*, and isn't followed there"):
        onward(REQUEST, reply(location))


def test_control_characters_stay_out_of_the_request_line() -> None:
    line = onward(REQUEST, reply("/a b\r\n X: 1")).lines()[0]
    assert line == "GET /a%20b%20X:%201 HTTP/1.1"
