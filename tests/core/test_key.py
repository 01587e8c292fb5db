from __future__ import annotations

from typing import Any

import pytest

from grader.core.key import result_key

PARTS: dict[str, Any] = {
    "exercise_digest": "sha256:e",
    "submission_digest": "sha256:s",
    "images": {"busybox:1": "sha256:b", "nginx:1": "sha256:n"},
    "engine": "isolated",
    "past_due": False,
    "version": "1",
}


def test_the_same_work_has_the_same_key() -> None:
    images = dict(reversed(PARTS["images"].items()))
    assert result_key(**PARTS) == result_key(**{**PARTS, "images": images})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("exercise_digest", "sha256:f"),
        ("submission_digest", "sha256:t"),
        ("images", {"busybox:1": "sha256:b", "nginx:1": "sha256:o"}),
        ("images", {"busybox:1": "sha256:b"}),
        ("engine", "host"),
        ("past_due", True),
        ("version", "2"),
    ],
)
def test_each_part_changes_the_key(name: str, value: object) -> None:
    assert result_key(**{**PARTS, name: value}) != result_key(**PARTS)
