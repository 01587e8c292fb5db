"""Files of other tools: which format they are of, and which are of no use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.core.errors import ExerciseError, UsageError
from grader.exercise.importing import convert
from tests.support.importing import files, written

if TYPE_CHECKING:
    from pathlib import Path


def test_there_are_at_least_thirty_files() -> None:
    assert len(files("structure_test")) + len(files("goss")) >= 30


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("schemaVersion: '3.0.0'\n", "schemaVersion must be 2.0.0"),
        ("- a\n", "holds no tests"),
        ("nothing: {a: {b: 1}}\n", "goss has no resource nothing"),
        ("gossfile: {other.yaml: {}}\n", "there is no file other.yaml"),
        ("dns: {localhost: {resolvable: true}}\n", "there is no test in it that can be imported"),
        ("file: {{ .Env.FILE }}\n", "given.yaml:1"),
    ],
)
def test_files_of_no_use_are_refused(tmp_path: Path, text: str, because: str) -> None:
    with pytest.raises((ExerciseError, UsageError)) as caught:
        convert(written(tmp_path, text))
    assert because in caught.value.message
