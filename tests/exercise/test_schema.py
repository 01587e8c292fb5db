from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

from grader.core import kinds, yaml
from grader.core.check import PACKAGE
from grader.exercise.load import FILE
from grader.exercise.schema import schema
from tests.support.exercises import GOOD, with_checks

ROOT: Final = Path(__file__).parents[2]
_BLOCK: Final = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHIPPED = sorted(Path("exercises").glob(f"*/{FILE}"))


@pytest.fixture(scope="module")
def validator() -> Any:
    made = schema()
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_accepts_the_course(path: Path, validator: Any) -> None:
    validator.validate(yaml.read(path.read_text(encoding="utf-8"), FILE).data)


def documented() -> dict[str, Any]:
    """Give every whole exercise of the documentation, and every list of checks as one, by page and number."""
    found = {}
    for page in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]):
        for number, block in enumerate(_BLOCK.findall(page.read_text(encoding="utf-8"))):
            data = yaml.read(block, page.name).data
            checks = data.get("checks") if isinstance(data, dict) else data
            if isinstance(checks, list) and "uses" not in checks[0]:  # those are a workflow's steps
                whole = data if "schema" in data else {**yaml.read(GOOD, FILE).data, "checks": checks}
                found[f"{page.stem}-{number}"] = whole
    return found


DOCUMENTED: Final = documented()


@pytest.mark.parametrize("name", DOCUMENTED)
def test_accepts_what_is_documented(name: str, validator: Any) -> None:
    validator.validate(DOCUMENTED[name])


def test_every_kind_is_documented() -> None:
    assert {check["kind"] for whole in DOCUMENTED.values() for check in whole["checks"]} == set(kinds.names(PACKAGE))


@pytest.mark.parametrize(
    "check",
    [
        "{id: a, kind: build, args: {A: 2}, target: 3}",
        '{id: a, kind: http, port: "3000", steps: [{path: /}], within: "3"}',
        '{id: a, kind: http, port: "${port}", path: "${path}", bonus: "${some}"}',
        '{id: a, kind: cache, change: a, reuses: [RUN x, {matches: x}], bonus: "yes"}',
        "{id: 1, kind: command, run: [sleep, 1], exit_code: 0}",
    ],
)
def test_accepts_what_the_loader_takes_for_it(check: str, validator: Any) -> None:
    validator.validate(yaml.read(with_checks(check), FILE).data)


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
        with_checks("{id: a, kind: http, port: 3000x}"),
        with_checks("{id: a, kind: http, port: 3000, path: no-slash}"),
        with_checks("{id: a, kind: build, bonus: maybe}"),
        with_checks("{id: a, kind: build, args: {A: [2]}}"),
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


def test_lateness(validator: Any) -> None:
    good = yaml.read(GOOD, FILE).data
    due = "2026-12-01T23:59:00+07:00"
    validator.validate(
        {**good, "due": due, "late": {"grace": "15m", "percent_per_day": 10, "extensions": {"ada": "3d"}}}
    )
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**good, "due": due, "late": {"per_day": 10}})
