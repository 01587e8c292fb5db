from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.checks.all_of import AllOf
from grader.checks.http import Http
from grader.core.nested import depth

GROUP = {
    "id": "a",
    "checks": [{"kind": "http", "port": 80, "within": "3s"}, {"kind": "not", "check": {"kind": "build"}}],
}


def test_reads_each_by_its_kind() -> None:
    made = AllOf.model_validate(GROUP)
    assert [type(one).__name__ for one in made.family()] == ["AllOf", "Http", "Not", "Build"]
    assert [one.id for one in made.family()] == ["a", "http", "not", "build"]
    assert [place for place, _ in made.parts()] == [("checks", 0), ("checks", 1)]
    assert depth(made) == 2


def test_takes_checks_that_are_made_already() -> None:
    inside = Http(id="x", port=80)
    assert AllOf(id="a", checks=(inside,)).checks == (inside,)


def test_survives_json() -> None:
    made = AllOf.model_validate(GROUP)
    for text in (
        made.model_dump_json(),
        made.model_dump_json(exclude_defaults=True),
        made.model_dump_json(exclude_unset=True),
    ):
        assert AllOf.model_validate_json(text) == made


def test_errors_have_their_places() -> None:
    inside = [{"kind": "http", "points": 1, "prot": 80}, {"kind": "not", "check": {"kind": "sing"}}]
    with pytest.raises(ValidationError) as caught:
        AllOf.model_validate({"id": "a", "checks": inside})
    assert [(one["loc"], one["type"]) for one in caught.value.errors()] == [
        (("checks", 0, "points"), "value_error"),
        (("checks", 0, "port"), "missing"),
        (("checks", 0, "prot"), "extra_forbidden"),
        (("checks", 1, "check", "kind"), "value_error"),
    ]
