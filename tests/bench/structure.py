"""The structure of a ready image: `grader check` against container-structure-test, in pairs in one run.

    .venv/bin/python tests/bench/structure.py [PAIRS]

Both begin with a submission, a Dockerfile of one line, `FROM` one image, and ask the same of what it makes: 20
commands, 20 files with their contents, 10 facts of its configuration. The grader builds it; container-structure-test
takes an image, so that `docker build` comes before it, and is part of its time. Prints medians and ratios, of all and
of each part by itself, then the most memory that checks of files, packages and layers take on an image of 200 MB.
"""

from __future__ import annotations

import json
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

BIN: Final = Path(sys.executable).parent
GRADER: Final = shutil.which("grader", path=str(BIN)) or "grader"
CST: Final = shutil.which("container-structure-test", path=str(BIN)) or "container-structure-test"
IMAGE: Final = "grader-bench-structure:1"
BUILT: Final = "grader-bench-structure:built"
LARGE: Final = "grader-bench-structure:large"
COUNT: Final = 20
_MIB: Final = 1024 * 1024

DOCKERFILE: Final = f"""\
FROM python:3-slim
WORKDIR /app
RUN for n in $(seq {COUNT}); do echo "file $n" > "file$n.txt"; done
ENV NAME=bench LEVEL=3
LABEL org.example.owner=bench
EXPOSE 3000
VOLUME /data
USER 1000
ENTRYPOINT ["python3"]
CMD ["app.py"]
"""
HEAD: Final[dict[str, Any]] = {
    "schema": "grader/exercise/v1",
    "id": "structure",
    "title": "Structure",
    "submission": {"kind": "dockerfile"},
}
CONFIGURED: Final[list[tuple[dict[str, Any], dict[str, Any]]]] = [
    ({"env": {"NAME": "bench"}}, {"envVars": [{"key": "NAME", "value": "bench"}]}),
    ({"env": {"LEVEL": 3}}, {"envVars": [{"key": "LEVEL", "value": "3"}]}),
    ({"labels": {"org.example.owner": "bench"}}, {"labels": [{"key": "org.example.owner", "value": "bench"}]}),
    ({"ports": [3000]}, {"exposedPorts": ["3000"]}),
    ({"ports_absent": [80]}, {"unexposedPorts": ["80"]}),
    ({"volumes": ["/data"]}, {"volumes": ["/data"]}),
    ({"user": "1000"}, {"user": "1000"}),
    ({"workdir": "/app"}, {"workdir": "/app"}),
    ({"entrypoint": {"equals": ["python3"]}}, {"entrypoint": ["python3"]}),
    ({"cmd": {"equals": ["app.py"]}}, {"cmd": ["app.py"]}),
]
"""What is asked of the configuration: of the grader, and of the other."""


PARTS: Final = ("commands", "files", "facts")


def ours(folder: Path, parts: tuple[str, ...]) -> list[str]:
    """Write the exercise and a submission; give the command."""
    asked: dict[str, list[dict[str, Any]]] = {
        "commands": [
            {"id": f"command-{n}", "kind": "command", "run": ["cat", f"/app/file{n}.txt"], "stdout": f"file {n}"}
            for n in range(1, COUNT + 1)
        ],
        "files": [
            {"id": f"file-{n}", "kind": "file", "path": f"/app/file{n}.txt", "content": {"matches": f"^file {n}\n$"}}
            for n in range(1, COUNT + 1)
        ],
        "facts": [{"id": f"facts-{n}", "kind": "image", **ask} for n, (ask, _) in enumerate(CONFIGURED)],
    }
    return exercise(folder / "structure", IMAGE, [check for part in parts for check in asked[part]])


def exercise(folder: Path, image: str, checks: list[dict[str, Any]]) -> list[str]:
    """Write an exercise about an image, and a submission that is that image; give the command that grades it."""
    work = folder / "work"
    work.mkdir(parents=True)
    (work / "Dockerfile").write_text(f"FROM {image}\n")
    text = json.dumps({**HEAD, "id": folder.name, "images": [image], "checks": checks})
    (folder / "exercise.yaml").write_text(text)  # JSON is YAML
    return [GRADER, "check", str(folder), str(work)]


