from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.history import History
from grader.core.errors import Failure, Unmet
from grader.core.layers import Contents, Found, Layer, Layers, Search, Step
from grader.core.specs import BuildSpec
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.fakes import FakeTarget

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from grader.sandbox.project import Project

BASE = Step("COPY /image / # buildkit", base=True)
COPY = Step("COPY . /app # buildkit", 3)
RUN = Step("RUN |1 TOKEN=t0k3n-value /bin/sh -c apt-get update # buildkit", 5)
CLEAN = Step("RUN |1 TOKEN=t0k3n-value /bin/sh -c rm -rf /app/.env /var/lib/apt/lists/* # buildkit", 6)
ENV = Step("ENV DB_PASSWORD=hunter2", 7)


def target(
    *contents: Mapping[str, int], gone: set[str] | None = None, found: tuple[Found, ...] = (), base: bool = False
) -> FakeTarget:
    """Give layers of COPY, RUN and CLEAN, on one of the base image's; only the last one removes something."""
    makers = (BASE, COPY, RUN, CLEAN)
    parts = [Contents(dict(files)) for files in ({"/etc/secret": 9}, *contents, *[{}] * (3 - len(contents)))]
    parts[-1].gone |= gone or set()
    parts[1].found += found
    parts[0].found += found if base else ()
    layers = tuple(
        Layer(n + 1, step, step.base, part) for n, (step, part) in enumerate(zip(makers, parts, strict=True))
    )
    return FakeTarget(layers=Layers(layers, makers))


CLEAN_IMAGE = FakeTarget(layers=Layers((Layer(1, BASE, True, Contents({"/.env": 5})),), (BASE, COPY)))
GONE = target({"/app/.env": 20, "/app/main.py": 100}, {"/var/lib/apt/lists/x": 2048}, gone={"/app/.env"})


@pytest.mark.parametrize(
    "fields",
    [
        {"secrets": False, "package_caches": False, "absent": ["/**"], "wasted": 0, "values_absent": ["t0k3n-value"]},
        {"absent": ["/.env"]},
    ],
)
def test_passes_on_a_clean_image(fields: dict[str, Any]) -> None:
    passes(make(History, **fields), CLEAN_IMAGE)


@pytest.mark.parametrize(
    "fields",
    [
        {"absent": ["/app/secret.txt", "**/*.pem", "/etc/secret"]},
        {"absent": ["**/.env"], "ignore": ["/app/*"]},
        {"package_caches": False, "ignore": ["/var/lib/apt/**"]},
        {"wasted": {"at_most": 20}},
        {"wasted": 0, "ignore": ["/app/.env"]},
    ],
)
def test_passes(fields: dict[str, Any]) -> None:
    passes(make(History, **fields), GONE)


LAYERS = "Every instruction makes a layer, and layers are kept:"
REMAINS = "which does not take it out of layer 2"
CLEANED = "RUN rm -rf /app/.env /var/lib/apt/lists/* (line 6)"
CACHE = "apt's lists of packages: 1 file with 2.0 KiB, such as /var/lib/apt/lists/x. `rm -rf /var/lib/apt/lists/*`"
HISTORY = "stands in the image's history, in RUN apt-get update (line 5) and 1 more, which got it as a build argument"


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        (
            {"absent": ["**/.env"]},
            f"/app/.env is in layer 2, made by COPY . /app (line 3); {CLEANED} removes it later, {REMAINS}\n{LAYERS}",
        ),
        ({"absent": ["/app/main.py"]}, "/app/main.py is in layer 2, made by COPY . /app (line 3)"),
        ({"absent": ["/etc/*"], "base": True}, "/etc/secret is in layer 1, made by COPY /image /"),
        ({"package_caches": False}, f"layer 3, made by RUN apt-get update (line 5), holds {CACHE}"),
        (
            {"wasted": {"at_most": "10B"}},
            "20 B of the image (20 bytes) can't be reached any more, expected at most 10 B:",
        ),
        ({"wasted": 0}, f"\n/app/.env (20 B) of layer 2, made by COPY . /app (line 3): {CLEANED} removes it\n{LAYERS}"),
        ({"wasted": {"at_least": "1MiB"}}, "can't be reached any more, expected at least 1048576"),
        (
            {"values_absent": ["t0k3n-value"]},
            f"a value that must not be in the image {HISTORY}: docker history shows it",
        ),
        ({"secrets": False}, f"the value of TOKEN {HISTORY}"),
    ],
)
def test_fails(fields: dict[str, Any], because: str) -> None:
    failure = fails(make(History, **fields), GONE, because)
    assert "t0k3n-value" not in f"{failure.message}{failure.expected}{failure.actual}{failure.reproduce}"


