"""What secrets look like: in the names of files, in their contents, and in the instructions of a build.

Patterns are RE2's, on bytes, and meet every file that a student puts into an image. They are strict: a key needs its
key material, a token its length, so that programs that only know how such things begin are not taken for one.
"""

from __future__ import annotations

import functools
import posixpath
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

MAX_VALUE: Final = 1_000
"""Characters of a value that is looked for."""
_OVERLAP: Final = 4 * MAX_VALUE
"""Bytes that two pieces of a file share, so that nothing is missed between them."""

_NAMES: Final = {
    ".env": "a file of settings, as passwords are kept in",
    ".netrc": "a file of passwords",
    ".git-credentials": "a file of passwords",
    ".pgpass": "a file of passwords",
    ".pypirc": "a file of passwords",
    "id_rsa": "a private SSH key",
    "id_dsa": "a private SSH key",
    "id_ecdsa": "a private SSH key",
    "id_ed25519": "a private SSH key",
}
_PATHS: Final = {
    "/.aws/credentials": "the credentials of an AWS account",
    "/.docker/config.json": "the credentials of registries",
    "/.kube/config": "the credentials of a cluster",
}
_SAMPLES: Final = (".example", ".sample", ".template", ".dist")
_FOLDERS: Final = ("/site-packages/", "/dist-packages/", "/node_modules/")
_PLACES: Final = ("/usr/lib/", "/usr/local/lib/", "/usr/share/", "/usr/include/", "/lib/")
"""Where packages put their files, at any place and at the root: among them are keys to test with, which are no secrets.
"""

_BEGINNINGS: Final = (
    rb"PRIVATE KEY-----|AKIA|ASIA|gh[oprsu]_|github_pat_|glpat-|xox[abeoprs]-|hooks\.slack\.com|_authToken"
)
_KEY: Final = (
    rb"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY-----(?:\s|\\[nr])+"
    rb"(?:[A-Za-z-]+: [^\n]{0,200}\n\s*){0,4}[A-Za-z0-9+/=]{20}"
)
_CONTENTS: Final = (
    (
        "a private key",
        _KEY,
    ),
    ("the id of an AWS key", rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a GitHub token", rb"\b(?:gh[oprsu]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40})"),
    ("a GitLab token", rb"\bglpat-[A-Za-z0-9_-]{20}"),
    ("a Slack token", rb"\bxox[abeoprs]-[A-Za-z0-9-]{20}|https://hooks\.slack\.com/services/T\w+/B\w+/\w{16}"),
    ("a token of npm", rb"_authToken\s*=\s*[\"']?[A-Za-z0-9_-]{16}"),
)
_NOT_SECRET: Final = b"EXAMPLE"
"""Stands in the keys of documentation."""

_WORD: Final = r"(?:password|passwd|passphrase|secret|token|api_?key|access_?key|private_?key|credential)"
_NAME: Final = rf"[A-Za-z0-9_]*{_WORD}(?:s?[0-9]*(?:_[A-Za-z0-9_]*)?)"
"""Such a word stands at the end of a name, or before an underscore: a tokenizer is no token."""
_ASSIGNMENT: Final = rf"(?i)\b({_NAME})=(\"[^\"]*\"|'[^']*'|[^\s\"']\S*)"
_OPTION: Final = rf"(?i)--((?:[a-z]+-)*{_WORD}s?)\s+([^\s\"'-]\S*)"
_ACCOUNT: Final = r"([A-Za-z_][A-Za-z0-9_.-]*):([^\s:\"'|\\]+)"
_CHPASSWD: Final = (
    rf"\b(?:echo|printf)(?:\s+-[a-z]+)*\s+[\"']?{_ACCOUNT}(?:\\n)?[\"']?\s*\|\s*(?:sudo\s+)?(?:/usr/sbin/)?chpasswd\b",
    rf"\bchpasswd\s*<<<\s*[\"']?{_ACCOUNT}",
)
_ADDRESS: Final = r"(?i)\b[a-z][a-z0-9+.-]*://([^\s/:@]+):([^\s/@]+)@"
_HARMLESS_NAMES: Final = (
    "_file",
    "_path",
    "_dir",
    "_version",
    "_url",
    "_uri",
    "_name",
    "_length",
    "_ttl",
    "_id",
    "_size",
    "_limit",
    "_count",
    "_type",
    "tokens",
)
_HARMLESS_VALUES: Final = frozenset({"", "true", "false", "yes", "no", "0", "1", "none", "null"})


