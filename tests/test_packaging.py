"""What an installed grader has with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parent.parent
COURSE: Final = sorted(path.parent.name for path in (ROOT / "exercises").glob("*/exercise.yaml"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with what a wheel holds, built without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel"]
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run([*pip, *options], check=True, capture_output=True, timeout=60)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_course_is_found(installed: Path, tmp_path: Path) -> None:
    code = "import grader, json; from grader.exercise.find import available; from grader.exercise.load import load; "
    code += "print(json.dumps([grader.__file__, sorted(load(one).id for one in available().values())]))"
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    place, found = json.loads(done.stdout)
    assert Path(place).is_relative_to(installed)
    assert found == COURSE


def test_all_files_are_there(installed: Path) -> None:
    files = [path for path in (ROOT / "grader").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    missing = [str(path) for path in files if not (installed / path.relative_to(ROOT)).exists()]
    assert missing == []
    assert (installed / "grader" / "py.typed").exists()


def test_metadata(installed: Path) -> None:
    [metadata] = installed.glob("*.dist-info/METADATA")
    text = metadata.read_text(encoding="utf-8")
    assert "License-Expression: MIT" in text
    assert "# grader" in text
