"""The cause `image_built_later`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import call, line, made

CAUSE = "image_built_later"
CREATE = call("container create", arguments={"name": "/web"})
FIRST = line("docker build -t page .", number=1)
RUN = line("docker run -d --name web -p 3000:80 page", 0, "", CREATE, number=2)
AGAIN = line("docker build -t page .", number=4)
WEB = made("web", "3000:80", image="page")
CASE = commanded(FIRST, RUN, AGAIN, left=[WEB])


def test_recognised() -> None:
    explains(CAUSE, CASE, "'web' is of the image as it was", "made in line 2", "docker rm -f web", line=4)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, commanded(FIRST, RUN, left=[WEB]))
    silent(CAUSE, commanded(RUN, AGAIN, left=[WEB]))
    silent(CAUSE, commanded(FIRST, AGAIN, RUN.model_copy(update={"number": 5}), left=[WEB]))
    silent(CAUSE, commanded(FIRST, RUN, AGAIN.model_copy(update={"exit_code": 1}), left=[WEB]))
    silent(CAUSE, commanded(FIRST, RUN, line("docker build -t other .", number=4), left=[WEB]))
    silent(CAUSE, replace(CASE, kind="local_image"))
