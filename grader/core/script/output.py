"""What commands print, as it is pasted between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from grader.core.script.patterns import pattern

_HEADERS: Final = (
    ("CONTAINER ID", "IMAGE"),
    ("CONTAINER ID", "NAME"),
    ("REPOSITORY", "TAG"),
    ("IMAGE", "ID", "DISK USAGE"),
    ("NETWORK ID", "NAME"),
    ("DRIVER", "VOLUME NAME"),
    ("IMAGE", "CREATED", "CREATED BY"),
    ("NAME", "IMAGE", "COMMAND"),
    ("NAME", "COMMAND", "SERVICE"),
    ("Name", "Command", "State"),
    ("UID", "PID", "PPID"),
    ("PID", "USER", "TIME"),
    ("USER", "PID", "%CPU"),
    ("NAME", "DESCRIPTION", "STARS"),
    ("TYPE", "TOTAL", "ACTIVE"),
    ("% Total", "% Received"),
)
_HEX: Final = r"^(?:sha256:)?[0-9a-f]{12,64}$"
_NAME: Final = r"^[a-z0-9][\w./:-]*$"
_LAYER: Final = r"^[0-9a-f]{12}: (?:Pull|Already|Waiting|Download|Verif|Extract|Layer|Push|Mounted|Prepar)"
_STEP: Final = r"^(?:#\d+ |Step \d+/\d+ ?: |\[\+\] |\s*=> | ?---> |\[internal\]|\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d)"
_MODE: Final = r"^[dlcbps-](?:[r-][w-][xsStT-]){3}[.+@]?\s|^total \d+$"
_HTTP: Final = (
    r"^(?:[<>] )?(?:HTTP/\d|(?:Server|Date|Connection|ETag|Location|Host|(?:Content|Last|Accept|User|X)-[A-Za-z-]+): )"
)
_STARTS: Final = (
    "Using default tag:", "Unable to find image", "Digest: sha256:", "Status: ", "docker.io/", "Untagged: ",
    "Deleted: ", "Error response from daemon", "Error: ", "docker: ", "Cannot connect", "See 'docker",
    "Sending build context", "Successfully ", "Removing intermediate", "Removing network", "Stopping ", "Creating ",
    "Starting ", "Recreating ", "Attaching to", "Login Succeeded", "bash: ", "curl: (", "Usage:", "the input device",
    "Total reclaimed space", "What's next:", "What's Next?", "The push refers", "WARNING:", "WARN[", "INFO[", "ERRO[",
    "{", "}", "[{", "]", "<!", "<html", "<h1", "<p>", "<head", "<body", "PING ", "64 bytes from", "/docker-entrypoint",
)  # fmt: skip
_HELLO: Final = "Hello from Docker!"
_HELLO_END: Final = "docs.docker.com/get-started"
_HELLO_LINES: Final = 25
_COLUMNS: Final = 3
_MOST: Final = 200
"""Rows of tables that are remembered."""


def is_header(line: str) -> bool:
    """Whether it heads a table that docker or `ps` prints."""
    bare = line.strip()
    return any(bare.startswith(first) and all(other in bare for other in others) for first, *others in _HEADERS)


def is_output(line: str) -> bool:
    """Whether a line can only have been printed, not typed."""
    bare = line.strip()
    if bare.startswith(_STARTS) or is_header(bare):
        return True
    return any(pattern(one).match(bare) for one in (_HEX, _LAYER, _STEP, _MODE, _HTTP)) or (
        ": Pulling from " in bare or bare.endswith((": Pull complete", ": Pulled"))
    )


def container_id(line: str) -> str | None:
    """Give the id if `docker run -d` printed this line."""
    bare = line.strip()
    return bare if len(bare) == 64 and pattern(_HEX).match(bare) else None  # noqa: PLR2004 - SHA-256


def columns(line: str) -> list[str]:
    """Part a table's row where two or more spaces stand, or a tab."""
    return [cell.strip() for cell in line.replace("\t", "  ").split("  ") if cell.strip()]


@dataclass(slots=True)
class Seen:
    """What pasted output tells about the student's own machine."""

    made: dict[str, int] = field(default_factory=dict)
    """Container ids, and the numbers of the commands that printed them."""
    containers: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Container ids and names, each with the image and the name in their row."""
    images: dict[str, list[str]] = field(default_factory=dict)
    """Image ids, each with the names in its rows."""

    def note(self, container: str, command: int) -> None:
        """Remember which command made a container."""
        if len(self.made) < _MOST:
            self.made.setdefault(container, command)


class Tables:
    """Follows pasted output line by line, and remembers what tables say."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._header = ""
        self._hello = 0

    def stop(self) -> None:
        """A command, a prompt or a new block ends whatever was printed."""
        self._header, self._hello = "", 0

    def continues(self, line: str) -> bool:
        """Whether a line is printed, by itself or as part of what stands before it."""
        bare = line.strip()
        if not bare:
            self._header = ""
            return self._hello > 0
        if self._hello:
            self._hello = 0 if _HELLO_END in bare else self._hello - 1
            return True
        if bare == _HELLO:
            self._hello = _HELLO_LINES
            return True
        if is_header(bare):
            self._header = bare
            return True
        if self._header:
            if self._row(columns(bare), bare.split()):
                return True
            self._header = ""
        return is_output(bare)

    def in_greeting(self) -> bool:
        """Whether the lines are hello-world's, which shows a command with a prompt."""
        return self._hello > 0

    def _row(self, cells: list[str], words: list[str]) -> bool:
        if self._image(words):
            return True
        if len(cells) < _COLUMNS:
            return False
        if self._header.startswith("CONTAINER ID") and "IMAGE" in self._header and "NAMES" in self._header:
            name = cells[-1].partition(",")[0]
            for key in (cells[0], name):
                if len(self._seen.containers) < _MOST:
                    self._seen.containers.setdefault(key, (cells[1], name))
        return True

    def _image(self, words: list[str]) -> bool:
        """Take a row as one that `docker images` prints, if it is; web pages show it with single spaces."""
        if self._header.startswith("REPOSITORY"):
            place = 3 if "DIGEST" in self._header else 2
            name = ":".join(words[:2])
        elif "DISK USAGE" in self._header:
            place, name = 1, words[0]
        else:
            return False
        if len(words) <= place or not pattern(_HEX).match(words[place]):
            return False
        key = words[place].removeprefix("sha256:")
        if key in self._seen.images or len(self._seen.images) < _MOST:
            names = self._seen.images.setdefault(key, [])
            if pattern(_NAME).match(name) and name not in names and len(names) < _MOST:
                names.append(name)
        return True
