from __future__ import annotations

import json

from tests.support.commands import grader


def test_prints_the_schema() -> None:
    ran = grader("exercise", "schema")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out)["properties"]["schema"]["const"] == "grader/exercise/v1"