def named(path: str) -> str | None:
    """Say what a file with this path holds, if its name tells that it is secret."""
    name = posixpath.basename(path)
    if name.startswith(".env.") and not name.endswith(_SAMPLES):
        name = ".env"
    return _NAMES.get(name) or next((what for end, what in _PATHS.items() if path.endswith(end)), None)


def from_package(path: str) -> bool:
    """Whether a file lies where packages put theirs."""
    return path.startswith(_PLACES) or any(folder in path for folder in _FOLDERS)


def in_text(text: str) -> Iterator[tuple[str, str]]:
    """Give the secrets that an instruction has in it: for a person what each is, and its value."""
    for what, value, _ in _found(text):
        yield what, value


def masked(text: str) -> str:
    """Give an instruction with its secrets left out."""
    for start, end in sorted((span for *_, span in _found(text)), reverse=True):
        text = f"{text[:start]}…{text[end:]}"
    return text


def _found(text: str) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Give the secrets of an instruction with their places, none of which has a part in two."""
    taken = 0
    for start, end, what in sorted(_places(text)):
        if start >= taken:
            taken = end
            yield what, text[start:end].strip("\"'"), (start, end)


def _places(text: str) -> Iterator[tuple[int, int, str]]:
    for what, content in _compiled():
        match = content.search(text.encode("utf-8", "replace"))
        if match is not None and _NOT_SECRET not in match.group(0):
            value = match.group(0).decode("utf-8", "replace")
            start = text.find(value)
            yield max(start, 0), start + len(value), what
    yield from _passwords(text)


def _passwords(text: str) -> Iterator[tuple[int, int, str]]:
    import re2

    for pattern in (_ASSIGNMENT, _OPTION):
        for match in re2.finditer(pattern, text):
            name = str(match.group(1))
            if not name.lower().endswith(_HARMLESS_NAMES) and not _harmless(str(match.group(2)).strip("\"'")):
                yield *match.span(2), f"the value of {name}"
    for pattern in (*_CHPASSWD, _ADDRESS):
        for match in re2.finditer(pattern, text):
            if not _harmless(str(match.group(2))):
                what = "a password in an address" if pattern == _ADDRESS else f"the password of {match.group(1)}"
                yield *match.span(2), what


def _harmless(value: str) -> bool:
    # What a variable or a program gives stands there by name only.
    return value.lower() in _HARMLESS_VALUES or value.startswith(("$", "`", "<", "/run/secrets/"))


@functools.cache
def _compiled() -> tuple[tuple[str, Any], ...]:
    return tuple((what, _bytes(pattern)) for what, pattern in _CONTENTS)


@functools.cache
def _bytes(pattern: bytes) -> Any:
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(pattern, options)


class Scan:
    """A look through one file, piece by piece."""

    def __init__(self, values: Collection[str], *, secrets: bool) -> None:
        self._values = {value: value.encode() for value in values}
        self._secrets = secrets
        self._tail = b""
        self.values: set[str] = set()
        """The values that were found."""
        self.secrets: set[str] = set()
        """What was found that looks like a secret."""

    def feed(self, piece: bytes) -> None:
        """Look at the next piece."""
        text = self._tail + piece
        self._tail = text[-_OVERLAP:]
        self.values.update(value for value, raw in self._values.items() if value not in self.values and raw in text)
        if self._secrets and _bytes(_BEGINNINGS).search(text) is not None:
            for what, content in _compiled():
                match = content.search(text) if what not in self.secrets else None
                if match is not None and _NOT_SECRET not in match.group(0):
                    self.secrets.add(what)
