"""The cause `image_not_found`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.cases import commanded, explains, silent
from tests.support.states import call, line, made

CAUSE = "image_not_found"
ALLOWED = ("nginx:1", "python:3-slim", "busybox:1")
DENIED = "Unable to find image '{0}' locally\ndocker: Error response from daemon: pull access denied for {0}, or so\n"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ngnix:1", ["The image ngnix:1 of", "Write nginx:1 instead of ngnix:1"]),
        ("nginx", ["The image is right and its tag is not", "Write nginx:1 instead of nginx"]),
        ("python:3.99", ["Write python:3-slim instead of"]),
        ("mysql:8", ["Use an image of the exercise: nginx:1 or python:3-slim or busybox:1."]),
    ],
)
def test_recognised(name: str, says: list[str]) -> None:
    told = line(f"docker run --name web {name}", 125, DENIED.format(name), number=3)
    explains(CAUSE, commanded(told, allowed_images=ALLOWED), *says, line=3)


def test_by_the_call_for_it() -> None:
    pull = call("image pull", arguments={"fromImage": "ngnix", "tag": "1"}, status=404)
    wanted = "there is no image nginx:1; there are: busybox:1"
    pulled = line("docker pull ngnix:1", 1, "", pull)
    case = commanded(pulled, kind="local_image", message=wanted, allowed_images=ALLOWED)
    explains(CAUSE, case, "Write nginx:1 instead of ngnix:1", line=1)
    whole = call("image pull", arguments={"fromImage": "docker.io/library/ngnix:1"}, status=403, refused="images")
    case = commanded(line("docker pull ngnix:1", 1, "", whole), allowed_images=ALLOWED)
    explains(CAUSE, case, "Write nginx:1 instead of docker.io/library/ngnix:1", line=1)
    gone = line("docker pull a:2", 1, "Error response from daemon: manifest for a:2 not found: manifest unknown")
    explains(CAUSE, commanded(gone), "Correct the name of the image", line=1)


def test_an_image_that_was_not_made() -> None:
    commit = line("docker commit tow notes:1", 1, "No such container: tow", number=2)
    run = line("docker run --name web notes:1", 125, DENIED.format("notes:1"), number=3)
    case = commanded(commit, run, allowed_images=ALLOWED)
    explains(CAUSE, case, "is not there: 'docker commit tow notes:1' in line 2 failed", "command in line 2", line=2)
    fine = commit.model_copy(update={"exit_code": 0})
    silent(CAUSE, commanded(fine, run, allowed_images=ALLOWED))


def test_is_silent_otherwise() -> None:
    right = line("docker run --name web nginx:1", 125, DENIED.format("nginx:1"))
    silent(CAUSE, commanded(right, allowed_images=ALLOWED))
    found = line("docker run --name web nginx:1", 0, "Unable to find image 'x:1' locally\n1: Pulling from library/x")
    silent(CAUSE, commanded(found, allowed_images=ALLOWED))
    silent(CAUSE, commanded(line("docker ps", 1)))
    wrong = commanded(line("docker run --name web ngnix", 125, DENIED.format("ngnix")), allowed_images=ALLOWED)
    silent(CAUSE, replace(wrong, kind="volume"))


def test_is_silent_about_what_has_nothing_to_do_with_it() -> None:
    ran = line("docker run --name db ngnix:1", 125, DENIED.format("ngnix:1"))
    silent(CAUSE, commanded(ran, allowed_images=ALLOWED))
    silent(CAUSE, commanded(ran, where={"container": "db"}, left=[made("db")], allowed_images=ALLOWED))
    asked = commanded(ran, kind="calls", allowed_images=ALLOWED)
    asked = replace(asked, where=None, asked=("container diff",))
    silent(CAUSE, asked)
    explains(CAUSE, replace(asked, asked=("container create",)), "Write nginx:1", line=1)
    other = "there is no image busybox:1; there are: nginx:1"
    silent(CAUSE, commanded(ran, kind="local_image", message=other, allowed_images=ALLOWED))
