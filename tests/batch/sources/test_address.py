"""Which addresses are cloned, and what of them is shown."""

from __future__ import annotations

import base64

import pytest

from grader.batch.sources._address import PROTOCOLS, address, owner_and_name, shown


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/ada/docker",
        "https://gitlab.example.org:8443/course/ada.git",
        "ssh://git@github.com/ada/docker.git",
        "git@github.com:ada/docker.git",
        "https://[::1]:8443/ada/docker",
    ],
)
def test_taken_as_they_are(text: str) -> None:
    assert address(f" {text} ").url == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ext::sh -c touch% /tmp/pwned",
        "ext::sh",
        "fd::17",
        "file:///srv/solutions",
        "/srv/solutions",
        "../solutions",
        "http://github.com/ada/docker",
        "git://github.com/ada/docker",
        "--upload-pack=touch /tmp/pwned",
        "-oProxyCommand=x:y",
        "ssh://-oProxyCommand=touch/x",
        "ssh://git@-oProxyCommand=x/y",
        "ssh://-x@github.com/y",
        "git@-oProxyCommand=x:y",
        "git@github.com:-x",
        "https://",
        "https://github.com",
        "https://git hub.com/x",
        "https://github.com/ada/docker\n--upload-pack=x",
        "https://github.com/ada/docker\x1b[2J",
        "https://[::1/ada",
        "https://github.com:99999999/ada/docker",
        "https://github.com/" + "a" * 3000,
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(it|only)"):
        address(text)


@pytest.mark.parametrize("rest", ["tree/main/part1", "blob/main/Dockerfile", "-/tree/main", "pull/3"])
def test_pages_are_told_from_repositories(rest: str) -> None:
    with pytest.raises(ValueError, match="of a page"):
        address(f"https://github.com/ada/docker/{rest}")


def test_other_protocols_only_by_the_instructors_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PROTOCOLS, "file:http:ext")
    assert address("file:///srv/x").url == "file:///srv/x"
    assert address("http://git.example.org/x").url == "http://git.example.org/x"
    for text in ("ext::sh", "https://github.com/ada/docker", "git@github.com:ada/docker"):
        with pytest.raises(ValueError, match=r"^(it|only)"):
            address(text)
    monkeypatch.setenv(PROTOCOLS, "ext")
    assert address("https://github.com/ada/docker")


def test_passwords_go_into_a_header() -> None:
    found = address("https://ada:s%3Acret@github.com/ada/docker?x=token#y")
    assert found.url == "https://github.com/ada/docker"
    assert found.header == f"Authorization: Basic {base64.b64encode(b'ada:s:cret').decode()}"
    assert address("ssh://git:secret@github.com/x").url == "ssh://git@github.com/x"


def test_shown_without_passwords() -> None:
    text = "fatal: 'https://x:ghp_1@github.com/a/b?token=2' and https://ghp_3@host/c\x1b[1m"
    assert shown(text) == "fatal: 'https://github.com/a/b and https://host/c\\x1b[1m"


def test_whose_it_is() -> None:
    assert owner_and_name("https://github.com/ada/docker.git/") == ("ada", "docker")
    assert owner_and_name("git@github.com:course/hw1-ada.git") == ("course", "hw1-ada")
    assert owner_and_name("") is None
    assert owner_and_name("https://host/x") is None
