"""Builds that differ from the exercise's own, on the real engine."""

from __future__ import annotations

import stat
import uuid
from typing import TYPE_CHECKING

import pytest

from grader.core.clock import limit, remaining, stopwatch
from grader.core.dockerfile import parse
from grader.core.errors import Failure, Missing, Unmet
from grader.core.specs import BuildSpec
from grader.core.variants import Variant
from grader.sandbox import fingerprint, variants
from grader.sandbox.builder import AS_DESCRIBED
from grader.sandbox.policy import Refused
from tests.support.engine import project_in, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.core.facts import Build
    from grader.sandbox.project import Project

docker = pytest.mark.docker

STAGES = """\
FROM busybox:1 AS dev
ARG VERSION=1
WORKDIR /app
COPY requirements.txt .
RUN cp requirements.txt /installed; ln -s /installed /link; ln /installed /second; echo %s
COPY . .
ENV VERSION=$VERSION
RUN echo -n $VERSION > /version.txt; ls /sys/class/net > /networks
FROM dev
LABEL stage=last
"""
FILES: dict[str, str | bytes] = {"requirements.txt": "flask\n", "app.py": "print()", "notes.md": "", "a/b.txt": "b"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Open one project for all of these tests, whose build no other one has made before."""
    folder = tmp_path_factory.mktemp("variants")
    files = {**FILES, ".dockerignore": "*.md\n"}
    with project_in(folder, STAGES % uuid.uuid4(), files, build=BuildSpec(network="default", timeout=60)) as project:
        yield project


def became(build: Build) -> dict[int | None, bool]:
    """Give by the line of each step whether it was cached."""
    return {step.line: step.cached for step in build.steps if "FROM" not in step.name}


@docker
def test_the_usual_build_is_made_once(project: Project) -> None:
    usual = project.rebuild(AS_DESCRIBED)
    assert usual.outcome is project.build()
    assert became(usual.outcome) | {3: True, 4: True} == {3: True, 4: True, 5: False, 6: False, 8: False}
    assert (usual.by_hand, usual.image().labels) == ("docker build .", {"stage": "last"})


@docker
def test_arguments_and_stages(project: Project) -> None:
    two = project.rebuild(Variant("dev", (("VERSION", "2"),)))
    assert two is project.rebuild(Variant("dev", (("VERSION", "2"),)))
    assert two.by_hand == "docker build --build-arg VERSION=2 --target dev ."
    assert (two.image().env["VERSION"], two.image().labels) == ("2", {})
    entry = two.entry("/version.txt")
    assert entry is not None
    assert entry.content == b"2"
    with pytest.raises(Missing, match="the Dockerfile has no stage called prod") as caught:
        project.rebuild(Variant("prod"))
    assert caught.value.actual == "the stages dev"
    assert not caught.value.explained  # what became of another build is no cause


@docker
def test_networks(project: Project) -> None:
    found = []
    for network in ("none", "default"):
        entry = project.rebuild(Variant(network=network)).entry("/networks")
        assert entry is not None
        found.append((entry.content or b"").split())
    assert found[0] == [b"lo"]
    assert len(found[1]) > 1


@docker
def test_a_change_is_seen_and_stays_in_the_copy(project: Project) -> None:
    before = project._plan.context.joinpath("app.py").read_text()
    for change in (Variant(changed=(("app.py", None),)), Variant(changed=(("app.py", "2"), ("a/b.txt", None)))):
        made = project.rebuild(change)
        assert became(made.outcome) == {3: True, 4: True, 5: True, 6: False, 8: False}
        entry = made.entry("/app/app.py")
        assert entry is not None
        assert (entry.content or b"").split() == [(change.changed[0][1] or before).encode()]
        assert stat.S_IMODE(entry.mode) == 0o644
    # What was seen before is not seen again: the same change has other content in every attempt.
    assert not any(
        became(project._builder._vary(Variant(changed=(("requirements.txt", None),)))).get(n) for n in (4, 5)
    )
    assert project._plan.context.joinpath("app.py").read_text() == before
    assert not any(kind == "folder" for kind, _ in project._ledger._objects)


@docker
def test_files_that_are_not_part_of_the_build(project: Project) -> None:
    with pytest.raises(Missing, match=r"there is no file 'main\.py' in the submission") as caught:
        project.rebuild(Variant(changed=(("main.py", None),)))
    assert caught.value.actual is not None
    assert "a/b.txt, app.py" in caught.value.actual
    for name in ("a", "../../work/app.py"):
        with pytest.raises(Missing):
            project.rebuild(Variant(changed=((name, None),)))
    with pytest.raises(Failure, match=r"'notes.md' is kept out of the build by .dockerignore"):
        project.rebuild(Variant(changed=(("notes.md", None),)))


@docker
def test_whole_images(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    usual, fresh = project.rebuild(AS_DESCRIBED), project.rebuild(Variant(no_cache=True))
    # A folder is made by BuildKit itself, which does not do that anew.
    assert became(fresh.outcome) | {3: True} == {3: True, 4: False, 5: False, 6: False, 8: False}
    assert fresh.outcome.image != usual.outcome.image
    assert usual.tree() == fresh.tree()
    tree = fresh.tree()
    assert tree["/link"].link == "/installed"
    assert tree["/second"] == tree["/installed"]
    assert (tree["/installed"].owner, tree["/installed"].size) == ("0:0", 6)
    assert "/bin" in tree
    for name, most in (("MAX_BYTES", 20_000), ("MAX_NODES", 5)):
        with monkeypatch.context() as patched:
            patched.setattr(fingerprint, name, most)
            with pytest.raises(Failure, match="the image is too large to compare"):
                project.rebuild(Variant("dev")).tree()


@docker
def test_variants_take_no_time_of_the_check(project: Project) -> None:
    with stopwatch() as spent, limit(30, "the check"):
        before = remaining(30)
        project.rebuild(Variant("dev", no_cache=True)).tree()
        assert before - remaining(30) < spent["rebuild"] / 2


@docker
def test_rules_hold_for_what_arguments_make_of_a_dockerfile(tmp_path: Path) -> None:
    text = 'ARG BASE=busybox:1\nFROM $BASE\nARG V\nRUN test -n "$V" || { echo V is missing; exit 3; }\n'
    with project_in(tmp_path, text, images=("busybox:1",)) as project:
        for _ in range(2):
            with pytest.raises(Refused, match=r"FROM '\$BASE' is not one of the images"):
                project.rebuild(Variant(args=(("BASE", "nginx:1"),)))
        refused = project.case("build", Failure("x"), port=None, container=None)
        assert refused.refused == "images"
        good = project.rebuild(Variant(args=(("V", "1"),)))
        assert good.outcome.ok
        usual = project.rebuild(AS_DESCRIBED)
        assert usual.outcome.failure is not None
        assert usual.outcome.failure.output == "V is missing\n"
        with pytest.raises(Unmet):
            usual.tree()
        case = project.case("build", Failure("x"), port=None, container=None)
        assert case.build is usual.outcome


@docker
def test_a_variant_that_takes_too_long(tmp_path: Path) -> None:
    text = "FROM busybox:1\nARG V=0\nRUN sleep $V\n"
    with project_in(tmp_path, text, build=BuildSpec(timeout=3)) as project:
        assert project.build().ok
        slow = project.rebuild(Variant(args=(("V", "60"),)))
        assert slow.outcome.timed_out
        assert project._ledger.engine.doubt == "a build did not end in time"


@docker
@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("FROM busybox:1\nUSER 1\nCMD x\nRUN <<EOF\ntrue\nEOF\nVOLUME /v\nEXPOSE 1\nADD a /\nWORKDIR /w\n", [4, 9, 10]),
        ("FROM scratch\nLABEL a=b\nCOPY a /\nCOPY --link a /b\n", [3, 4]),
        (
            "FROM busybox:1 AS one\nRUN true\nFROM one AS two\nWORKDIR /w\nFROM scratch\nCOPY --from=two /w /w\n",
            [2, 4, 6],
        ),
        ("FROM busybox:1\n" + "RUN true\n" * 12, list(range(2, 14))),
        ("FROM busybox:1\nARG A=x\nRUN echo \\\n  $A\nCOPY <<EOF <<EOG /\na\nEOF\nb\nEOG\nRUN true\n", [3, 5, 10]),
        ("# syntax=docker/dockerfile:1\nFROM busybox:1\nHEALTHCHECK NONE\nRUN --network=none true\n", [4]),
    ],
    ids=["all kinds", "scratch", "stages", "many", "documents", "syntax"],
)
def test_steps_have_their_lines(tmp_path: Path, text: str, lines: list[int]) -> None:
    with project_in(tmp_path, text, {"a": "a"}) as project:
        build = project.build()
        assert build.ok
        found = [step.line for step in build.steps if "FROM" not in step.name or "--from" in step.name]
    assert found == lines


def test_commands_to_type(tmp_path: Path) -> None:
    described = BuildSpec(args={"A": "it's", "B": "1"}, target="web")
    name = write(tmp_path, {"docker/Dockerfile.dev": ""}) / "docker" / "Dockerfile.dev"
    made = variants.by_hand(described, name, tmp_path, Variant(None, (("B", "2"), ("C", None)), "none", no_cache=True))
    assert made == (
        "docker build -f docker/Dockerfile.dev --build-arg 'A=it'\"'\"'s' --build-arg B=2 "
        "--target web --network none --no-cache ."
    )


def test_stages_are_found_by_name() -> None:
    dockerfile = parse("FROM a AS Web\nFROM b\n")
    for target in (None, "web", "WEB"):
        variants.check_target(dockerfile, Variant(target))
    for target in ("0", "other"):
        with pytest.raises(Missing):
            variants.check_target(dockerfile, Variant(target))
    with pytest.raises(Missing) as caught:
        variants.check_target(parse("FROM a\n"), Variant("web"))
    assert (caught.value.expected, caught.value.actual) == ("FROM … AS web", "no stage has a name")
