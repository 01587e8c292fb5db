from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from grader.core import kinds, yaml
from grader.core.check import PACKAGE
from grader.exercise.load import FILE
from grader.exercise.schema import schema
from tests.support.exercises import GOOD, with_checks

SHIPPED = sorted(Path("exercises").glob(f"*/{FILE}"))


@pytest.fixture(scope="module")
def validator() -> Any:
    made = schema()
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_accepts_the_course(path: Path, validator: Any) -> None:
    validator.validate(yaml.read(path.read_text(encoding="utf-8"), FILE).data)


def test_accepts_variables(validator: Any) -> None:
    text = GOOD.replace("id: it", "id: it\nvars: {a: {random: hex8}, b: {random: [x, 1]}, c: text, d: 1.5}")
    validator.validate(yaml.read(text, FILE).data)


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("title", "titel"),
        GOOD.replace("kind: http", "kind: htp"),
        GOOD.replace("port:", "prot:"),
        GOOD.replace("kind: build", "points: 1"),
        GOOD.replace("publish: [3000]", "publish: [x]"),
        GOOD.replace("id: it", "id: it\nvars: {a: {random: hexx}}"),
        with_checks("{id: a, kind: build, visibility: secret}"),
        with_checks("{id: a, kind: not, check: {kind: build, points: 2}}"),
        with_checks("{id: a, kind: any_of, checks: [{kind: http, prot: 3}]}"),
        with_checks("{id: a, kind: any_of, checks: [{port: 3}]}"),
        with_checks("{id: a, kind: not, check: {kind: not, check: {kind: htp}}}"),
        with_checks("{kind: build}"),
    ],
)
def test_refuses_a_broken_one(text: str, validator: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(yaml.read(text, FILE).data)


def test_accepts_groups(validator: Any) -> None:
    inside = "{kind: not, check: {kind: http, port: 3}}, {kind: build, within: 3s, lasts: 2s}"
    text = with_checks(f"{{id: a, kind: any_of, points: 2, checks: [{inside}]}}")
    validator.validate(yaml.read(text, FILE).data)


def test_every_kind_of_check_is_an_alternative() -> None:
    made = schema()
    names = [one["$ref"].rpartition("/")[2] for one in made["properties"]["checks"]["items"]["anyOf"]]
    assert [made["$defs"][name]["properties"]["kind"]["const"] for name in names] == list(kinds.names(PACKAGE))


def test_fields_are_described() -> None:
    made = schema()
    assert made["properties"]["images"]["description"].startswith("The only base images")
    assert made["$defs"]["Http"]["properties"]["port"]["description"]
