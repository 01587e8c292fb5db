from __future__ import annotations

from dataclasses import replace

import pytest

from grader.core.variants import Node, differences, same_configuration
from tests.support.factories import make_image

FILE = Node(0o100644, "0:0", 2, digest="aa")
LINK = Node(0o120777, "0:0", link="a")


@pytest.mark.parametrize(
    ("other", "how"),
    [
        (LINK, "something of another type there"),
        (replace(FILE, mode=0o100755), "it with the mode 0755, not 0644"),
        (replace(FILE, owner="1:1"), "it with the owner 1:1, not 0:0"),
        (replace(FILE, size=3), "3 bytes in it, not 2"),
        (replace(FILE, digest="bb"), "other bytes in it"),
    ],
)
def test_how_a_path_differs(other: Node, how: str) -> None:
    assert list(differences({"/a": FILE}, {"/a": other})) == [("/a", how)]


def test_paths_that_only_one_has_come_in_order() -> None:
    found = list(differences({"/b": FILE, "/c": LINK}, {"/a": FILE, "/c": replace(LINK, link="b")}))
    assert found == [
        ("/a", "it, and the first does not"),
        ("/b", "it not, and the first does"),
        ("/c", "a link to another place there"),
    ]
    assert list(differences({"/a": FILE}, {"/a": FILE})) == []


def test_configurations() -> None:
    assert same_configuration(make_image(), make_image(id="sha256:2", size=1, layers=1))
    assert not same_configuration(make_image(), make_image(labels={"a": "b"}))
