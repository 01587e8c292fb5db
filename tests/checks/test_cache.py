from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from grader.checks.cache import Cache
from grader.core.errors import Failure, Unmet
from grader.core.facts import Step
from grader.core.variants import Variant
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.factories import make_build, make_build_failure
from tests.support.fakes import FakeRebuilt, FakeTarget

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.sandbox.project import Project

GOOD = """\
FROM python:3-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install \\
      -r requirements.txt
COPY . .
RUN python -m compileall .
"""
BAD = "FROM python:3-slim\nCOPY . .\nRUN pip install -r requirements.txt\n"
CHANGED = Variant(changed=(("app.py", None),))


def steps(text: str, *names: str) -> tuple[Step, ...]:
    """Give the steps of a build; an exclamation mark stands before those that are run again."""
    made = [Step("[1/9] FROM docker.io/library/python:3-slim")]
    for place, name in enumerate(names, start=2):
        bare = name.removeprefix("!")
        line = next(n for n, line in enumerate(text.splitlines(), start=1) if line.startswith(bare))
        made.append(Step(f"[{place}/9] {bare}", cached=bare == name, seconds=0.0 if bare == name else 2.5, line=line))
    return tuple(made)


def rebuilt(text: str, *names: str, variant: Variant = CHANGED) -> FakeTarget:
    outcome = make_build(steps=steps(text, *names))
    return FakeTarget(source=text, build=make_build(), rebuilt={variant: FakeRebuilt(outcome)})


TARGET = rebuilt(
    GOOD, "WORKDIR", "COPY requirements.txt", "RUN pip install", "!COPY . .", "!RUN python -m compileall ."
)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"reuses": ["RUN pip install -r"]},
        {"reuses": ["WORKDIR", "copy requirements.txt"], "reruns": ["COPY . .", "RUN python"]},
        {"reuses": [{"matches": "^RUN .*install"}], "reruns": [{"contains": "compileall"}]},
    ],
)
def test_passes(fields: dict[str, object]) -> None:
    passes(make(Cache, change="app.py", **fields), TARGET)


def test_fails_with_the_step_and_the_one_above() -> None:
    failure = fails(
        make(Cache, change="app.py"),
        rebuilt(BAD, "!COPY . .", "!RUN pip install"),
        "line 3, RUN pip install -r requirements.txt, was run again after app.py was changed, "
        "since line 2, COPY . ., stands above it",
    )
    assert (failure.expected, failure.actual) == ("CACHED", "run again")
    assert failure.hint is not None
    assert failure.hint.startswith("Copy what a step needs right above it")
    assert failure.reproduce == ("docker build .\necho >> app.py\ndocker build .\n# the second time, look for CACHED")
    [evidence] = failure.evidence
    assert evidence.text == "   2.5 s  [2/9] COPY . .\n   2.5 s  [3/9] RUN pip install"
    assert [(one.line, one.message) for one in failure.findings] == [
        (3, "this step was run again after app.py was changed, since line 2, COPY . ., stands above it")
    ]


def test_fails_for_each_step_that_is_meant() -> None:
    failure = fails(
        make(Cache, change="app.py", reuses=["RUN"], reruns=["WORKDIR"]),
        TARGET,
        "line 7, RUN python -m compileall ., was run again after app.py was changed, since line 6, COPY . ., stands",
    )
    assert "line 2, WORKDIR /app, came from the cache after app.py was changed" in failure.message
    assert "pip" not in failure.message


def test_a_step_that_is_not_there() -> None:
    failure = fails(
        make(Cache, change="app.py", reuses=["RUN npm ci", {"contains": "gem"}]),
        TARGET,
        "no step of the build is RUN npm ci\nno step of the build is an instruction that contains 'gem'",
    )
    assert failure.actual is not None
    assert "line 3, COPY requirements.txt ." in failure.actual
    assert failure.hint is None
    text = "FROM busybox:1\nCOPY . .\n"
    fails(make(Cache, change="app.py"), rebuilt(text, "!COPY . ."), "no step of the build is a RUN that installs pack")


def test_a_file_that_nothing_depends_on() -> None:
    fails(
        make(Cache, change="app.py"),
        rebuilt(GOOD, "WORKDIR", "COPY requirements.txt", "RUN pip install"),
        "no step of the build depends on app.py: after app.py was changed, everything came from the cache",
    )


STAGES = """\
FROM node:24-slim AS web
COPY web .
RUN npm ci
FROM python:3-slim AS base
COPY app .
FROM base
RUN pip install flask
"""


def test_the_step_above_is_one_of_the_same_image() -> None:
    target = rebuilt(STAGES, "!COPY web .", "!RUN npm ci", "!COPY app .", "!RUN pip install flask")
    failure = fails(make(Cache, change="app.py"), target, "line 3, RUN npm ci, was run again after app.py")
    assert "line 7, RUN pip install flask, was run again" in failure.message
    assert failure.message.endswith("since line 5, COPY app ., stands above it")


@pytest.mark.parametrize(
    ("run", "installs"),
    [
        ("python3 -m pip --no-cache-dir install -r requirements.txt", True),
        ("apt-get update && apt-get -y install curl", True),
        ("apk add --no-cache curl", True),
        ("npm ci --omit=dev", True),
        ("yarn", True),
        ("yarn build", False),
        ("npm run install-all", False),
        ("pip install .", False),
        ("pip install --no-deps -e .", False),
        ("pip install .[dev]", False),
        ("make", False),
    ],
)
def test_what_installs_packages(run: str, installs: bool) -> None:  # noqa: FBT001 - one column of the table
    target = rebuilt(f"FROM busybox:1\nRUN {run}\nCOPY . .\n", f"RUN {run}", "!COPY . .")
    if installs:
        passes(make(Cache, change="app.py"), target)
    else:
        fails(make(Cache, change="app.py"), target, "no step of the build is a RUN that installs packages")