def theirs(folder: Path, parts: tuple[str, ...]) -> list[str]:
    """Write the same for container-structure-test; give the command."""
    written: dict[str, Any] = {"schemaVersion": "2.0.0"}
    names = [(n, f"/app/file{n}.txt", f"^file {n}\n$") for n in range(1, COUNT + 1)]
    if "commands" in parts:
        written["commandTests"] = [
            {"name": f"command {n}", "command": "cat", "args": [path], "expectedOutput": [text]}
            for n, path, text in names
        ]
    if "files" in parts:
        # It has a test for existence and another one for contents; ours is both at once.
        written["fileExistenceTests"] = [
            {"name": f"file {n}", "path": path, "shouldExist": True} for n, path, _ in names
        ]
        written["fileContentTests"] = [
            {"name": f"content {n}", "path": path, "expectedContents": [text]} for n, path, text in names
        ]
    metadata: dict[str, Any] = {}
    for _, ask in CONFIGURED if "facts" in parts else ():
        for name, value in ask.items():
            metadata[name] = [*metadata[name], *value] if isinstance(metadata.get(name), list) else value
    if metadata:
        written["metadataTest"] = metadata
    path = folder / "theirs.json"
    path.write_text(json.dumps(written))
    (folder / "Dockerfile").write_text(f"FROM {IMAGE}\n")
    build = f"docker build --quiet --tag {BUILT} {shlex.quote(str(folder))} > /dev/null"
    return ["sh", "-c", f"{build} && exec {shlex.join([CST, 'test', '--image', BUILT, '--config', str(path)])}"]


def seconds(argv: list[str]) -> float:
    """Time one run, in which everything must pass."""
    started = time.perf_counter()
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)
    took = time.perf_counter() - started
    if done.returncode != 0:
        sys.exit(f"{' '.join(argv)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return took


def build(image: str, dockerfile: str) -> None:
    """Make an image to look at."""
    argv = ["docker", "build", "-q", "-t", image, "-"]
    subprocess.run(argv, input=dockerfile, capture_output=True, text=True, check=True)


def compare(folder: Path, parts: tuple[str, ...], pairs: int) -> None:
    """Time both in turn, after one run of each that doesn't count."""
    folder.mkdir()
    commands = {"grader": ours(folder, parts), "other": theirs(folder, parts)}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for argv in commands.values():
        seconds(argv)
    for pair in range(pairs):
        for name in sorted(commands, reverse=bool(pair % 2)):
            times[name].append(seconds(commands[name]))
    shown = [f"{statistics.median(found):6.2f} s ({min(found):5.2f} to {max(found):5.2f})" for found in times.values()]
    ratio = statistics.median(times["other"]) / statistics.median(times["grader"])
    print(f"{' + '.join(parts):26} {shown[0]}   {shown[1]}   {ratio:5.1f}", flush=True)


def memory(folder: Path) -> None:
    """Say how much memory checks of files take at the most, on an image of 200 MB."""
    build(
        LARGE, "FROM python:3-slim\nRUN head -c 80000000 /dev/urandom > /large && mkdir /app && echo a > /app/a.txt\n"
    )
    checks: list[dict[str, Any]] = [
        {"id": "large", "kind": "file", "path": "/large", "size": 80_000_000},
        {"id": "one", "kind": "file", "path": "/app/a.txt", "content": "a"},
        {"id": "many", "kind": "file", "glob": "/**/*.pyc", "count": {"at_least": 0}},
        {"id": "all", "kind": "file", "glob": "/**", "count": {"at_least": 100}},
        {"id": "packages", "kind": "packages", "installed": ["bash"]},
        {"id": "layers", "kind": "history", "secrets": False, "base": True, "wasted": {"at_most": "9MB"}},
    ]
    seconds(exercise(folder / "memory", LARGE, checks))
    size = int(subprocess.check_output(["docker", "image", "inspect", "-f", "{{.Size}}", LARGE]))
    # Of all that ran before, nothing but this grader looked at a large image.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(f"most memory of any process {peak / _MIB:5.0f} MiB (image of {size / 1e6:.0f} MB)")


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory(prefix="grader-bench-") as scratch:
        build(IMAGE, DOCKERFILE)
        print(f"{'medians of ' + str(pairs) + ' pairs':26} {'grader check':26} {'container-structure-test':26} ratio")
        for parts in (PARTS, *((part,) for part in PARTS)):
            compare(Path(scratch) / "-".join(parts), parts, pairs)
        memory(Path(scratch))


if __name__ == "__main__":
    main()
