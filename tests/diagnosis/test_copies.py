"""Where COPY puts files."""

from __future__ import annotations

import time

import pytest

from grader.core.facts import Case
from grader.diagnosis._copies import copied
from tests.support.cases import built

HELD = {"app.py": 1, "b.py": 1, "src/c.py": 1, "src/d/e.py": 1}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("COPY app.py /srv/", {"/srv/app.py": "app.py"}),
        ("COPY app.py /srv/main.py", {"/srv/main.py": "app.py"}),
        ("COPY ./app.py .", {"/app.py": "app.py"}),
        ("WORKDIR /srv; COPY app.py .", {"/srv/app.py": "app.py"}),
        ("WORKDIR /srv; WORKDIR in; COPY app.py ./x", {"/srv/in/x": "app.py"}),
        ("WORKDIR /srv; COPY app.py /srv", {"/srv/app.py": "app.py"}),
        (
            "COPY src /srv; COPY app.py /srv",
            {"/srv/c.py": "src/c.py", "/srv/d/e.py": "src/d/e.py", "/srv/app.py": "app.py"},
        ),
        ("COPY app.py b.py /srv", {"/srv/app.py": "app.py", "/srv/b.py": "b.py"}),
        ("COPY *.py /srv", {"/srv/app.py": "app.py", "/srv/b.py": "b.py"}),
        ("COPY src/d /srv/", {"/srv/e.py": "src/d/e.py"}),
        ("COPY . /srv", {f"/srv/{path}": path for path in HELD}),
        ("ADD app.py /", {"/app.py": "app.py"}),
        ("COPY --chmod=755 app.py /", {"/app.py": "app.py"}),
        ("COPY gone.py /", {}),
        ("COPY $NAME /", {}),
        ("COPY --from=other app.py /", {}),
    ],
)
def test_where_files_come_to(source: str, expected: dict[str, str]) -> None:
    assert copied(built(f"FROM a:1; {source}", files=HELD)) == expected


def test_through_stages() -> None:
    source = "FROM a:1 AS one; WORKDIR /srv; COPY app.py .; FROM a:1 AS two; COPY b.py /; FROM one; COPY b.py ."
    assert copied(built(source, files=HELD)) == {"/srv/app.py": "app.py", "/srv/b.py": "b.py"}


def test_what_is_ignored_is_not_copied() -> None:
    case = built("FROM a:1; COPY . /", files={"a": 1, "b": 1}, ignored=frozenset({"b"}))
    assert copied(case) == {"/a": "a"}


def test_without_a_dockerfile() -> None:
    assert copied(Case(kind="http", message="", files=HELD)) == {}


@pytest.mark.parametrize("sources", ["a* " * 20_000, "*a" * 20_000])
def test_sources_without_end_take_no_time(sources: str) -> None:
    started = time.monotonic()
    copied(built(f"FROM a:1; COPY {sources} /y/", files={f"x/f{n}": 1 for n in range(2_000)}))
    assert time.monotonic() - started < 5