def test_a_file_that_stays_needs_no_lesson_about_layers() -> None:
    failure = fails(make(History, absent=["/app/main.py"]), GONE, "is in layer 2")
    assert "layers are kept" not in failure.message


FOUND = (
    Found("/app/.env", "a file of settings, as passwords are kept in"),
    Found("/app/main.py", "a GitHub token"),
    Found("/app/main.py", "", "my-value"),
    Found("/app/main.py", "", "of another check"),
)


def test_secrets_in_files() -> None:
    there = target({"/app/.env": 20, "/app/main.py": 100}, gone={"/app/.env"}, found=FOUND, base=True)
    message = fails(make(History, secrets=False), there, "/app/.env is a file of settings").message
    assert "as passwords are kept in; it is in layer 2, made by COPY . /app (line 3); RUN rm -rf" in message
    assert "/app/main.py has a GitHub token in it; it is in layer 2, made by COPY" in message
    assert "a value that" not in message
    value = fails(make(History, values_absent=["my-value"]), there, "/app/main.py has a value that must not be")
    assert len(value.message.splitlines()) == 1
    both = fails(make(History, values_absent=["my-value"], base=True), there, "/app/main.py has")
    assert "it is in layer 1, made by COPY /image /" in both.message
    only = fails(make(History, secrets=False, ignore=["/app/*"]), there, "TOKEN")
    assert "/app" not in only.message.replace("rm -rf /app", "")


def test_several_things_are_a_list_and_each_is_told_once() -> None:
    there = target({"/app/.env": 20}, {"/app/.env": 30}, gone={"/app/.env"}, found=FOUND[:1])
    check = make(History, secrets=False, absent=["**/.env"], wasted=0, ignore=["/app/main.py"])
    failure = fails(check, there, "several things should not be in the image or its history:\n- the value of TOKEN")
    assert (failure.expected, failure.actual) == (None, None)
    lines = failure.message.splitlines()
    assert [line[:24] for line in lines[1:]] == [
        "- the value of TOKEN sta",
        "- /app/.env is a file of",
        "- 50 B of the image (50 ",
        "Every instruction makes ",
    ]
    twice = fails(make(History, absent=["**/.env"]), there, "/app/.env is in layer 2, made by COPY . /app (line 3)")
    assert ", and in layer 3; " in twice.message
    assert twice.expected == "/app/.env in no layer"


def test_secrets_of_instructions_are_not_shown() -> None:
    layers = FakeTarget(layers=Layers((), (BASE, ENV)))
    failure = fails(make(History, secrets=False), layers, "the value of DB_PASSWORD stands in the image's history")
    assert "in ENV DB_PASSWORD=… (line 7): docker history shows it" in failure.message
    assert failure.reproduce == "docker history --no-trunc IMAGE"
    below = FakeTarget(layers=Layers((), (Step("ENV TOKEN=x", base=True),)))
    passes(make(History, secrets=False), below)
    fails(make(History, secrets=False, base=True), below, "the value of TOKEN")


def test_says_how_to_see_it() -> None:
    loop = 'for layer in layers/blobs/sha256/*; do tar -tvf "$layer" 2> /dev/null | grep app/.env; done'
    failure = fails(make(History, absent=["/app/.env"]), GONE, "layer 2")
    assert failure.reproduce == f"mkdir layers && docker save IMAGE | tar -x -C layers\n{loop}"
    several = fails(make(History, absent=["/app/*"], secrets=False), GONE, "layer 2").reproduce
    assert several is not None
    assert several.startswith("docker history --no-trunc IMAGE\nmkdir layers")
    assert "grep" not in several


