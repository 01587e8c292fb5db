"""What ARG and ENV set, and words in which variables stand.

A wrong guess would let a build fetch what its exercise doesn't allow, so whatever is not certain becomes None.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Variables: TypeAlias = "dict[str, str | None]"
"""Values by name; None where the value can't be worked out."""

ANYTHING: Final = "*"
"""In Variables: any name may have been set, for the name itself was computed."""

_NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
_PLAIN: Final = re.compile(_NAME)
# A fallback with another variable in it is not matched, so that its `$` stays and the outcome counts as uncertain; to
# look for its end from each of many openings would take time by the square of the text's length.
_VARIABLE: Final = re.compile(rf"\$(?:({_NAME})|\{{({_NAME})(?:(:?[-+?])([^}}{{$]*))?\}})")
# BuildKit gives these a value of its own: https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope
_PARTS: Final = ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT", "STAGE")
_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
_PREDEFINED: Final = frozenset(
    [f"{side}{part}" for side in ("TARGET", "BUILD") for part in _PARTS]
    + [name for proxy in _PROXIES for name in (proxy, proxy.lower())]
)


def assign(pairs: Iterable[tuple[str, str]], variables: Variables) -> None:
    """Set variables as one ENV does: every value is made of what was set before the instruction."""
    before = dict(variables)
    for key, value in pairs:
        if _PLAIN.fullmatch(key):
            variables[key] = expand(value, before)
        else:
            forget(variables)


def declare(words: Iterable[str], variables: Variables, given: Mapping[str, str], inherited: Variables) -> None:
    """Set variables as one ARG does; `given` are build arguments, `inherited` the values from before the first FROM."""
    here: set[str] = set()
    for word in words:
        key, equals, default = word.partition("=")
        if not _PLAIN.fullmatch(key):
            forget(variables)
            continue
        if key in given:
            value: str | None = given[key]
        elif equals:
            # Versions of BuildKit differ on whether a value sees what the same ARG has just set.
            value = None if here.intersection(variable_names(default)) else expand(default, variables)
        elif key in inherited or key in _PREDEFINED:
            value = inherited.get(key)
        else:
            continue
        # Builders differ on whether ARG overrides what ENV has set.
        unsure = ANYTHING in variables or variables.get(key, value) != value
        variables[key] = None if unsure else value
        here.add(key)


def forget(variables: Variables) -> None:
    """Note that any variable may have got another value."""
    variables.update(dict.fromkeys([*variables, ANYTHING]))


def variable_names(word: str) -> tuple[str, ...]:
    """Name the variables that a word refers to."""
    return tuple(match[1] or match[2] for match in _VARIABLE.finditer(word))


def unquote(word: str) -> str:
    """Take the quotes off a word, as the build does."""
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "\"'" else word


def expand(word: str, variables: Mapping[str, str | None]) -> str | None:
    """Replace variables as the build does; None where the outcome is not certain."""
    word = unquote(word)
    # Quotes within a word and escapes (backslash, or the backtick of `# escape=`) are left to BuildKit.
    uncertain = any(char in word for char in "\\`\"'")

    def value(match: re.Match[str]) -> str:
        nonlocal uncertain
        name, operator, fallback = match[1] or match[2], match[3], match[4] or ""
        known = variables.get(name)
        unclear = known is None and (name in variables or name in _PREDEFINED or ANYTHING in variables)
        uncertain = uncertain or unclear
        if operator is None:
            return known or ""
        missing = not known if operator.startswith(":") else known is None
        if operator.endswith("-"):
            return fallback if missing else known or ""
        if operator.endswith("+"):
            return "" if missing else fallback
        uncertain = uncertain or missing
        return known or ""

    expanded = _VARIABLE.sub(value, word)
    return None if uncertain or "$" in expanded else expanded
