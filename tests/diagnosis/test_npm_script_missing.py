"""The cause `npm_script_missing`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, silent, step_failed

CAUSE = "npm_script_missing"


@pytest.mark.parametrize("said", ['npm error Missing script: "start"', "npm ERR! missing script: start"])
def test_at_the_start(said: str) -> None:
    case = exited('FROM node:24-slim; CMD ["npm", "start"]', ["npm", "start"], 1, f"{said}\nnpm error\n")
    explains(CAUSE, case, "the script 'start'", '"start": "node server.js"', line=2)


def test_in_a_build() -> None:
    case = step_failed("FROM node:24-slim; RUN npm run build", 2, 1, 'npm error Missing script: "build"\n')
    explains(CAUSE, case, "the script 'build'", "RUN in line 2", line=2)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, exited("FROM a:1; CMD x", "x", 1, "npm error code ENOENT\n"))
    silent(CAUSE, exited("FROM a:1; CMD x", "x", 0, 'npm error Missing script: "start"\n'))
