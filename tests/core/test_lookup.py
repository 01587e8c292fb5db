"""How the student's own containers and images are found."""

from __future__ import annotations

import pytest

from grader.core import lookup
from grader.core.errors import Mismatch, Missing
from grader.core.inventory import Inventory
from grader.core.specs import Where
from tests.support.states import ended, local_image, made

WEB, OLD = made("web", "3000:80"), ended("old", 1, image="nginx")


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (Where(), (WEB, OLD)),
        (Where(container="old"), (OLD,)),
        (Where(image="docker.io/library/nginx:latest"), (OLD,)),
        (Where(publishes=3000), (WEB,)),
        (Where(publishes=80), ()),
    ],
)
def test_what_fits(where: Where, found: tuple[object, ...]) -> None:
    assert lookup.matching((WEB, OLD), where) == found


def test_the_one_that_is_meant() -> None:
    again = ended("again", image="nginx")
    assert lookup.the_one((again, OLD, WEB), Where(image="nginx")) is again
    assert lookup.the_one((again, made("up", image="nginx")), Where(image="nginx")).name == "up"
    assert lookup.the_one((OLD,), Where()) is OLD
    with pytest.raises(Mismatch, match="there must be one container, and there are 2"):
        lookup.the_one((WEB, OLD), Where())
    with pytest.raises(Missing, match=r"there is no container 'db'; there is: old \(nginx, exited\)"):
        lookup.the_one((OLD,), Where(container="db"))


def test_a_name_that_is_nearly_the_one() -> None:
    with pytest.raises(Missing, match=r"'cheker' is nearly 'checker'$"):
        lookup.the_one((made("cheker"), OLD), Where(container="checker"))
    assert lookup.similar("worker", ["Worker", "web"]) == "Worker"
    assert lookup.similar("web1", ["web2", "web3"]) is None
    assert lookup.similar("red", ["blue"]) is None


def test_a_table() -> None:
    (evidence,) = lookup.table((WEB, OLD))
    assert evidence.text.splitlines() == [
        "NAMES   IMAGE     COMMAND                    STATUS       PORTS",
        "web     nginx:1   /docker-entrypoint.sh n…   running      3000:80",
        "old     nginx     /docker-entrypoint.sh n…   exited (1)",
    ]


def test_images_by_any_of_their_names() -> None:
    held = Inventory(images=(local_image(1, "a:1", digests=("a@sha256:0",)), local_image(2, "b:latest")))
    names = ["a:1", "a@sha256:0", "docker.io/library/b", "sha256:" + "2" * 64, "a", "sha256:2"]
    assert [one.tags[0] if (one := lookup.image(held, name)) else None for name in names] == [
        *("a:1", "a:1", "b:latest", "b:latest", None, None)
    ]
