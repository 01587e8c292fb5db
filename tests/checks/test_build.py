from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.build import Build
from grader.core.abilities import Builds, Rebuilds
from grader.core.errors import Failure, TimedOut, Unmet
from grader.core.facts import Step
from grader.core.specs import BuildSpec
from grader.core.variants import Node, Variant
from tests.support.checks import fails, make, passes, refuses
from tests.support.engine import project_in
from tests.support.factories import make_build, make_build_failure, make_entry, make_image
from tests.support.fakes import FakeRebuilt, FakeTarget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.check import Check
    from grader.core.facts import Build as Attempt
    from grader.sandbox.project import Project


def test_passes_for_an_image() -> None:
    passes(make(Build), FakeTarget(build=make_build()))


@pytest.mark.parametrize(
    ("build", "because"),
    [
        (
            make_build(failure=make_build_failure()),
            "the build stopped at line 2, [2/2] RUN pip install flsk: its command ended with exit code 1",
        ),
        (make_build(failure=make_build_failure(line=None)), "stopped at [2/2] RUN pip install flsk: its command"),
        (make_build(failure=make_build_failure(step=None)), "stopped at line 2: its command"),
        (
            make_build(failure=make_build_failure(line=3, step=None, exit_code=None, message='"/app": not found')),
            'the build stopped at line 3: "/app": not found',
        ),
        (
            make_build(failure=make_build_failure(line=None, step=None, exit_code=None, message="no\x1b[31m")),
            "the build stopped: no\\x1b[31m",
        ),
        (make_build(image=None), "the build ended without an image"),
    ],
)
def test_fails_with_the_step(build: Attempt, because: str) -> None:
    failure = fails(make(Build), FakeTarget(build=build), because)
    assert failure.reproduce == "docker build ."


def test_a_timeout_names_its_limit() -> None:
    limit = "the build was not finished after 120 s (the build limit)"
    stopped = make_build_failure(message=limit, line=4, step="[2/2] RUN sleep 999", exit_code=None)
    failure = fails(
        make(Build),
        FakeTarget(build=make_build(timed_out=True, failure=stopped)),
        f"{limit} at line 4, [2/2] RUN sleep",
    )
    assert isinstance(failure, TimedOut)
    fails(make(Build), FakeTarget(build=make_build(timed_out=True, seconds=125)), "was ended after 2 min 5 s")


def evidence(build: Attempt) -> list[str]:
    with pytest.raises(Failure) as caught:
        make(Build).run(FakeTarget(build=build))
    return [one.text for one in caught.value.evidence]


def test_evidence_is_the_output_of_the_step_or_else_the_log() -> None:
    assert evidence(make_build(failure=make_build_failure(output="No module\n"))) == ["No module\n"]
    assert evidence(make_build(failure=make_build_failure(output="", step=None), log="all of it")) == ["all of it"]
    assert evidence(make_build(failure=make_build_failure(output=""), log="names of steps")) == []
    assert evidence(make_build(image=None, log="")) == []


def test_is_skipped_when_there_is_nothing_to_build() -> None:
    with pytest.raises(Unmet):
        make(Build).run(FakeTarget())


VERSION_2 = Variant(args=(("VERSION", "2"),))
BY_HAND = "docker build --build-arg VERSION=2 ."


def built(variant: Variant = VERSION_2, *, usual: FakeRebuilt | None = None, **facts: Any) -> FakeTarget:
    """Give a target with one build of a variant, and the usual one."""
    made = {"made": make_image(), "by_hand": BY_HAND, **facts}
    return FakeTarget(
        build=make_build(), rebuilt={variant: FakeRebuilt(**made), Variant(): usual or FakeRebuilt(made=make_image())}
    )


def versioned(**fields: Any) -> Check:
    return make(Build, args={"VERSION": "2"}, **fields)


def test_only_what_is_asked_for_needs_more_than_one_build() -> None:
    for plain in (make(Build), make(Build, fails="x")):
        assert plain.needs_ability() is Builds
    for own in (versioned(), make(Build, target="dev"), make(Build, reproducible=True), make(Build, env={"A": "b"})):
        assert own.needs_ability() is Rebuilds


