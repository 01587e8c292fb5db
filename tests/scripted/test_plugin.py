"""The plugin in runs that have nothing to do with it, and what it says to people who start one."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from grader.scripted.alone import plain

if TYPE_CHECKING:
    from pathlib import Path

HOW = "Say which submission it is about: pytest --grader-submission FOLDER"


def run(folder: Path, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest on one file, with the grader installed as it is."""
    (folder / "test_it.py").write_text(text)
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", "--strict-markers", *options]
    return subprocess.run([*words, "test_it.py"], cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_loading_it_costs_nothing() -> None:
    code = """
import sys, pytest
before = set(sys.modules)
import grader.scripted.plugin
print(*sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["grader", "grader.scripted", "grader.scripted.plugin"]


def test_other_runs_are_as_they_were(tmp_path: Path) -> None:
    text = """
import sys, pytest

@pytest.fixture
def image(): return "mine"

@pytest.mark.points(2)
@pytest.mark.hint("a")
@pytest.mark.hidden
@pytest.mark.needs("b")
def test_mine(image):
    assert image == "mine"
    assert "pydantic" not in sys.modules
    assert "grader.scripted.fixtures" not in sys.modules
"""
    done = run(tmp_path, text)
    assert done.returncode == 0, done.stdout
    assert "grader" not in done.stdout.partition("collected")[2]


def test_a_fixture_without_a_submission_says_what_to_do(tmp_path: Path) -> None:
    names = ["http", "image", "container", "run", "engine", "submission"]
    done = run(tmp_path, "\n".join(f"def test_{name}({name}): pass" for name in names))
    assert done.returncode == 1
    for name in names:
        assert f"The fixture '{name}' is there for submissions. Say which submission it is about: " in done.stdout
    assert "pytest --grader-submission FOLDER" in done.stdout


@pytest.mark.parametrize("name", ["host", "http", "image"])
def test_an_exercises_tests_do_not_run_without_a_submission(tmp_path: Path, name: str) -> None:
    (tmp_path / "exercise.yaml").touch()
    (tmp_path / "tests").mkdir()
    text = f"def test_ran(): open('ran', 'w').close()\ndef test_a({name}): pass\n"
    done = run(tmp_path / "tests", text)
    assert done.returncode == 4
    assert f"looks at a submission. {HOW}" in done.stderr
    assert not (tmp_path / "tests" / "ran").exists()
    assert run(tmp_path / "tests", text, "--collect-only").returncode == 0


def test_host_beside_our_fixtures_is_not_this_machine(tmp_path: Path) -> None:
    done = run(tmp_path, "def test_a(host): pass\ndef test_b(http): pass")
    assert done.returncode == 4
    assert f"test_it.py::test_a[local] looks at a submission. {HOW}" in done.stderr


def test_testinfra_by_itself_is_as_it_was(tmp_path: Path) -> None:
    done = run(tmp_path, "def test_a(host): assert host.file('/').is_directory")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--grader-submission", "missing"], "--grader-submission: there is no missing"),
        (["--grader-submission", "test_it.py"], "without --grader-exercise it must be a folder with a Dockerfile"),
        (["--grader-exercise", "it"], "--grader-exercise needs a submission"),
        (["--grader-engine", "cloud"], "invalid choice: 'cloud'"),
    ],
)
def test_wrong_usage(tmp_path: Path, options: list[str], message: str) -> None:
    done = run(tmp_path, "def test_it(): pass", *options)
    assert done.returncode == 4
    assert message in done.stderr


def test_an_exercise_that_is_not_there(tmp_path: Path) -> None:
    options = ["--grader-submission", ".", "--grader-exercise", "no-such-exercise"]
    done = run(tmp_path, "def test_it(image): pass", *options)
    assert done.returncode == 2
    assert "there is no exercise 'no-such-exercise'" in done.stdout


def test_no_engine_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    done = run(tmp_path, "def test_it(image): pass\ndef test_other(image): pass", "--grader-submission", ".")
    assert done.returncode == 3
    assert "no Docker engine is running" in done.stdout
    assert "test_other" not in done.stdout


def test_what_is_internal_is_not_shown(tmp_path: Path) -> None:
    shown = run(tmp_path, "", "--help").stdout
    assert "--grader-submission" in shown
    assert "--grader-channel" not in shown


# --- without an exercise --------------------------------------------------------------------------------------------


def opened(folder: Path, text: str) -> Any:
    (folder / "Dockerfile").write_text(text)
    return plain(folder).file


def test_a_dockerfile_may_use_what_it_names(tmp_path: Path) -> None:
    text = "FROM golang:1 AS b\nFROM b AS c\nFROM busybox:1\nCOPY --from=c /a /a\nCOPY --from=redis:7 /b /b\n"
    assert opened(tmp_path, text).images == ("busybox:1", "golang:1", "redis:7")


def test_what_it_exposes_is_published(tmp_path: Path) -> None:
    file = opened(tmp_path, "FROM busybox:1\nEXPOSE 80 9000/tcp 53/udp 8000-8010 $PORT 99999\n")
    assert file.containers["main"].publish == (80, 9000)
    assert file.containers["main"].ready.port == 80


@pytest.mark.parametrize("text", ["", "FORM scratch\n", "FROM scratch\n"])
def test_where_nothing_is_named(tmp_path: Path, text: str) -> None:
    file = opened(tmp_path, text)
    assert (file.images, file.containers["main"].publish) == ((), ())
