from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core import dockerfile, steps

STAGES = dockerfile.parse("""\
FROM busybox:1 AS Base
USER root
RUN one
FROM base
COPY a /
ENV A=1
RUN two
WORKDIR /x
""")
ALONE = dockerfile.parse("FROM busybox:1\nRUN one\nCMD x\nCOPY a /\n")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("[base 1/2] FROM docker.io/library/busybox:1", 1),
        ("[base 2/2] RUN one", 3),
        ("[stage-1 1/3] COPY a /", 5),
        ("[stage-1 2/3] RUN two", 7),
        ("[linux/arm64 stage-1 3/3] WORKDIR /x", 8),
        ("[stage-1 2/5] RUN of the base image's ONBUILD", None),
        ("[stage-1 3/5] COPY a /", 5),
        ("[stage-1 9/3] RUN two", None),
        ("[stage-7 1/1] RUN two", None),
        ("[nowhere 1/1] RUN two", None),
        ("[1/2] RUN one", None),
        ("[internal] load build context", None),
        ("exporting to image", None),
    ],
)
def test_the_instruction_of_a_step(name: str, line: int | None) -> None:
    found = steps.instruction(name, STAGES)
    assert (found.line if found is not None else None) == line


def test_a_stage_alone_has_no_name() -> None:
    found = steps.instruction("[ 3/13] COPY a /", ALONE)
    assert found is None
    found = steps.instruction("[ 2/3] RUN one", ALONE)
    assert found is not None
    assert found.line == 2


def test_what_a_step_does() -> None:
    assert steps.text("[build  2/14] RUN a\nb") == "RUN a\nb"
    assert steps.text("exporting to image") == "exporting to image"


@given(st.text(max_size=12), st.integers(0, 99_999), st.integers(0, 99_999), st.text(max_size=9))
def test_no_name_breaks_it(stage: str, number: int, total: int, rest: str) -> None:
    name = f"[{stage} {number}/{total}] {rest}"
    for text in (STAGES, ALONE):
        found = steps.instruction(name, text)
        assert found is None or found in text.instructions
