from __future__ import annotations

import pytest

from grader.core.script.windows import is_windows, translated


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("docker cp .\\worker.sh web:/", "docker cp ./worker.sh web:/"),
        ("docker cp web:/a .\\", "docker cp web:/a ./"),
        ("docker run -v .\\data\\x:/app a", "docker run -v ./data/x:/app a"),
        ('docker run -v "${PWD}\\data:/app" a', 'docker run -v "${PWD}/data:/app" a'),
        ("docker run -v %cd%\\data:/app a", "docker run -v %cd%/data:/app a"),
        (
            "docker run --mount type=bind,source=..\\x,target=/x a",
            "docker run --mount type=bind,source=../x,target=/x a",
        ),
        ("docker build -f .\\docker\\Dockerfile .", "docker build -f ./docker/Dockerfile ."),
        ("docker cp web:/report.txt C:\\Users\\ben\\docker\\report.txt", "docker cp web:/report.txt ./report.txt"),
        ('docker cp web:/a.txt "C:\\Users\\ben lee\\b.txt"', "docker cp web:/a.txt ./b.txt"),
        ("docker cp <the id>:/a.txt C:/Users/b.txt", "docker cp <the id>:/a.txt ./b.txt"),
        (
            "docker container cp -q web:/a.txt C:\\docker && docker ps",
            "docker container cp -q web:/a.txt . && docker ps",
        ),
        ("docker cp web:/data C:\\docker\\data", "docker cp web:/data ./data"),
        ("docker cp web:/data C:\\docker\\", "docker cp web:/data ."),
        ("cd data\\sub", "cd data/sub"),
        ("cat .\\data\\a.txt", "cat ./data/a.txt"),
        ("copy a\\b.txt .\\c.txt", "copy a/b.txt ./c.txt"),
    ],
)
def test_paths(line: str, changed: str) -> None:
    found, notes = translated(line, line.split(maxsplit=1)[0])
    assert found == changed
    assert notes


@pytest.mark.parametrize(
    "line",
    [
        "docker cp C:\\a.txt web:/", "cd C:\\Users\\ben\\docker", "docker run -v C:\\data:/data a", "docker ps",
        "docker run a printf 'a\\nb'", "docker run a grep a.\\b", "docker run \\", "docker run data\\x",
        "docker cp web:/a 'C:\\$(b)'", "docker cp c:\\a.txt C:\\b.txt", "cat C:\\a.txt",
    ],
)  # fmt: skip
def test_what_is_left_as_it_is(line: str) -> None:
    assert translated(line, line.split(maxsplit=1)[0]) == (line, ())


@pytest.mark.parametrize("text", ["PS C:\\Users> docker ps", "a\n  C:\\x>docker ps", "> PS> ls", "PS C:\\Users>"])
def test_windows(text: str) -> None:
    assert is_windows(text)


@pytest.mark.parametrize("text", ["", "PS I used Windows", "$ docker ps", "C:\\Users", "docker cp C:\\a> b"])
def test_no_windows(text: str) -> None:
    assert not is_windows(text)


@pytest.mark.parametrize("unit", [".\\", " .\\a", "docker cp ", "a\\", "C:\\", "docker cp aa:b ", "<"])
def test_hostile_lines_end(unit: str) -> None:
    translated(f"docker cp {unit * (16_000 // len(unit))}", "cd")
