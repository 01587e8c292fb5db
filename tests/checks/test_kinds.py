"""What holds for every kind of check."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.core import kinds, yaml
from grader.core.check import PACKAGE, Check, kind_of
from grader.core.describe import field_docs

KINDS = kinds.names(PACKAGE)
HERE = Path(__file__).parent


def load(kind: str) -> type[Check]:
    return kinds.load(PACKAGE, Check, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_is_named_as_the_kind(kind: str) -> None:
    assert kind_of(load(kind)) == kind
    assert (HERE / f"test_{kind}.py").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_it_asks_for_an_ability(kind: str) -> None:
    assert load(kind).ability().__module__ == "grader.core.abilities"


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_loads_and_survives_json(kind: str) -> None:
    made = load(kind).model_validate(yaml.read(load(kind).example, "example").data[0])
    assert type(made).model_validate_json(made.model_dump_json(exclude_defaults=True)) == made


@pytest.mark.parametrize("kind", KINDS)
def test_the_reference_page_is_complete(kind: str) -> None:
    page = load(kind).__doc__ or ""
    assert page.startswith("Passes if ")
    assert page.splitlines()[0].endswith(".")
    undescribed = [name for name in load(kind).model_fields if name not in field_docs(load(kind))]
    assert undescribed in ([], ["kind"])
