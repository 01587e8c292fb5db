"""Command lines: which start a service, and which leave it running in the background."""

from __future__ import annotations

import re
from typing import Final

_JOINTS: Final = re.compile(r"&&|\|\||[;|\n]")
# Not the one of `2>&1` or `&>file`.
_AMPERSAND: Final = re.compile(r"(?<!>)&(?!>)")
# The beginning of a command that runs until it is stopped.
_SERVER: Final = re.compile(
    r"(?:exec )?(?:python3? (?:-u )?-m (?:http\.server|flask|uvicorn|gunicorn)\b|flask (?:.* )?run\b|gunicorn |uvicorn "
    r"|python3? manage\.py runserver\b|npm (?:run )?(?:start|dev|serve)\b|yarn (?:run )?(?:start|dev|serve)\b"
    r"|node (?!-[vep]\b|--version)\S|nginx(?: -g|$| *&)|httpd\b|apache2\b|apache2ctl\b|redis-server\b"
    r"|mysqld\b|postgres\b"
    r"|php -S\b|rails s|java -jar )"
)
_SCRIPT: Final = re.compile(r"(?:exec )?(?:python3?|ruby|php) (?:-u )?[\w./-]+\.(?:py|rb|php)\b")
_DETACHES: Final = re.compile(
    r"(?:nginx(?! -[tTvVs])(?!.*daemon off)(?: |$)|service [\w.@-]+ (?:re)?start\b|/etc/init\.d/\S+ (?:re)?start\b"
    r"|apache2ctl (?:-k )?start\b|systemctl start\b|redis-server .*--daemonize yes)"
)


def parts(line: str) -> list[str]:
    """Split a shell line into its commands, roughly: quotes are not looked at."""
    return [part.strip() for part in _JOINTS.split(line) if part.strip()]


def server(line: str, *, scripts: bool = False) -> str | None:
    """Give the command of a shell line that starts a server; `scripts` counts any `python x.py` as one."""
    patterns = (_SERVER, _SCRIPT) if scripts else (_SERVER,)
    return next((part for part in parts(line) if any(one.match(part) for one in patterns)), None)


def detaching(line: str) -> str | None:
    """Give the command of a shell line that starts a service in the background and returns."""
    return next((part for part in parts(line) if _DETACHES.match(part)), None) or backgrounded(line)


def backgrounded(line: str) -> str | None:
    """Give a server that a shell line starts with `&`."""
    for part in parts(line):
        head, *rest = _AMPERSAND.split(part)
        words = head.strip().removeprefix("(").removeprefix("nohup ").strip()
        if rest and server(words, scripts=True) is not None:
            return f"{head.strip()} &"
    return None


def shell_text(argv: tuple[str, ...]) -> str | None:
    """Give the line that a shell is asked to run, `sh -c LINE`, if that is what the command is."""
    for shell, option, line in zip(argv, argv[1:], argv[2:], strict=False):
        if option == "-c" and shell.rsplit("/", 1)[-1] in {"sh", "bash", "ash", "dash"}:
            return line
    return None
