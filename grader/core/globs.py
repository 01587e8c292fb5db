"""Patterns of paths: `*` and `?` within a name, `[...]` for one character, `**` for any number of folders.

Names that begin with a dot are matched like all others. Paths are a student's, so that RE2 compares them.
"""

from __future__ import annotations

from typing import Final

_MAGIC: Final = frozenset("*?[")


class Glob:
    """A pattern of absolute paths; one that begins with `**/` is looked for everywhere."""

    def __init__(self, pattern: str) -> None:
        """Raise ValueError, saying what is wrong, for one that can match nothing."""
        import re2

        self.pattern = pattern
        parts = _parts(pattern)
        still = len(parts) if not _magic(pattern) else next(n for n, part in enumerate(parts) if _magic(part))
        self.root = "/" + "/".join(parts[:still])
        """The folder that everything which matches is in; without any wildcard, the path itself."""
        self.wild = still < len(parts)
        """Whether there is a wildcard in it."""
        last = len(parts) - 1
        self._regex = re2.compile("".join(_translate(part, end=n == last) for n, part in enumerate(parts)) or "/")

    def matches(self, path: str) -> bool:
        """Whether a whole path matches."""
        return covers(self.root, path) and self._regex.fullmatch(path) is not None


def covers(folder: str, path: str) -> bool:
    """Whether a path is a folder or lies below it."""
    return folder in {"/", path} or path.startswith(folder + "/")


def _parts(pattern: str) -> list[str]:
    if not pattern.startswith(("/", "**")):
        raise ValueError(f"'{pattern}' must be absolute: start it with / or **/")
    parts = [part for part in pattern.split("/") if part not in {"", "."}]
    if ".." in parts:
        raise ValueError(f"'{pattern}' has .. in it; write the path itself")
    if any("**" in part and part != "**" for part in parts):
        raise ValueError(f"in '{pattern}', ** must stand alone between slashes")
    return parts


def _magic(text: str) -> bool:
    return not _MAGIC.isdisjoint(text)


def _translate(part: str, *, end: bool) -> str:
    if part == "**":
        return "(?:/[^/]+)+" if end else "(?:/[^/]+)*"
    import re2

    found, rest = "/", part
    while rest:
        char, rest = rest[0], rest[1:]
        if char == "*":
            found += "[^/]*"
        elif char == "?":
            found += "[^/]"
        elif char == "[":
            inner, rest = _class(part, rest)
            found += inner
        else:
            found += re2.escape(char)
    return found


def _class(part: str, rest: str) -> tuple[str, str]:
    """Read what follows a `[`; a `]` that comes first stands for itself."""
    negated = rest[:1] in {"!", "^"}
    rest = rest[negated:]
    end = rest.find("]", 1)
    if end < 0:
        raise ValueError(f"'{part}' has a [ without its ]; for the sign itself write [[]")
    members, rest, found = rest[:end], rest[end + 1 :], "/" if negated else ""
    while members:
        low, high = members[0], members[0]
        if len(members) > 2 and members[1] == "-":  # noqa: PLR2004 - both ends, and the sign between them
            high = members[2]
            members = members[3:]
        else:
            members = members[1:]
        if low > high:
            raise ValueError(f"'{part}' has a range that ends before it begins: {low}-{high}")
        # No name has a slash in it: of a range, what lies on both sides is left.
        for first, last in ((low, min(high, ".")), (max(low, "0"), high)):
            found += f"{_code(first)}-{_code(last)}" if first <= last else ""
    return (f"[{'^' if negated else ''}{found}]" if found else "[^\\x{0}-\\x{10FFFF}]"), rest


def _code(char: str) -> str:
    return f"\\x{{{ord(char):x}}}"
