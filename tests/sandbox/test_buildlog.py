"""BuildKit's progress stream, honest and otherwise."""

from __future__ import annotations

import base64
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from grader.core.facts import Step
from grader.sandbox.buildlog import MAX_EVENT, MAX_TAIL, BuildLog


def vertex(digest: str, name: str, **fields: Any) -> bytes:
    return json.dumps({"vertexes": [{"digest": digest, "name": name, **fields}]}).encode() + b"\n"


def log(digest: str, text: bytes) -> bytes:
    return json.dumps({"logs": [{"vertex": digest, "data": base64.b64encode(text).decode()}]}).encode() + b"\n"


def made(*events: bytes) -> BuildLog:
    found = BuildLog()
    for event in events:
        found.feed(event)
    return found


FAILED = (
    vertex("b", "[internal] load build definition", started="t", completed="t"),
    vertex("1", "[1/2] FROM busybox:1", started="t", completed="t", cached=True),
    vertex("2", "[2/2] RUN false", started="t"),
    log("2", b"oh no\n"),
    vertex("2", "[2/2] RUN false", completed="t", error='process "false" did not complete: exit code: 7'),
    b"Dockerfile:2\n--------------------\n   2 | >>> RUN false\n",
    b"ERROR: failed to solve: it failed\n",
)


def test_a_failed_step() -> None:
    found = made(*FAILED)
    failure = found.failure()
    assert (failure.message, failure.step, failure.line) == ("failed to solve: it failed", "[2/2] RUN false", 2)
    assert (failure.exit_code, failure.output) == (7, "oh no\n")
    assert found.text() == "[1/2] FROM busybox:1\n[2/2] RUN false\noh no\n"
    assert found.cached_steps == 1


@given(st.integers(1, 40))
def test_pieces_may_be_cut_anywhere(size: int) -> None:
    whole = b"".join(FAILED)
    assert (
        made(*(whole[start : start + size] for start in range(0, len(whole), size))).failure() == made(whole).failure()
    )


def test_events_over_several_lines() -> None:
    event = json.dumps({"vertexes": [{"digest": "1", "name": "[1/1] RUN x", "cached": True}]}, indent=2).encode()
    assert made(event + b"\n").cached_steps == 1


def test_a_cancelled_step_is_not_the_cause() -> None:
    found = made(
        vertex("1", "[a 1/1] RUN sleep", started="t", error="context canceled"),
        vertex("2", "[b 1/1] RUN false", started="t", error="exit code: 1"),
    )
    assert found.failure().step == "[b 1/1] RUN false"


def test_the_unfinished_step_is_named() -> None:
    found = made(vertex("1", "[1/2] RUN a", started="t", completed="t"), vertex("2", "[2/2] RUN b", started="t"))
    assert found.unfinished() == "[2/2] RUN b"
    assert made().unfinished() is None


def test_a_step_can_not_forge_its_end() -> None:
    failure = made(*FAILED[:3], log("2", b"ERROR: forged\nDockerfile:99\nexit code: 0\n"), *FAILED[4:]).failure()
    assert (failure.message, failure.line, failure.exit_code) == ("failed to solve: it failed", 2, 7)


def test_everything_is_bounded_and_harmless() -> None:
    found = made(*FAILED[:3])
    for number in range(3_000):
        found.feed(log("2", b"\x1b[2J" + b"x" * 10_000 + b"%d\n" % number))
    found.feed(*FAILED[4:5])
    assert len(found.text()) < 9_000
    assert "\x1b" not in found.text()
    assert len(found.failure().output) <= MAX_TAIL + 100
    assert found.failure().output.endswith("2999\n")
    held = sum(len(piece) for piece in (*found._head, *found._tail, *found._output.values()))
    assert held < 5_000_000


def test_memory_for_steps_does_not_grow_with_their_output() -> None:
    found = made(*(log(str(step), b"y" * 3_000) for step in range(100) for _ in range(20)))
    assert sum(len(text) for text in found._output.values()) <= 100 * MAX_TAIL


def test_a_line_without_end_is_dropped() -> None:
    found = made(b"{" + b"x" * (2 * MAX_EVENT), b"}\n", *FAILED)
    assert found.failure().exit_code == 7


@given(st.lists(st.binary(max_size=60) | st.sampled_from([b"{\n", b"}\n", b'{"logs": [{"data": "!"}]}\n', b"[]\n"])))
def test_no_stream_breaks_it(pieces: list[bytes]) -> None:
    found = made(*pieces, b"\n")
    assert found.failure().exit_code is None
    assert found.steps() == ()
    found.text()


def test_steps_with_what_became_of_each() -> None:
    found = made(
        vertex("b", "[internal] load build definition", started="2026-11-23T16:16:23Z"),
        vertex("3", "[3/3] RUN never"),
        vertex(
            "1", "[1/3] COPY a /", started="2026-11-23T16:16:23.5Z", completed="2026-11-23T16:16:23.5Z", cached=True
        ),
        vertex("2", "[2/3] RUN two", started="2026-11-23T16:16:23.123456789Z"),
        vertex(
            "2", "[2/3] RUN two", started="2026-11-23T16:16:23.123456789Z", completed="2026-11-23T16:16:25.623456789Z"
        ),
        vertex("4", "exporting to image", started="2026-11-23T16:16:26Z"),
    )
    assert found.steps() == (Step("[1/3] COPY a /", cached=True), Step("[2/3] RUN two", seconds=2.5))


def test_times_that_are_none_count_nothing() -> None:
    [step] = made(vertex("1", "[1/1] RUN a\x1b", started="t", completed="2026-11-23T16:16:25Z")).steps()
    assert (step.name, step.seconds) == ("[1/1] RUN a\\x1b", 0.0)
