"""Changes that let a student's line run here: another system's signs, a word processor's quotes, `sudo`."""

from __future__ import annotations

from typing import Final

from grader.core.script.lexing import RESERVED, Word
from grader.core.script.patterns import pattern
from grader.core.script.statement import statement
from grader.core.script.vocabulary import vocabulary

_DASHES: Final = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212")
_QUOTES: Final = {**dict.fromkeys("“”„‟", '"'), **dict.fromkeys("\u2018\u2019\u201a\u201b", "'")}
_LONG: Final = vocabulary(
    "add-host all attach build-arg cap-add cpus detach driver entrypoint env env-file file filter follow force format "
    "gpus help hostname init interactive ip label link memory mount name net network no-cache no-trunc password "
    "platform privileged publish publish-all pull quiet read-only restart rm scale since size tag tail target time "
    "tmpfs tty user username version volume volumes volumes-from workdir no-deps build remove-orphans head silent "
    "data request header output location include fail insecure verbose"
)
_PLACEHOLDER: Final = r"<[A-Za-z][A-Za-z0-9_./'-]*(?: [A-Za-z0-9_./'-]+){0,5}>"
_AFTER: Final = frozenset(" \t:/\"')")
_FRONT: Final = frozenset(["sudo", "winpty"])
_BARE_FLAGS: Final = frozenset(["-E", "-H", "-S", "-n", "--preserve-env"])


def prepare(line: str) -> tuple[str, tuple[str, ...]]:
    """Change one line of a docker command before it is read; give it with sentences that say what was changed."""
    typed, said = straight(line)
    notes = list(said)
    for written, meant in (("%cd%", "$PWD"), ("%CD%", "$PWD"), ("${pwd}", "$PWD"), ("$(PWD)", "$PWD")):
        if written in typed:
            typed = _with_folder(typed, written, meant)
            notes.append(f"{written} is taken for $PWD")
    return quote_placeholders(typed), tuple(notes)


def straight(line: str) -> tuple[str, tuple[str, ...]]:
    """Give a line as it was before a word processor changed it, with a sentence if it did."""
    typed = _ascii(line)
    return typed, () if typed == line else ("typographic quotes and dashes are taken for plain ones",)


def _ascii(line: str) -> str:
    """Undo what a word processor does to quotes and dashes, outside of plain quotes."""
    if line.isascii():
        return line
    kept: list[str] = []
    quote = ""
    at = 0
    while at < len(line):
        char = line[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in _QUOTES:
            char = _QUOTES[char]
        elif char in _DASHES and (at == 0 or line[at - 1] in " \t"):
            at, char = _dashes(line, at)
        kept.append(char)
        at += 1
    return "".join(kept)


def _dashes(line: str, at: int) -> tuple[int, str]:
    """Give the place of the last dash, and what the dashes stand for: `--` before a word, `-` before a letter."""
    end = at
    while end < len(line) and (line[end] in _DASHES or line[end] == "-"):
        end += 1
    word = line[end:].replace("=", " ").split(" ", 1)[0]
    return end - 1, "--" if word in _LONG else "-"


def _with_folder(line: str, written: str, meant: str) -> str:
    before, *others = line.split(written)
    for part in others:
        quoted = before.count('"') % 2 == 1
        before += (meant if quoted else f'"{meant}"') + part
    return before


def quote_placeholders(line: str) -> str:
    """Quote `<container id>`, which bash would take for files to read and to write."""
    if "<" not in line:
        return line
    kept, end, quote = "", 0, ""
    for match in pattern(_PLACEHOLDER).finditer(line):
        start, stop = match.span()
        quote = _quote(line[end:start], quote)
        before, after = line[:start][-1:], line[stop : stop + 1]
        here = not quote and before not in {"<", ">"} and (not after or after in _AFTER)
        kept += line[end:start] + (f"'{match[0]}'" if here and "'" not in match[0] else match[0])
        end = stop
    return kept + line[end:]


def _quote(text: str, quote: str) -> str:
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
    return quote


def placeholders(text: str) -> tuple[str, ...]:
    """Give the quoted placeholders in a command, without their quotes."""
    return tuple(match[0][1:-1] for match in pattern(f"'{_PLACEHOLDER}'").finditer(text)) if "'<" in text else ()


def plain(text: str) -> str:
    """Take away `sudo` and `winpty`, and call docker and its Compose by the names that they have here."""
    if not any(name in text for name in ("sudo", "winpty", "docker.exe", "docker-compose")):
        return text
    edits: list[tuple[int, int, str]] = []
    for words in statement(text).calls:
        edits += _edits(words)
    for start, end, by in sorted(edits, reverse=True):
        text = text[:start] + by + text[end:]
    return text


def _edits(words: list[Word]) -> list[tuple[int, int, str]]:
    edits: list[tuple[int, int, str]] = []
    rest = list(words)
    while rest and (rest[0].text in RESERVED or ("=" in rest[0].text and not edits)):
        rest.pop(0)
    while len(rest) > 1 and rest[0].text in _FRONT:
        first = rest.pop(0)
        while len(rest) > 1 and rest[0].text in _BARE_FLAGS:
            rest.pop(0)
        if rest[0].text.startswith("-"):
            return edits  # as another user, or a shell: no plain call
        edits.append((first.start, rest[0].start, ""))
    name = rest[0].text if rest else ""
    if name == "docker.exe":
        edits.append((rest[0].start, rest[0].end, "docker"))
    elif name in {"docker-compose", "docker-compose.exe"}:
        edits.append((rest[0].start, rest[0].end, "docker compose"))
    return edits
