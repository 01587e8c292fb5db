from __future__ import annotations

import pytest

from grader.core.script.output import Seen, Tables, columns, container_id, is_output


@pytest.mark.parametrize(
    "line",
    [
        "Using default tag: latest", "latest: Pulling from library/nginx", "a2abf6c4d29d: Pull complete",
        "Digest: sha256:0d17b565c37b", "Status: Downloaded newer image for nginx:latest", "f" * 64, "3f2a1b7c9d10",
        "CONTAINER ID   IMAGE     COMMAND", "REPOSITORY   TAG       IMAGE ID", "Step 1/2 : FROM alpine",
        " ---> 1234567890ab", "#5 [2/3] RUN make", " => [internal] load build definition", "[+] Building 1.2s",
        "  % Total    % Received % Xferd", "HTTP/1.1 200 OK", "Content-Type: text/html", "{", "<!DOCTYPE html>",
        "-rw-r--r-- 1 root root 5 a", "total 12", "Error response from daemon: conflict",
    ],
)  # fmt: skip
def test_what_is_printed(line: str) -> None:
    assert is_output(line)


@pytest.mark.parametrize("line", ["docker ps", "Note: that was all", "Answer: yes", "cd a", "- a", "", "deadbeef"])
def test_what_may_be_typed(line: str) -> None:
    assert not is_output(line)


def test_tables() -> None:
    seen = Seen()
    tables = Tables(seen)
    rows = [
        "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS   PORTS   NAMES",
        '3f2a1b7c9d10   nginx:1   "sh"      1 s ago   Up 1 s           quirky_einstein,x',
    ]
    assert all(tables.continues(row) for row in rows)
    assert seen.containers["3f2a1b7c9d10"] == ("nginx:1", "quirky_einstein")
    assert seen.containers["quirky_einstein"] == ("nginx:1", "quirky_einstein")
    assert not tables.continues("docker images")
    assert tables.continues("REPOSITORY  TAG  IMAGE ID  CREATED  SIZE")
    assert tables.continues("nginx  latest  sha256:0ac9af5e3b21  2 weeks ago  41MB")
    assert seen.images == {"0ac9af5e3b21": ["nginx:latest"]}
    assert not tables.continues("")
    assert not tables.continues("a  b  c")


@pytest.mark.parametrize(
    ("header", "row", "images"),
    [
        (
            "REPOSITORY TAG IMAGE ID CREATED SIZE",
            "busybox 1 af4709625109 2 weeks ago 4MB",
            {"af4709625109": ["busybox:1"]},
        ),
        ("REPOSITORY TAG IMAGE ID", "<none>  <none>  af4709625109", {"af4709625109": []}),
        ("REPOSITORY TAG DIGEST IMAGE ID", "a 1 sha256:0d17 af4709625109 x", {"af4709625109": ["a:1"]}),
        ("REPOSITORY TAG IMAGE ID", "$(a)  1  af4709625109", {"af4709625109": []}),
        ("IMAGE  ID  DISK USAGE  CONTENT SIZE", "a:1  af4709625109  6MB  2MB  U", {"af4709625109": ["a:1"]}),
        ("REPOSITORY TAG IMAGE ID", "docker image tag af4709625109", {}),
        ("NETWORK ID  NAME  DRIVER", "af4709625109  bridge  bridge  local", {}),
    ],
)
def test_images(header: str, row: str, images: dict[str, list[str]]) -> None:
    seen = Seen()
    tables = Tables(seen)
    assert tables.continues(header)
    assert tables.continues(row) is not row.startswith("docker")
    assert seen.images == images


def test_what_is_remembered_has_an_end() -> None:
    seen = Seen()
    tables = Tables(seen)
    tables.continues("CONTAINER ID  IMAGE  NAMES")
    for number in range(500):
        tables.continues(f"{number:012x}  nginx  a_{number}")
        seen.note(str(number), number)
    assert len(seen.containers) == len(seen.made) == 200
    tables.continues("REPOSITORY  TAG  IMAGE ID")
    for number in range(500):
        tables.continues(f"a  {number}  {number:012x}")
        tables.continues(f"a  {number}  {0:012x}")
    assert len(seen.images) == len(seen.images["0" * 12]) == 200


def test_the_greeting() -> None:
    tables = Tables(Seen())
    assert tables.continues("Hello from Docker!")
    assert tables.continues("")
    assert tables.continues("Anything at all.")
    assert tables.in_greeting()
    assert tables.continues(" https://docs.docker.com/get-started/")
    assert not tables.in_greeting()


def test_parts() -> None:
    assert columns("a b  c\td") == ["a b", "c", "d"]
    assert container_id("f" * 64) == "f" * 64
    assert container_id("f" * 12) is None
