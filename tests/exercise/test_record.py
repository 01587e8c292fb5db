from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from grader.core.errors import ExerciseError
from grader.exercise.load import FILE, load
from grader.exercise.record import FILES, record, row
from tests.support.exercises import GOOD, write

if TYPE_CHECKING:
    from pathlib import Path


def test_what_the_file_says_before_variables_are_filled_in(tmp_path: Path) -> None:
    text = GOOD.replace("title: It", "title: It ${token}\nvars: {token: {random: hex8}}\ndue: 2026-12-01T00:00:00Z")
    found = record(write(tmp_path, text))
    assert (found["id"], found["title"], found["due"]) == ("it", "It ${token}", "2026-12-01T00:00:00Z")
    assert found["checks"][1] == {"id": "answers", "kind": "http", "port": 3000, "needs": ["builds"]}
    assert json.loads(json.dumps(found)) == found


def test_the_other_files_by_their_digests(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "starter").mkdir()
    (folder / "starter" / "Dockerfile").write_bytes(b"FROM busybox:1\n")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_bytes(b"")
    assert record(folder)[FILES] == {"starter/Dockerfile": hashlib.sha256(b"FROM busybox:1\n").hexdigest()}


@pytest.mark.parametrize(
    ("raw", "why"), [(b"a: [", "not valid YAML"), (b"- a\n", "must be a map"), (b"\xff", "not UTF-8 text")]
)
def test_what_cannot_be_read(tmp_path: Path, raw: bytes, why: str) -> None:
    folder = write(tmp_path)
    (folder / FILE).write_bytes(raw)
    with pytest.raises(ExerciseError, match=why):
        record(folder)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ExerciseError, match="No such file"):
        record(tmp_path)


def test_as_the_store_keeps_it(tmp_path: Path) -> None:
    exercise = load(write(tmp_path, GOOD.replace("title: It", "title: It ${n}\nvars: {n: 5}")))
    kept = row(exercise)
    assert (kept.digest, kept.id, kept.title, str(kept.max_score)) == (exercise.digest, "it", "It 5", "2")
    assert kept.file["title"] == "It ${n}"
