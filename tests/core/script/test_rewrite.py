from __future__ import annotations

import pytest

from grader.core.script.rewrite import placeholders, plain, prepare, straight


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("docker ps \u2013a", "docker ps -a"),
        ("docker run \u2014name web", "docker run --name web"),
        ("docker run \u2013\u2013rm \u2013it a", "docker run --rm -it a"),
        ("docker run \u2014-name=web", "docker run --name=web"),
        ("docker run a\u2013b", "docker run a\u2013b"),
        ("echo \u201ca\u201d \u2018b\u2019", "echo \"a\" 'b'"),
        ("echo \"it\u2019s \u2013 fine\" 'a\u201d'", "echo \"it\u2019s \u2013 fine\" 'a\u201d'"),
    ],
)
def test_word_processors(line: str, changed: str) -> None:
    found, notes = prepare(line)
    assert found == changed
    assert bool(notes) is (line != changed)
    assert straight(line) == (found, notes)


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("-v %cd%:/a", '-v "$PWD":/a'),
        ('-v "%cd%":/a', '-v "$PWD":/a'),
        ('-v "%CD%\\x:/a"', '-v "$PWD\\x:/a"'),
        ("-v ${pwd}:/a", '-v "$PWD":/a'),
        ("-v $(PWD):/a -v $(PWD)/b:/b", '-v "$PWD":/a -v "$PWD"/b:/b'),
        ("-v $(pwd):/a -v ${PWD}:/b", "-v $(pwd):/a -v ${PWD}:/b"),
    ],
)
def test_other_words_for_the_folder(line: str, changed: str) -> None:
    assert prepare(line)[0] == changed


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("docker stop <container id>", "docker stop '<container id>'"),
        ("docker cp <id>:/a <b>", "docker cp '<id>':/a '<b>'"),
        ("docker stop '<a>' \"<b>\"", "docker stop '<a>' \"<b>\""),
        ("docker run -i a <in.txt >out.txt", "docker run -i a <in.txt >out.txt"),
        ("docker run a <<b> c", "docker run a <<b> c"),
        ("docker run a < b", "docker run a < b"),
    ],
)
def test_placeholders_are_quoted(line: str, changed: str) -> None:
    assert prepare(line) == (changed, ())


def test_placeholders_are_found() -> None:
    assert placeholders("docker cp '<id>':/a '<some name>'") == ("<id>", "<some name>")
    assert placeholders("docker ps") == ()


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("sudo docker ps", "docker ps"),
        ("sudo -E docker ps | sudo tee a", "docker ps | tee a"),
        ("for i in 1; do sudo docker-compose ps; done", "for i in 1; do docker compose ps; done"),
        ("A=1 sudo winpty docker.exe ps", "A=1 docker ps"),
        ("sudo -u ada docker ps", "sudo -u ada docker ps"),
        ("sudo", "sudo"),
        ("echo sudo docker-compose", "echo sudo docker-compose"),
        ("cat <<E\nsudo docker ps\nE", "cat <<E\nsudo docker ps\nE"),
        ("x=$(sudo docker ps)", "x=$(docker ps)"),
        ("docker ps", "docker ps"),
    ],
)
def test_names_that_are_known_here(text: str, changed: str) -> None:
    assert plain(text) == changed