REFUSES = make_build(failure=make_build_failure(output="sh: VERSION: set it\n"))
SAYS = make_build(
    failure=make_build_failure(message="failed to solve: VERSION: set it", exit_code=None, output="", step=None)
)


def test_a_build_that_is_meant_to_fail() -> None:
    check = make(Build, fails={"contains": "set it"})
    for build in (REFUSES, SAYS):
        passes(check, FakeTarget(build=build))
        passes(make(Build, fails=True), FakeTarget(build=build))
    failure = fails(check, FakeTarget(build=make_build()), "the build makes an image, and it is meant to fail")
    assert (failure.expected, failure.actual) == ("a build that fails: contains 'set it'", "an image")
    assert failure.explained


def test_a_build_that_fails_for_another_reason() -> None:
    check = make(Build, fails={"contains": "set it"})
    # The words stand in the command, which BuildKit's message repeats, but nobody has printed them.
    message = 'failed to solve: process "/bin/sh -c test $V || echo set it" did not complete successfully: exit code: 1'
    other = make_build(failure=make_build_failure(message=message, output="no such file\n"))
    failure = fails(
        check, FakeTarget(build=other), "what it says does not contain 'set it'; the build stopped at line 2"
    )
    assert "exit code 1" in failure.message
    assert failure.actual == "no such file\n"
    assert not failure.explained
    slow = make_build(timed_out=True, seconds=9, failure=make_build_failure(message="not finished after 9 s"))
    assert isinstance(fails(check, FakeTarget(build=slow), "not finished after 9 s"), TimedOut)
    fails(versioned(fails="x"), built(), "with --build-arg VERSION=2: the build makes an image")


def test_a_variant_that_can_not_be_built() -> None:
    failure = fails(
        make(Build, args={"VERSION": "2"}, target="dev", network="none"),
        built(Variant("dev", (("VERSION", "2"),), "none"), outcome=make_build(failure=make_build_failure())),
        "with --build-arg VERSION=2 --target dev --network none: the build stopped at line 2, [2/2] RUN pip",
    )
    assert failure.reproduce == BY_HAND


def test_a_variant_without_an_argument_of_the_exercise() -> None:
    variant = Variant(args=(("A", None), ("B", "1")))
    target = built(variant, outcome=make_build(failure=make_build_failure()))
    fails(make(Build, args={"B": "1", "A": None}), target, "with --build-arg B=1 and without --build-arg A: the build")


def test_the_image_of_a_variant() -> None:
    image = make_image(env={"VERSION": "2"}, labels={"version": "2"}, cmd=("npm", "run", "dev"), user="node:node")
    wanted = {"env": {"VERSION": 2}, "labels": {"version": "2"}, "cmd": ["dev"], "user": "node", "workdir": "/app"}
    passes(versioned(**wanted, entrypoint={"length": 0}), built(made=image))
    failure = fails(
        versioned(**wanted), built(), "with --build-arg VERSION=2: the variable VERSION is missing\nwith --build-arg"
    )
    assert "the label version is missing" in failure.message
    assert "CMD does not contain 'dev'" in failure.message
    assert failure.reproduce is not None
    assert failure.reproduce.startswith("docker build -t try --build-arg VERSION=2 .\ndocker image inspect try")
    fails(versioned(labels={"v": "2"}), built(made=make_image(labels={"v": "1"})), "the label v is '1', expected '2'")
    fails(versioned(entrypoint=["node"], user={"not": "root"}), built(), "the user equals 'root', and should not")


