from __future__ import annotations

import pytest

from grader.core.script.wording import Verdict, first_word, in_block, in_list, in_prose, is_docker, lacks


@pytest.mark.parametrize(
    "text",
    [
        "docker run -d nginx", "docker ps", "docker build -t a .", "docker run ubuntu echo this is the end",
        "docker run -it ubuntu sh -c 'while true; do echo in the loop; done'", "docker ps -a # lists all of them",
        "docker-compose up", "docker --version", "docker network create a", "docker stop web db", "docker.exe ps",
        "sudo docker ps", "sudo -u ada docker ps", "winpty docker ps", "cd app", "PORT=3000", "A=$(docker ps)",
        "curl localhost:3000", "curl -s http://x", "cat file.txt", "rm -rf x", 'echo "hi" > a', "exit", "sleep 5",
        "for i in 1 2; do docker ps; done", "[ -f a ]", "mkdir -p a/b",
    ],
)  # fmt: skip
def test_commands(text: str) -> None:
    assert in_prose(text) is Verdict.COMMAND
    assert in_block(text) is Verdict.COMMAND


@pytest.mark.parametrize(
    "text",
    [
        "docker run starts a container", "docker is a tool", "Docker images are blueprints", "echo of the past",
        "set up docker", "for this exercise I used", "test the container", "curl is nice", "head over to", "[ a",
        "docker ps shows what runs", "", "find it here.", "docker exec and docker run", "[x", "type something",
    ],
)  # fmt: skip
def test_sentences(text: str) -> None:
    assert in_prose(text) is Verdict.OTHER


@pytest.mark.parametrize(
    "text",
    [
        "docker ps -a shows all the containers", "docker pull nginx.", "docker rnu -d nginx", "Docker run -d nginx",
        "docker sp",
    ],
)  # fmt: skip
def test_doubts(text: str) -> None:
    assert in_prose(text) is Verdict.DOUBT


@pytest.mark.parametrize("text", ["docker run", "docker exec web", "docker run ...", "docker run -p 3000:3000"])
def test_mentions(text: str) -> None:
    assert in_prose(text) is Verdict.MENTION
    assert in_block(text) is Verdict.COMMAND


def test_a_block_may_hold_sentences() -> None:
    assert in_block("docker run starts a container") is Verdict.DOUBT
    assert in_block("Docker run nginx") is Verdict.DOUBT
    assert in_block("npm start") is Verdict.OTHER
    assert in_block("./run.sh") is Verdict.COMMAND


def test_parts() -> None:
    assert first_word("sudo -E -u ada docker ps") == "docker"
    assert first_word("sudo") == ""
    assert is_docker("sudo docker ps \\")
    assert not is_docker("docker")
    assert lacks("docker stop")
    assert not lacks("docker stop <container id>")
    assert not lacks("echo")


@pytest.mark.parametrize(
    "text", ["docker ps", "mkdir a", "cp a b", "echo this is it", "npm install", "./run.sh", "A=1"]
)
def test_in_a_list(text: str) -> None:
    assert in_list(text) is Verdict.COMMAND


@pytest.mark.parametrize("text", ["Then it ran.", "find out which of them is up", "docker is up", "words"])
def test_words_in_a_list(text: str) -> None:
    assert in_list(text) is not Verdict.COMMAND
