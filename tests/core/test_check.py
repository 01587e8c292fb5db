from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import pytest
from pydantic import ValidationError

from grader.core import abilities
from grader.core.check import Check, kind_of
from grader.core.result import Feedback, Visibility
from grader.core.specs import Where
from tests.support.fakes import FakeTarget

if TYPE_CHECKING:
    from grader.core.abilities import Containers, Files


class Look(Check):
    kind: Literal["look"] = "look"
    port: int = 80

    def run(self, target: Files) -> None:
        target.announce(self.label)


class Reach(Check):
    kind: Literal["reach"] = "reach"

    def run(self, target: Containers) -> None:
        target.container(self.in_)


class Typed(Check):
    kind: Literal["typed"] = "typed"

    def run(self, target: Any) -> None:
        raise NotImplementedError


Typed.run.__annotations__["target"] = abilities.Images


class Lost(Check):
    kind: Literal["lost"] = "lost"

    def run(self, target: Any) -> None:
        raise NotImplementedError


def test_common_fields() -> None:
    made = Reach.model_validate(
        {"id": "a-b_1", "in": "web", "points": "0.5", "within": "5s", "timeout": "1m", "needs": ["x"]}
    )
    assert (made.in_, made.points, made.within, made.timeout) == ("web", Decimal("0.5"), 5.0, 60.0)
    assert (made.visibility, made.feedback, made.bonus) == (Visibility.VISIBLE, Feedback.FULL, False)
    assert made.model_dump(exclude_unset=True)["in"] == "web"
    assert Reach.model_validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"id": ""},
        {"id": "a b"},
        {"id": "a/b"},
        {"id": "../a"},
        {"id": "-"},
        {"id": "\u00e9"},
        {"id": "a" * 65},
        {"id": "a", "points": -1},
        {"id": "a", "timeout": 0},
        {"id": "a", "timeout": "2h"},
        {"id": "a", "visibility": "secret"},
        {"id": "a", "colour": "red"},
        {"id": "a", "kind": "other"},
    ],
)
def test_refuses(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Reach.model_validate(fields)


def test_a_check_can_not_be_changed() -> None:
    with pytest.raises(ValidationError):
        Reach(id="a").points = Decimal(9)


def test_a_container_is_named_or_described() -> None:
    assert Reach.model_validate({"id": "a", "in": {"image": "nginx:1"}}).in_ == Where(image="nginx:1")
    assert Reach.model_validate({"id": "a", "in": {}}).in_ == Where()
    for wrong in ({"image": "a", "container": "b"}, {"name": "b"}, {"publishes": 0}, ["web"]):
        with pytest.raises(ValidationError):
            Reach.model_validate({"id": "a", "in": wrong})


def test_its_label_is_the_title_or_the_id() -> None:
    assert Reach(id="a").label == "a"
    assert Reach(id="a", title="Look").label == "Look"


def test_ability_is_the_annotation_of_run() -> None:
    assert Look.ability() is abilities.Files
    assert Typed.ability() is abilities.Images
    assert (Typed.uses_container(), Look.uses_container(), Reach.uses_container()) == (False, True, True)
    with pytest.raises(TypeError, match=r"Lost\.run: annotate target"):
        Lost.ability()


def test_its_kind_and_port() -> None:
    assert kind_of(Look) == "look"
    assert Look(id="a").asked_port == 80
    assert Reach(id="a").asked_port is None


def test_a_container_is_announced_and_nothing_else() -> None:
    target = FakeTarget()
    Reach(id="a").announce(target)
    Look(id="a").announce(target)
    assert target.expected == [None]