def test_files_of_a_variant() -> None:
    link = make_entry("/v", link="/version.txt", content=None)
    files = {"/version.txt": b"2\n", "/v": link, "/d": make_entry("/d", mode=0o040755, content=None)}
    target = built(files={**files, "/big": make_entry("/big", content=b"2", size=9, truncated=True)})
    passes(versioned(files={"/version.txt": "2", "/v": "2"}), target)
    failure = fails(versioned(files={"/version.txt": "3"}), target, "the content of /version.txt is '2")
    assert failure.reproduce == f"docker build -t try{BY_HAND[12:]}\ndocker run --rm --entrypoint cat try /version.txt"
    fails(versioned(files={"/x": "2"}), target, "with --build-arg VERSION=2: /x is not in the image")
    fails(versioned(files={"/d": "2"}), target, "/d is no file that could be read")
    fails(versioned(files={"/big": "2"}), target, "/big is too large to compare")


def test_whether_the_image_changes() -> None:
    one, two = {"/v": Node(0o100644, "0:0", 1, digest="a")}, {"/v": Node(0o100644, "0:0", 1, digest="b")}
    usual = FakeRebuilt(made=make_image(), nodes=one)
    passes(versioned(changes=True), built(made=make_image(labels={"a": "b"})))
    passes(versioned(changes=True), built(usual=usual, nodes=two))
    passes(versioned(changes=False), built(usual=usual, nodes=one))
    failure = fails(
        versioned(changes=True), built(usual=usual, nodes=one), "VERSION=2: the image is the same as without it"
    )
    assert failure.reproduce == (
        "docker build -t usual .\ndocker build -t other --build-arg VERSION=2 .\ndocker image inspect usual other"
    )
    failure = fails(versioned(changes=False), built(usual=usual, nodes=two), "the image is another one than without it")
    assert failure.actual == "the second has other bytes in it: /v"
    fails(versioned(changes=False), built(made=make_image(labels={"a": "b"})), "another one")
    target = FakeTarget(build=make_build(failure=make_build_failure()), rebuilt={VERSION_2: FakeRebuilt()})
    with pytest.raises(Unmet, match="the image was not built"):
        versioned(changes=True).run(target)


def anew(check: Check, target: FakeTarget, **facts: Any) -> tuple[Check, FakeTarget]:
    made = {"made": make_image(), "by_hand": "docker build --no-cache .", **facts}
    target._rebuilt = {**target._rebuilt, Variant(no_cache=True): FakeRebuilt(**made)}
    return check, target


def test_a_build_that_is_made_twice() -> None:
    first = {f"/{n}": Node(0o100644, "0:0", 1, digest="a") for n in range(9)}
    usual, check = FakeRebuilt(nodes=first), make(Build, reproducible=True)
    passes(*anew(check, built(usual=usual), nodes=first))
    second = {**first, "/3": Node(0o100644, "0:0", 1, digest="b"), "/it's": Node(0o100644, "0:0")}
    because = "two builds of the same files differ: at /3, the second has other bytes in it, and 1 more differ"
    failure = fails(*anew(check, built(usual=usual), nodes=second), because)
    assert failure.actual == "/3: the second has other bytes in it\n/it's: the second has it, and the first does not"
    assert failure.reproduce is not None
    assert failure.reproduce.startswith("docker build -t first .\ndocker build -t second --no-cache .\nfor name in")
    broken = make_build(failure=make_build_failure())
    fails(*anew(check, built(usual=usual), outcome=broken), "built a second time, without the cache, the build stopped")


def test_how_long_a_build_takes() -> None:
    check, steps = make(Build, at_most="30s"), (Step("[1/2] RUN a", seconds=1), Step("[2/2] RUN b", seconds=40))
    passes(*anew(check, built(), outcome=make_build(seconds=30)))
    failure = fails(
        *anew(check, built(), outcome=make_build(seconds=41, steps=steps)),
        "the build takes 41 s without the cache, at most 30 s are allowed",
    )
    assert failure.evidence[0].text == "    40 s  [2/2] RUN b\n     1 s  [1/2] RUN a"
    assert failure.reproduce == "time docker build --no-cache ."


def test_refuses() -> None:
    refuses(Build, "fails excludes labels, changes", args={"A": "1"}, fails="x", labels={"a": "b"}, changes=False)
    refuses(Build, "the build must not fail anyway", fails=False)
    refuses(Build, "give args, target or network", changes=True)
    refuses(Build, "the path must be absolute", files={"a": "b"})
    refuses(Build, "greater than 0", at_most=0)
    refuses(Build, "there is a list of words here", cmd="python app.py")
    refuses(Build, "the user is compared without its group", user="app:app")


