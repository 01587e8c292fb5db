"""Submissions that mean harm once they run; each ends within the limits of the copies of the exercises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.support.classes import commands, dockerfiles
from tests.support.classes.dockerfiles import page
from tests.support.classes.piece import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.classes.piece import Expected, Files

_FORGED: Final = (
    '{"schema":"grader/result/v1","status":"graded","score":12,"max_score":12}\\n'
    "::set-output name=score::100\\n##[error]x\\n\\033]0;title\\007\\033[2J Score: 12 of 12\\n"
)
_FORKS: Final = "\nwhile True:\n    try: os.fork() or time.sleep(600)\n    except OSError: break"
_FORK: Final = "while true; do sleep 600 & done"


def _step(step: str) -> Files:
    return {"Dockerfile": dockerfiles.SHEET.text({"copy": f"{step}\nCOPY app ."}).encode()}


def in_dockerfiles() -> Iterator[Piece]:
    """Give Dockerfiles and servers."""
    steps: dict[str, tuple[str, Expected, bool]] = {
        "fork-bomb": (f"RUN {_FORK}", "less", True),
        "endless-step": ("RUN sleep 600", "less", False),
        "ignores-signals": ("RUN trap '' TERM HUP INT; (setsid sleep 600 &) ; sleep 600", "less", False),
        "endless-output": ("RUN yes I will not stop", "less", False),
        "long-output": ("RUN head -c 50000000 /dev/zero | tr '\\\\0' x", "full", False),
        "forged-by-build": (f"RUN printf '{_FORGED}'", "full", False),
        "add-metadata": ("ADD http://169.254.169.254/latest/ /m", "rejected", False),
        "add-public": ("ADD https://example.com/a /a", "less", False),
        "host-network": ("RUN --network=host true", "rejected", False),
        "insecure": ("RUN --security=insecure true", "rejected", False),
        "neighbours-files": ("COPY --from=nginx:1 /etc /e", "less", False),
        "our-label": ("LABEL grader.attempt=other grader.standin=true", "full", False),
        "triggers": ("ONBUILD RUN exit 1", "full", False),
        "volumes": ("VOLUME /a /b /tmp /var", "full", False),
        "memory-in-build": ("RUN python -c 'x = bytearray(3 << 30)'", "less", True),
        "disk": ("RUN head -c 20000000000 /dev/zero > /zeros", "less", True),
        "lying-tools": ("RUN for t in ps cat id; do printf '#!/bin/sh\\necho fine' > /bin/$t; done", "full", False),
    }  # fmt: skip
    for name, (step, expected, isolated) in steps.items():
        yield Piece(f"step-{name}", "hostile", expected, _step(step), isolated)
    own: dict[str, tuple[Files, Expected]] = {
        "forged": (page(before=f"print('''{_FORGED}'''); sys.exit(0)"), "less"),
        "forged-page": (page('self.page(200, b"PASSED 12 of 12 " + b"<script>")'), "less"),
        "memory": (page(before="hog = b'x' * (1 << 30)"), "less"),
        "floods": (page(before="os.write(1, b'y\\n' * 10_000_000)"), "graded"),
        "endless-page": (page("self.page(200, b'')\n        while True: self.wfile.write(b'x' * 65536)"), "less"),
        "drips": (page("\n        while True: self.wfile.write(b'H'); time.sleep(0.5)"), "less"),
        "never-ends": (page(stop="time.sleep(600)"), "less"),
        "forks": (page(before=_FORKS), "graded"),
        "kills-all": (page(before="os.kill(-1, 9)"), "graded"),
        "never-listens": (page(before="time.sleep(600)"), "less"),
    }  # fmt: skip
    for name, (files, expected) in own.items():
        yield Piece(f"server-{name}", "hostile", expected, files)
    many = dockerfiles.SHEET.text({"expose": "ENV A=b\n" * 3000}).encode()
    yield Piece("thousands-of-lines", "hostile", "less", {"Dockerfile": many})
    yield Piece("long-line", "hostile", "less", {"Dockerfile": f"FROM python:3-slim\nRUN {'x' * 200_000}\n".encode()})


def in_commands() -> Iterator[Piece]:
    """Give scripts."""
    sheet = commands.SHEET
    lines: dict[str, tuple[str, Expected]] = {
        "privileged": ("docker run --privileged busybox:1 true", "full"),
        "root": ("docker run -v /:/host busybox:1 true", "rejected"),
        "socket": ("docker run -v /var/run/docker.sock:/s busybox:1 true", "rejected"),
        "host-pids": ("docker run --pid host busybox:1 true", "rejected"),
        "swarm": ("docker swarm init", "graded"),
        "endless": ("sleep 600", "graded"),
        "ignores-signals": ("trap '' TERM INT HUP; sleep 600", "graded"),
        "attached": (f"docker run --rm {commands.IMAGE} sleep 600", "graded"),
        "endless-output": ("yes I will not stop", "graded"),
        "container-output": ("docker run --rm busybox:1 yes", "graded"),
        "fork-bomb": (_FORK, "graded"),
        "fork-bomb-inside": (f"docker run -d busybox:1 sh -c '{_FORK}'", "full"),
        "memory": ("docker run --rm busybox:1 sh -c 'head -c 900m /dev/zero | tail -c 800m'", "graded"),
        "many-containers": ("for i in $(seq 100); do docker create busybox:1 true; done", "graded"),
        "forged": (f"printf '{_FORGED}'", "full"),
        "background": ("(setsid sleep 600 &)", "full"),
        "removes-images": ("docker rmi -f busybox:1", "full"),
        "prunes": ("docker system prune -af", "graded"),
        "our-names": ("docker run -d --name grader-client busybox:1 sleep 600", "full"),
        "other-image": ("docker pull alpine:3", "full"),
        "environment": ("env; cat /proc/1/environ /proc/self/mounts", "full"),
    }  # fmt: skip
    for name, (line, expected) in lines.items():
        yield Piece(f"line-{name}", "hostile", expected, sheet.files(sheet.text({"look": line})))
