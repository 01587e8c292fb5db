"""Submissions for `publish-port-3000`: docker commands and what may become of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.support.classes.piece import Piece
from tests.support.classes.slots import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.classes.slots import Whole

EXERCISE: Final = "publish-port-3000"
SHORTER: Final = {"command_timeout: 20s, terminal": "command_timeout: 5s, timeout: 20s, terminal"}
"""What its copy says otherwise."""

IMAGE: Final = "python:3-slim"
_SERVE: Final = f"{IMAGE} python3 -m http.server"
_PARTS: Final = {
    "web": f"docker run -d --name web -p 3000:3000 {_SERVE} 3000",
    "docs": f"docker run -d --name docs -p 3001:8000 {_SERVE} 8000",
    "look": "docker ps",
}
_RIGHT: Final[dict[str, dict[str, str | None]]] = {
    "web": {
        "long": f"docker container run --detach --name=web --publish=3000:3000 {_SERVE} 3000",
        "bundled": f"docker run -dp 3000:3000 --name web {_SERVE} 3000",
        "tcp": f"docker run -d --name web -p 3000:3000/tcp {_SERVE} 3000",
        "local": f"docker run -d --name web -p 127.0.0.1:3000:3000 {_SERVE} 3000",
        "terminal": f"docker run -dit --name web -p 3000:3000 {_SERVE} 3000",
        "sudo": f"sudo docker run -d --name web -p 3000:3000 {_SERVE} 3000",
        "continued": f"docker run -d --name web \\\n  -p 3000:3000 \\\n  {_SERVE} 3000",
        "two-steps": f"docker create --name web -p 3000:3000 {_SERVE} 3000 && docker start web",
        "more-ports": f"docker run -d --name web -p 3000:3000 -p 3002:3002 {_SERVE} 3000",
        "variable": f"docker run -d -e A=b --name web -p 3000:3000 {_SERVE} 3000",
        "renamed": f"docker run -d --name wbe -p 3000:3000 {_SERVE} 3000\ndocker rename wbe web",
        "quotes": f"docker run -d --name “web” -p 3000:3000 {_SERVE} 3000",
        "in-a-shell": f"docker run -d --name web -p 3000:3000 {IMAGE} sh -c 'python3 -m http.server 3000'",
    },
    "docs": {
        "default-port": f"docker run -d --name docs -p 3001:8000 {_SERVE}",
        "folder": f"docker run -d --name docs -w /tmp -p 3001:8000 {_SERVE} 8000",
        "second-try": (
            f"docker run -d --name docs {_SERVE} 8000\ndocker rm -f docs\n"
            f"docker run -d --name docs -p 3001:8000 {_SERVE} 8000"
        ),
        "pulled": f"docker pull {IMAGE}\ndocker run -d --name docs -p 3001:8000 {_SERVE} 8000",
        "restarted": f"docker run -d --name docs -p 3001:8000 {_SERVE} 8000\ndocker restart -t 0 docs",
    },
    "look": {
        "nothing": None,
        "curl": "sleep 1\ncurl -s http://localhost:3000",
        "logs": "docker logs web",
        "images": "docker images\ndocker ps -a",
        "fails": "docker ps --such-an-option",
        "inspect": "docker inspect web --format '{{.Name}}'",
        "a-volume": "docker volume create data\ndocker network create net",
    },
}
_WRONG: Final[dict[str, dict[str, str | None]]] = {
    "web": {
        "missing": None,
        "not-published": f"docker run -d --name web {_SERVE} 3000",
        "no-name": f"docker run -d -p 3000:3000 {_SERVE} 3000",
        "name": f"docker run -d --name wbe -p 3000:3000 {_SERVE} 3000",
        "image": "docker run -d --name web -p 3000:3000 pyton:3-slim python3 -m http.server 3000",
        "other-image": "docker run -d --name web -p 3000:3000 busybox:1 httpd -f -p 3000",
        "tag": "docker run -d --name web -p 3000:3000 python python3 -m http.server 3000",
        "order": f"docker run -d --name web {IMAGE} -p 3000:3000 python3 -m http.server 3000",
        "inner-port": f"docker run -d --name web -p 3000:8000 {_SERVE} 3000",
        "outer-port": f"docker run -d --name web -p 8000:3000 {_SERVE} 3000",
        "other-server-port": f"docker run -d --name web -p 3000:3000 {_SERVE}",
        "one-number": f"docker run -d --name web -p 3000 {_SERVE} 3000",
        "all-ports": f"docker run -d --name web -P {_SERVE} 3000",
        "capital": f"docker run -d --name web -P 3000:3000 {_SERVE} 3000",
        "udp": f"docker run -d --name web -p 3000:3000/udp {_SERVE} 3000",
        "loopback": f"docker run -d --name web -p 3000:3000 {_SERVE} 3000 --bind 127.0.0.1",
        "no-server": f"docker run -d --name web -p 3000:3000 {IMAGE}",
        "program": f"docker run -d --name web -p 3000:3000 {IMAGE} pyhton3 -m http.server 3000",
        "module": f"docker run -d --name web -p 3000:3000 {IMAGE} python3 -m http.sever 3000",
        "created": f"docker create --name web -p 3000:3000 {_SERVE} 3000",
        "option": f"docker run -d --nam web -p 3000:3000 {_SERVE} 3000",
        "command": f"docker rnu -d --name web -p 3000:3000 {_SERVE} 3000",
        "program-name": f"doker run -d --name web -p 3000:3000 {_SERVE} 3000",
        "placeholder": f"docker run -d --name <name> -p 3000:3000 {_SERVE} 3000",
        "no-image": "docker run -d --name web -p 3000:3000",
        "host-network": f"docker run -d --name web --network host {_SERVE} 3000",
        "restart": f"docker run -d --restart always --name web -p 3000:3000 {_SERVE} 3000",
    },
    "docs": {
        "missing": None,
        "same-port": f"docker run -d --name docs -p 3000:8000 {_SERVE} 8000",
        "same-name": f"docker run -d --name web -p 3001:8000 {_SERVE} 8000",
        "swapped": f"docker run -d --name docs -p 8000:3001 {_SERVE} 8000",
        "same-number": f"docker run -d --name docs -p 3001:3001 {_SERVE} 8000",
        "not-published": f"docker run -d --name docs {_SERVE} 8000",
        "quote": f"docker run -d --name docs -p '3001:8000 {_SERVE} 8000",
    },
    "look": {
        "stopped": "docker stop -t 0 web",
        "killed": "docker kill docs",
        "removed": "docker rm -f web docs",
        "paused": "docker pause web",
        "all-removed": "docker rm -f $(docker ps -q)",
    },
}
_FORMS: Final[dict[str, Whole]] = {
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "no-last-line-end": lambda text: text.rstrip("\n"),
    "shebang": lambda text: f"#!/bin/bash\n{text}",
    "strict": lambda text: f"set -u\n{text}",
    "comments": lambda text: f"# my answer\n{text}# the end\n",
    "blank-lines": lambda text: text.replace("\n", "\n\n").replace("\\\n\n", "\\\n"),
    "echoes": lambda text: f"echo hello\n{text}",
    "trailing-spaces": lambda text: text.replace("\n", "  \n").replace("\\  \n", "\\\n"),
    "exit": lambda text: f"{text}exit 0\n",
}


def more() -> Iterator[Piece]:
    """Give what isn't a change of words: other files, pages instead of scripts."""
    text = SHEET.text({})
    prompts = "".join(f"$ {line}\n" for line in text.splitlines())
    page = f"# My answer\n\nI typed this:\n\n```console\n{prompts}```\n"
    for name, content in {
        "README.md": page,
        "commands.txt": text,
        "commands": text,
        "answer.md": page.replace("\n", "\r\n"),
        "solution.txt": prompts,
        "mine.sh": text,
        "terminal.txt": prompts.replace("$ ", "ada@laptop:~$ "),
    }.items():
        label = name.lower().replace(".", "-")
        yield Piece(f"file-{label}", "variation", "full", {name: content.encode()})
    swapped = SHEET.text({}, ("look", "docs", "web"))
    yield Piece("docs-first", "variation", "full", SHEET.files(swapped))
    yield Piece("twice", "variation", "full", SHEET.files(text + text))
    yield Piece("quoted-task", "variation", "full", {"README.md": f"> Publish port 3000.\n\n{page}".encode()})
    yield Piece("no-commands", "mutant", "unusable", {"README.md": b"I could not do it.\n"})


SHEET: Final = Sheet("commands.sh", _PARTS, _RIGHT, _WRONG, _FORMS, {})
