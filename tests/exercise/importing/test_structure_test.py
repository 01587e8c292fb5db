"""Imported files of container-structure-test, and that tool, on the same image: the verdicts must be the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from grader.core.errors import ExerciseError
from grader.exercise.importing import convert
from grader.exercise.load import load
from tests.support.importing import built, files, imported, name, notes, ours, written

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES: Final = files("structure_test")
TOOL: Final = Path(sys.executable).with_name("container-structure-test")
# How the original begins the names of its results.
_PREFIXES: Final = ("Command Test: ", "File Existence Test: ", "File Content Test: ")


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    with built() as tag:
        yield tag


def by_structure_test(path: Path, image: str) -> list[tuple[str, bool]]:
    command = [str(TOOL), "test", "--image", image, "--config", str(path), "--output", "json"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    results = json.loads(done.stdout)["Results"]
    found: dict[str, bool] = {}
    for result in results:
        title = result["Name"]
        for prefix in _PREFIXES:
            title = title.removeprefix(prefix)
        title = {"Metadata Test": "Metadata"}.get(title, title)
        found[title] = found.get(title, True) and bool(result["Pass"])
    return sorted(found.items())


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_file_makes_an_exercise(path: Path, tmp_path: Path) -> None:
    assert load(imported(path, tmp_path)).max_score > 0


@pytest.mark.docker
@pytest.mark.skipif(not TOOL.is_file(), reason="container-structure-test is not for this platform")
@pytest.mark.parametrize("path", FILES, ids=name)
def test_the_same_as_container_structure_test(path: Path, tmp_path: Path, image: str) -> None:
    theirs = by_structure_test(path, image)
    if path.name.startswith("license"):
        # There one result stands for all files.
        assert [passed for _, passed in theirs] == [all(passed for _, passed in ours(imported(path, tmp_path)))]
    else:
        assert ours(imported(path, tmp_path)) == theirs


GOOD: Final = "commandTests: [{name: a, command: ls}]\n"


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("commandTests: [{name: a, command: ls, exitCode: 127}]", "a program that is not in the image counts as"),
        ("commandTests: [{name: a, command: ls, teardown: [[rm, x]]}]", "containers are removed"),
        ("commandTests: [{name: a, command: ls, expectedOutput: ['(']}]", "the original counts it as failed"),
        ("commandTests: [{name: a, command: ls, expectedOutput: ['']}]", "an empty pattern"),
        ("commandTests: [{name: a, command: ls}, {command: ls}]", "commandTests[1]: has no name"),
        ("commandTests: [{name: a, command: ls, envVars: [{key: A, value: $B}]}]", "is filled in here"),
        (f"containerRunOptions: {{privileged: true}}\n{GOOD}", "containerRunOptions.privileged: left out"),
        (f"containerRunOptions: {{bindMounts: ['/a:/b']}}\n{GOOD}", "bindMounts: left out"),
        (f"containerRunOptions: {{envFile: x, envVars: [A]}}\n{GOOD}", "envFile: left out"),
        (f"containerRunOptions: {{allocateTty: true}}\n{GOOD}", "allocateTty: left out"),
        (f"containerRunOptions: {{capabilities: [SYS_ADMIN]}}\n{GOOD}", "SYS_ADMIN is not given"),
        ("fileExistenceTests: [{name: a, path: /a, isExecutableBy: me}]", "there is no 'me'"),
        ("fileExistenceTests: [{name: a, path: /a, permissions: rw}]", "'rw' can't be a file's mode here"),
        ("metadataTest: {exposedPorts: ['53/udp']}", "a port with its protocol is never there"),
        ("licenseTests: [{debian: true}]", "a package that has none is no failure here"),
    ],
)
def test_what_is_not_kept_is_noted(tmp_path: Path, text: str, note: str) -> None:
    assert any(note in one for one in notes(tmp_path, f'schemaVersion: "2.0.0"\n{text}\n'))


def test_unknown_fields_of_json_are_noted_and_those_of_yaml_refused(tmp_path: Path) -> None:
    text = '{"schemaVersion": "2.0.0", "colour": 1, "commandTests": [{"name": "a", "command": "ls"}]}'
    assert notes(tmp_path, text, ".json") == ["colour: unknown field: left out"]
    with pytest.raises(ExerciseError, match=r"given.yaml:1:28: unknown field colour"):
        convert(written(tmp_path, text))