def test_several_files_and_new_content() -> None:
    both = Variant("web", changed=(("a.py", None), ("b.py", None)))
    check = make(Cache, change=["b.py", "./a.py"], target="web")
    fails(check, rebuilt(BAD, "!COPY . .", "!RUN pip", variant=both), "was run again after a.py and b.py were changed")
    text = Variant(changed=(("a b.py", "print()"),))
    failure = fails(make(Cache, change={"a b.py": "print()"}), rebuilt(BAD, "!COPY . .", variant=text), "no step")
    assert failure.reproduce is not None
    assert "echo >> 'a b.py'" in failure.reproduce


def test_a_change_that_breaks_the_build() -> None:
    broken = make_build(failure=make_build_failure())
    target = FakeTarget(source=BAD, build=make_build(), rebuilt={CHANGED: FakeRebuilt(broken)})
    fails(make(Cache, change="app.py"), target, "after app.py was changed, the build stopped at line 2, [2/2] RUN pip")


def test_is_skipped_without_an_image() -> None:
    with pytest.raises(Unmet, match="the image was not built"):
        make(Cache, change="app.py").run(FakeTarget(build=make_build(failure=make_build_failure())))


def test_refuses() -> None:
    for change in ("/app.py", "../app.py", ".", {"/a": ""}):
        refuses(Cache, "must be a path inside the build context", change=change)
    refuses(Cache, "change names no file", change=[])
    refuses(Cache, "RUN a stands in reuses and in reruns", change="a", reuses=["RUN b", "RUN a"], reruns=["RUN a"])
    with pytest.raises(ValidationError) as caught:
        make(Cache, change="/app.py")
    assert caught.value.error_count() == 1
    refuses(Cache, "Field required")
    refuses(Cache, "unknown instruction 'RUNN'; did you mean 'RUN'?", change="a", reuses=["RUNN x"])
    refuses(Cache, "unknown matcher 'matchs'", change="a", reruns=[{"matchs": "x"}])


LAYERS = f"""\
FROM busybox:1 AS build
WORKDIR /src
COPY packages.txt .
RUN mkdir /bin/apk.d; printf '#!/bin/sh\\necho installed $@ > /installed\\n' > /bin/apk; chmod +x /bin/apk
RUN apk add --no-cache \\
      $(cat packages.txt) {uuid.uuid4()}
%s
FROM scratch
COPY --from=build /installed /
COPY app.py /
"""
FILES: dict[str, str | bytes] = {
    "packages.txt": "flask\n",
    "app.py": "print()\n",
    ".dockerignore": "*.md\n",
    "a.md": "",
}


@pytest.fixture(scope="module")
def layered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    text = LAYERS % "COPY . .\nRUN --mount=type=cache,target=/c cp app.py /c/"
    with project_in(tmp_path_factory.mktemp("layered"), text, FILES) as made:
        yield made


@pytest.mark.docker
@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({"change": "app.py"}, None),
        ({"change": "packages.txt"}, "line 5, RUN apk add --no-cache"),
        ({"change": "app.py", "reuses": ["WORKDIR", "COPY packages.txt", "COPY --from=build"]}, None),
        ({"change": "app.py", "reuses": ["COPY /installed"], "reruns": ["COPY app.py"]}, None),
        (
            {"change": "packages.txt", "reuses": [{"matches": "chmod"}]},
            "since line 3, COPY packages.txt ., stands above",
        ),
        ({"change": {"app.py": "import sys"}, "reruns": ["RUN apk"]}, "line 5, RUN apk add --no-cache"),
        ({"change": "main.py"}, "there is no file 'main.py' in the submission"),
        ({"change": "a.md"}, "'a.md' is kept out of the build by .dockerignore"),
        ({"change": "packages.txt", "target": "build"}, "was run again after packages.txt was changed"),
    ],
)
def test_on_the_engine(layered: Project, fields: dict[str, Any], because: str | None) -> None:
    check = make(Cache, **fields)
    if because is None:
        check.run(layered)
        return
    with pytest.raises(Failure) as caught:
        check.run(layered)
    assert because in caught.value.message


@pytest.mark.docker
def test_no_other_attempt_answers(tmp_path: Path) -> None:
    text = f"FROM busybox:1\nCOPY . .\nRUN echo {uuid.uuid4()}\n"
    check = make(Cache, change={"app.py": "new"}, reuses=["RUN echo"])
    for attempt in ("one", "two"):
        with project_in(tmp_path / attempt, text, {"app.py": "old"}) as project, pytest.raises(Failure) as caught:
            check.run(project)
        assert "was run again after app.py was changed, since line 2, COPY . ., stands above it" in caught.value.message


@pytest.mark.docker
def test_a_file_that_is_not_copied(tmp_path: Path) -> None:
    text = "FROM busybox:1\nCOPY packages.txt .\nRUN true\n"
    with project_in(tmp_path, text, FILES) as project, pytest.raises(Failure, match=r"no step of the build depends on"):
        make(Cache, change="app.py", reuses=["RUN"]).run(project)