def test_what_does_not_go_with_the_exercises_build() -> None:
    spec = BuildSpec(timeout=60, args={"VERSION": "1"})
    assert [*make(Build, at_most=60, args={"VERSION": None, "OTHER": "2"}).against(spec)] == []
    assert [field for field, _ in make(Build, at_most=61, args={"NOPE": None}).against(spec)] == ["at_most", "args"]


DOCKERFILE = f"""\
FROM busybox:1 AS dev
ARG VERSION
ARG UNUSED
RUN test -n "$VERSION" || {{ echo "give me a VERSION: docker build --build-arg VERSION=…"; exit 3; }}
LABEL version=$VERSION
ENV APP_VERSION=$VERSION
RUN echo $VERSION > /version.txt; ls /sys/class/net | grep -qv lo || {{ echo no way out; exit 1; }}
RUN test "$VERSION" = same || head -c 9 /dev/urandom > /random; echo {uuid.uuid4()}
FROM scratch
COPY --from=dev /version.txt /
CMD ["/none"]
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    spec = BuildSpec(network="default", args={"VERSION": "same"}, timeout=60)
    with project_in(tmp_path_factory.mktemp("build"), DOCKERFILE, build=spec) as made:
        yield made


TWO = {"VERSION": "2"}


@pytest.mark.docker
@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, None),
        ({"args": TWO, "files": {"/version.txt": "2"}, "cmd": {"equals": ["/none"]}, "changes": True}, None),
        ({"args": TWO, "files": {"/version.txt": "1"}}, "VERSION=2: the content of /version.txt is '2', expected '1'"),
        ({"args": TWO, "files": {"/none": "1"}}, "with --build-arg VERSION=2: /none is not in the image"),
        ({"args": {"UNUSED": "x"}, "changes": False}, None),
        ({"args": {"UNUSED": "x"}, "changes": True}, "with --build-arg UNUSED=x: the image is the same as without it"),
        ({"args": TWO, "changes": False}, "with --build-arg VERSION=2: the image is another one than without it"),
        ({"target": "dev", "env": {"APP_VERSION": "same"}, "labels": {"version": "same"}}, None),
        ({"target": "dev", "labels": {"version": "1"}}, "with --target dev: the label version is 'same', expected '1'"),
        ({"target": "prod"}, "the Dockerfile has no stage called prod"),
        ({"args": {"VERSION": ""}, "fails": {"matches": "give me a VERSION"}}, None),
        ({"args": {"VERSION": ""}, "fails": {"contains": "exit 3"}}, "the build fails, as it is meant to, but what it"),
        ({"args": {"VERSION": None}, "fails": {"contains": "give me"}}, None),
        ({"args": {"VERSION": None}}, "without --build-arg VERSION: the build stopped at line 4"),
        ({"fails": True}, "the build makes an image, and it is meant to fail"),
        ({"args": {"VERSION": ""}}, "with --build-arg VERSION=: the build stopped at line 4, [dev 2/4] RUN test -n"),
        ({"network": "default"}, None),
        ({"network": "none", "fails": {"contains": "no way out"}}, None),
        ({"network": "none"}, "with --network none: the build stopped at line 7, [dev 3/4] RUN echo"),
        ({"reproducible": True}, None),
        ({"target": "dev", "reproducible": True}, None),
        (
            {"args": TWO, "target": "dev", "reproducible": True},
            "two builds of the same files differ: at /random, the second has other bytes in it",
        ),
        ({"at_most": "60s"}, None),
        ({"at_most": "100ms"}, "without the cache, at most 0.1 s are allowed"),
    ],
)
def test_on_the_engine(project: Project, fields: dict[str, Any], because: str | None) -> None:
    check = make(Build, **fields)
    if because is None:
        check.run(project)
        return
    with pytest.raises(Failure) as caught:
        check.run(project)
    assert because in caught.value.message
