"""The `local_image` check, as a table."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.local_image import LocalImage
from tests.support.checks import fails, make, passes, refuses
from tests.support.states import holding, local_image

DIGEST = "nginx@sha256:" + "a" * 64
HELD = holding(
    images=(
        local_image(1, "nginx:1", "my/nginx:latest", digests=(DIGEST,)),
        local_image(2, "busybox:1"),
        local_image(3),
    ),
    originals={"nginx:1": local_image(1, "nginx:1"), "busybox:1": local_image(9, "busybox:1")},
)


@pytest.mark.parametrize(
    "fields",
    [
        {"image": "nginx:1"},
        {"image": "docker.io/library/nginx:1"},
        {"image": "my/nginx"},
        {"image": DIGEST},
        {"image": "sha256:" + "3" * 64},
        {"image": "nginx", "exists": False},
        {"image": "nginx:1", "unchanged": True},
        {"image": "busybox:1", "unchanged": False},
        {"image": "my/nginx", "unchanged": True},
        {"image": "nginx:1", "tags": ["my/nginx:latest"]},
        {"image": "my/nginx", "same_as": "nginx:1", "differs_from": "busybox:1"},
    ],
)
def test_passes(fields: dict[str, Any]) -> None:
    passes(make(LocalImage, **fields), HELD)


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"image": "nginx"}, "there is no image nginx; there are: nginx:1, my/nginx:latest, busybox:1"),
        ({"image": "busybox:1", "exists": False}, "the image busybox:1 must not be there, and it is"),
        ({"image": "busybox:1", "unchanged": True}, "busybox:1 is not the image that is pulled under this name"),
        ({"image": "nginx:1", "unchanged": False}, "nginx:1 is still the image that is pulled under this name"),
        ({"image": "nginx:1", "tags": ["web:1"]}, "the list of names of nginx:1 does not contain 'web:1'"),
        ({"image": "nginx:1", "same_as": "busybox:1"}, "nginx:1 and busybox:1 are different images, expected the same"),
        ({"image": "nginx:1", "differs_from": "my/nginx"}, "nginx:1 and my/nginx are the same image"),
        ({"image": "nginx:1", "same_as": "web:1"}, "there is no image web:1"),
    ],
)
def test_fails(fields: dict[str, Any], because: str) -> None:
    failure = fails(make(LocalImage, **fields), HELD, because=because)
    assert failure.expected
    assert failure.actual
    assert failure.reproduce == "docker images"
    assert "<none>            333333333333   9.5 MiB" in failure.evidence[0].text


def test_no_images() -> None:
    failure = fails(make(LocalImage, image="nginx"), holding(), because="there are: no images")
    assert failure.actual == "no images"
    many = holding(images=tuple(local_image(1, f"i:{n}") for n in range(12)))
    assert str(fails(make(LocalImage, image="nginx"), many, because="no image").actual).endswith("i:7 and 4 more")


def test_what_must_be_the_original_is_an_image_of_the_exercise() -> None:
    assert make(LocalImage, image="nginx:1", unchanged=True).base_images == (("image", "nginx:1"),)
    assert make(LocalImage, image="nginx:1").base_images == ()


def test_refuses() -> None:
    refuses(LocalImage, "exists: false excludes", image="a", exists=False, same_as="b")
    refuses(LocalImage, "at least 1 character", image="")