def test_lists_the_first_problems() -> None:
    many = target({f"/app/{n:02}": 1 for n in range(30)})
    message = fails(make(History, absent=["/app/*"]), many, "/app/00").message
    assert (len(message.splitlines()), message.splitlines()[-1]) == (12, "- and 20 more")
    wasted = target({f"/app/{n:02}": n for n in range(30)}, gone={"/app"})
    listed = fails(make(History, wasted=0), wasted, "/app/29 (29 B)").message.splitlines()
    assert listed[1].startswith("/app/29")
    assert listed[6] == "and 24 more"


def test_announces_what_it_looks_for() -> None:
    there = target()
    make(History, secrets=False, values_absent=["a-value"], base=True).announce(there)
    make(History, wasted=0).announce(there)
    assert there.searched == [Search(frozenset({"a-value"}), secrets=True, base=True), Search()]


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, "nothing is expected"),
        ({"secrets": True}, "write false: there must be none"),
        ({"package_caches": "no"}, "write false: there must be none"),
        ({"values_absent": ["abc"]}, "at least 4 characters"),
        ({"absent": ["app/*"]}, "must be absolute"),
        ({"absent": ["/a"], "ignore": ["/["]}, "without its ]"),
        ({"wasted": "many"}, "a size such as"),
        ({"absent": ["/a"], "in": "main", "wrong": 1}, "Extra inputs"),
    ],
)
def test_refuses(fields: dict[str, Any], because: str) -> None:
    refuses(History, because, **fields)


def test_is_skipped_without_an_image() -> None:
    with pytest.raises(Unmet):
        make(History, wasted=0).run(FakeTarget())


STUDENTS = """\
FROM python:3-slim
ARG TOKEN
WORKDIR /app
COPY . /app
RUN mkdir -p /root/.cache/pip/http && head -c 300000 /dev/zero > /root/.cache/pip/http/x && echo "$TOKEN" > token
RUN rm token .env && rm -r /root/.cache && chmod 600 big
"""


@pytest.fixture(scope="module")
def students(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    files: dict[str, str | bytes] = {".env": "A=1\n", "big": b"x" * 2_000_000}
    build = BuildSpec(args={"TOKEN": "t0k3n-value"})
    with project_in(tmp_path_factory.mktemp("students"), STUDENTS, files, build=build) as project:
        for fields in ({"secrets": False}, {"values_absent": ["t0k3n-value"]}):
            make(History, **fields).announce(project)
        yield project


@pytest.mark.docker
@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"secrets": False}, "/app/.env is a file of settings, as passwords are kept in; it is in layer"),
        (
            {"secrets": False},
            "the value of TOKEN stands in the image's history, in RUN mkdir -p /root/.cache/pip/http &&",
        ),
        (
            {"values_absent": ["t0k3n-value"]},
            "/app/token has a value that must not be in the image in it; it is in layer",
        ),
        ({"package_caches": False}, "(line 5), holds pip's cache: 1 file with 293.0 KiB"),
        (
            {"absent": ["**/.env"]},
            "(line 4); RUN rm token .env && rm -r /root/.cache && chmod … (line 6) removes it",
        ),
        (
            {"wasted": {"at_most": "1MiB"}},
            "(2300016 bytes) can't be reached any more, expected at most 1.0 MiB:\n/app/big",
        ),
    ],
)
def test_on_an_image(students: Project, fields: dict[str, Any], because: str) -> None:
    with pytest.raises(Failure, match=re.escape(because)):
        make(History, **fields).run(students)


@pytest.mark.docker
def test_a_good_image(students: Project) -> None:
    make(History, wasted={"at_most": "3MiB"}, absent=["/app/*.pem"]).run(students)


@pytest.mark.docker
def test_on_an_image_from_nothing(tmp_path: Path) -> None:
    with project_in(tmp_path, "FROM scratch\nCOPY . /srv/\n", {".env": "A=1"}) as project:
        make(History, package_caches=False, wasted=0).run(project)
        with pytest.raises(Failure, match=re.escape("/srv/.env is in layer 1, made by COPY . /srv/ (line 2)")):
            make(History, absent=["**/.env"]).run(project)
