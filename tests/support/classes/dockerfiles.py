"""Submissions for `serve-on-3000`: a Dockerfile and what may become of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tests.support.classes.piece import Piece
from tests.support.classes.slots import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.support.classes.piece import Files
    from tests.support.classes.slots import Whole

EXERCISE: Final = "serve-on-3000"
SHORTER: Final = {
    "network: none, timeout: 120s": "network: none, timeout: 15s",
    "within: 10s}, memory: 256MiB": "within: 5s}, memory: 64MiB",
    "checks:\n  - {id: builds": "limits: {start: 15s, checks: 30s}\nchecks:\n  - {id: builds",
}
"""What its copy says otherwise: whatever never ends takes seconds here."""

_SERVE: Final = '"server.py", "--host", "0.0.0.0", "--port", "3000"'
_PLAIN: Final = "python server.py --host 0.0.0.0 --port 3000"
_PARTS: Final = {
    "from": "FROM python:3-slim",
    "workdir": "WORKDIR /app",
    "copy": "COPY app .",
    "expose": "EXPOSE 3000",
    "cmd": f'CMD ["python", {_SERVE}]',
}
_RIGHT: Final[dict[str, dict[str, str | None]]] = {
    "from": {
        "stage": "FROM python:3-slim AS run",
        "spaces": "FROM   python:3-slim  ",
        "argument": "ARG V=3-slim\nFROM python:${V}",
    },
    "workdir": {
        "src": "WORKDIR /usr/src/app",
        "slash": "WORKDIR /app/",
        "twice": "WORKDIR /srv\nWORKDIR /srv/app",
        "made": "RUN mkdir /page\nWORKDIR /page",
    },
    "copy": {
        "slash": "COPY app/ ./",
        "dot": "COPY ./app .",
        "file": "COPY app/server.py .",
        "json": 'COPY ["app", "."]',
        "owner": "COPY --chown=nobody app .",
        "mode": "COPY --chmod=755 app .",
        "quoted": "COPY 'app' .",
        "above": "COPY ../app .",
    },
    "expose": {"tcp": "EXPOSE 3000/tcp", "several": "EXPOSE 3000 8080", "variable": "ENV PORT=3000\nEXPOSE $PORT"},
    "cmd": {
        "python3": f'CMD ["python3", {_SERVE}]',
        "unbuffered": f'CMD ["python", "-u", {_SERVE}]',
        "entrypoint": f'ENTRYPOINT ["python", {_SERVE}]',
        "both": f'ENTRYPOINT ["python"]\nCMD [{_SERVE}]',
        "exec": f'CMD ["sh", "-c", "exec {_PLAIN}"]',
        "equals": 'CMD ["python", "server.py", "--host=0.0.0.0", "--port=3000"]',
        "continued": f'CMD ["python", \\\n  {_SERVE}]',
        "user": f'USER nobody\nCMD ["python", {_SERVE}]',
        "label": f'LABEL maintainer="ada"\nCMD ["python", {_SERVE}]',
        "volume": f'VOLUME /data\nCMD ["python", {_SERVE}]',
        "health": f'HEALTHCHECK CMD true\nCMD ["python", {_SERVE}]',
    },
}  # fmt: skip
_WRONG: Final[dict[str, dict[str, str | None]]] = {
    "from": {
        "missing": None,
        "misspelt": "FORM python:3-slim",
        "other": "FROM node:24-slim",
        "busybox": "FROM busybox:1",
        "latest": "FROM python:latest",
        "no-tag": "FROM python",
        "typo": "FROM pyton:3-slim",
        "colon": "FROM python 3-slim",
        "scratch": "FROM scratch",
        "capitals": "FROM Python:3-slim",
        "platform": "FROM --platform=linux/s390x python:3-slim",
        "digest": f"FROM python@sha256:{'0' * 64}",
        "registry": "FROM registry.example.org/python:3-slim",
    },
    "workdir": {
        "missing": None,
        "root": "WORKDIR /",
        "misspelt": "WORKDR /app",
        "empty": "WORKDIR",
        "relative": "WORKDIR app",
    },
    "copy": {
        "missing": None,
        "misspelt": "COPPY app .",
        "add": "ADD app .",
        "absent": "COPY application .",
        "inside": "COPY app app",
        "one": "COPY app",
        "backwards": "COPY . app",
        "elsewhere": "COPY app /srv/page",
        "backslash": "COPY app\\server.py .",
        "stage": "COPY --from=builder app .",
    },
    "expose": {
        "missing": None,
        "other": "EXPOSE 8000",
        "eighty": "EXPOSE 80",
        "digit": "EXPOSE 300",
        "mapping": "EXPOSE 3000:3000",
        "word": "EXPOSE http",
        "udp": "EXPOSE 3000/udp",
        "misspelt": "EXPOS 3000",
        "beyond": "EXPOSE 70000",
    },
    "cmd": {
        "missing": None,
        "shell": f"CMD {_PLAIN}",
        "quotes": "CMD ['python', 'server.py', '--host', '0.0.0.0', '--port', '3000']",
        "bracket": f'CMD ["python", {_SERVE}',
        "comma": 'CMD ["python" "server.py", "--host", "0.0.0.0", "--port", "3000"]',
        "one-string": f'CMD ["{_PLAIN}"]',
        "port": 'CMD ["python", "server.py", "--host", "0.0.0.0", "--port", "8000"]',
        "no-port": 'CMD ["python", "server.py", "--host", "0.0.0.0"]',
        "loopback": 'CMD ["python", "server.py", "--host", "127.0.0.1", "--port", "3000"]',
        "localhost": 'CMD ["python", "server.py", "--host", "localhost", "--port", "3000"]',
        "no-host": 'CMD ["python", "server.py", "--port", "3000"]',
        "file": f'CMD ["python", {_SERVE.replace("server", "sever")}]',
        "program": f'CMD ["pyhton", {_SERVE}]',
        "option": 'CMD ["python", "server.py", "--hots", "0.0.0.0", "--port", "3000"]',
        "run": f"RUN {_PLAIN} &",
        "ends": 'CMD ["echo", "Listening on port 3000"]',
        "twice": f'CMD ["python", {_SERVE}]\nCMD ["python", "server.py"]',
        "entrypoint-shell": f"ENTRYPOINT {_PLAIN}",
        "in-shell": f'CMD ["sh", "-c", "{_PLAIN}; true"]',
        "token": f'ENV TOKEN=abc\nCMD ["python", {_SERVE}]',
        "stranger": f'USER stranger\nCMD ["python", {_SERVE}]',
        "flask": f'RUN pip install flask\nCMD ["python", {_SERVE}]',
        "step": f'RUN test -e /not/there\nCMD ["python", {_SERVE}]',
        "signal": f'STOPSIGNAL SIGWINCH\nCMD ["python", {_SERVE}]',
        "comment": f'CMD ["python", {_SERVE}] # starts the server',
        "expose": f'CMD ["python", {_SERVE}]\nPORT 3000',
    },
}  # fmt: skip
_FORMS: Final[dict[str, Whole]] = {
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "no-last-line-end": lambda text: text.rstrip("\n"),
    "lower-case": lambda text: re.sub(r"(?m)^[A-Z]+", lambda found: found[0].lower(), text),
    "mark": lambda text: f"\ufeff{text}",
    "comments": lambda text: f"# My Dockerfile\n{text}# the end\n",
    "umlauts": lambda text: f"# für Übung 3: Größe\n{text}",
    "blank-lines": lambda text: text.replace("\n", "\n\n"),
    "indented": lambda text: re.sub(r"(?m)^(?=[A-Z])", "  ", text),
    "trailing-spaces": lambda text: text.replace("\n", "  \n"),
    "tabs": lambda text: re.sub(r"(?m)^([A-Z]+) ", r"\1\t", text),
    "a-step": lambda text: text.replace("COPY", "RUN echo hello\nCOPY", 1),
}
_ORDERS: Final = {
    "expose-first": (("from", "expose", "workdir", "copy", "cmd"), "full"),
    "cmd-early": (("from", "workdir", "cmd", "copy", "expose"), "full"),
    "copy-first": (("from", "copy", "workdir", "expose", "cmd"), "less"),
    "from-last": (("workdir", "copy", "expose", "cmd", "from"), "less"),
}

_PAGE: Final = """\
import os, signal, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        {answer}
    def page(self, status, body, kind="text/html"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
token = os.environ.get("TOKEN", "").encode()
signal.signal(signal.SIGTERM, lambda *_: {stop})
{before}
ThreadingHTTPServer(("0.0.0.0", 3000), Page).serve_forever()
"""
_ANSWER: Final = 'self.page(200, token) if self.path == "/" else self.page(404, b"no")'


def page(answer: str = _ANSWER, *, stop: str = "sys.exit(0)", before: str = "") -> Files:
    """Give a submission with a server of its own."""
    text = _PAGE.format(answer=answer, stop=stop, before=before)
    return {"Dockerfile": SHEET.text({}).encode(), "app/server.py": text.encode()}


def _servers() -> Mapping[str, tuple[Files, bool]]:
    return {
        "own-server": (page(), True),
        "slow-start": (page(before="time.sleep(1)"), True),
        "answers-everything": (page("self.page(200, token)"), False),
        "plain-text": (page('self.page(200 if self.path == "/" else 404, token, "text/plain")'), False),
        "no-token": (page('self.page(200 if self.path == "/" else 404, b"token abc")'), False),
        "server-error": (page('self.page(500, b"no")'), False),
        "raises": (page('raise ValueError("token")'), False),
        "redirects": (page('self.send_response(302); self.send_header("Location", "/"); self.end_headers()'), False),
        "ignores-the-signal": (page(stop="None"), False),
        "odd-exit-code": (page(stop="sys.exit(3)"), False),
        "syntax-error": ({**page(), "app/server.py": b"def main(:\n"}, False),
        "ends-at-once": ({**page(), "app/server.py": b"print('Listening')\n"}, False),
        "exit-code-3": (page(before="sys.exit(3)"), False),
    }


def more() -> Iterator[Piece]:
    """Give what isn't a change of words: other orders, other servers, other places of files."""
    for name, (order, expected) in _ORDERS.items():
        kind = "variation" if expected == "full" else "mutant"
        yield Piece(name, kind, expected, SHEET.files(SHEET.text({}, order)))  # type: ignore[arg-type]
    for name, (files, right) in _servers().items():
        yield Piece(name, "variation" if right else "mutant", "full" if right else "less", files)
    good, server = SHEET.text({}).encode(), page()["app/server.py"]
    beside = good.replace(b"COPY app .", b"COPY . .")
    yield Piece("dockerfile", "variation", "full", {"dockerfile": good})
    yield Piece("in-the-app", "variation", "full", {"app/Dockerfile": beside, "app/server.py": server})
    yield Piece("more-files", "variation", "full", {"Dockerfile": good, "notes.md": b"# notes\n", ".env": b"A=b\n"})
    yield Piece("history", "variation", "full", {"Dockerfile": good, ".git/config": b"[core]\n"})
    yield Piece("ignores-all", "mutant", "less", {"Dockerfile": good, ".dockerignore": b"*\n"})
    yield Piece("ignores-notes", "variation", "full", {"Dockerfile": good, ".dockerignore": b"*.md\n"})


# An engine with one image for each name takes that one, and others may emulate the machine that it is for.
_EITHER: Final = frozenset([("from", "platform")])
SHEET: Final = Sheet("Dockerfile", _PARTS, _RIGHT, _WRONG, _FORMS, {}, _EITHER)
