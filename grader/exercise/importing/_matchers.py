"""goss's matchers, in our language of expectations.

https://github.com/goss-org/goss/blob/master/docs/gossfile.md#matchers
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from grader.core.matchers import parse

if TYPE_CHECKING:
    from collections.abc import Callable

_PLAIN_STEP: Final = re.compile(r"[A-Za-z0-9_-]+")


class UnsupportedError(ValueError):
    """A matcher that has no counterpart here."""


def expectation(raw: object) -> Any:
    """Write a goss matcher as an expectation. Raises UnsupportedError."""
    if isinstance(raw, dict):
        found = [_named(str(name), argument) for name, argument in raw.items()]
        return found[0] if len(found) == 1 else {"all": found}
    if isinstance(raw, list):
        return {"all": [{"contains": [_element(one)]} for one in raw]} if raw else {"length": {"at_least": 0}}
    return {"equals": raw}


def patterns(raw: object) -> Any:
    """Write what is expected of an output or of a file's content; None where nothing is.

    A list has a pattern for each element, a text or a regular expression (`/…/`): a line must hold it; with `!`, none.
    """
    if not isinstance(raw, list):
        return _of_text(raw)
    found = [_pattern(str(one)) for one in raw]
    return None if not found else found[0] if len(found) == 1 else {"all": found}


def _of_text(raw: object) -> Any:
    if isinstance(raw, dict):
        return expectation(raw)
    return {"equals": str(raw)}


def _pattern(text: str) -> Any:
    negated = text.startswith("!")
    text = text.removeprefix("!")
    if text.startswith("/") and text.endswith("/") and len(text) > 1:
        found: dict[str, Any] = _compiled(f"(?m){text[1:-1]}")
    else:
        found = {"contains": text.removeprefix("\\") if text.startswith(("\\!", "\\/")) else text}
    if text == "":
        raise UnsupportedError("an empty pattern")
    return {"not": found} if negated else found


def _compiled(pattern: str) -> dict[str, Any]:
    try:
        parse({"matches": pattern})
    except ValueError as error:
        raise UnsupportedError(str(error)) from None
    return {"matches": pattern}


def _element(raw: object) -> Any:
    return expectation(raw) if isinstance(raw, dict) else raw


def _elements(raw: object) -> Any:
    return expectation(raw if isinstance(raw, list) else [raw])


def _consists(raw: object) -> Any:
    items = raw if isinstance(raw, list) else [raw]
    return {"all": [expectation(items), {"length": len(items)}]}


def _combined(word: str) -> Callable[[Any], Any]:
    return lambda raw: {word: [expectation(one) for one in raw]}


def _gjson(raw: dict[str, Any]) -> Any:
    found = []
    for path, wanted in raw.items():
        *steps, last = str(path).split(".")
        if not all(_PLAIN_STEP.fullmatch(step) for step in (*steps, "x" if last == "#" else last)):
            raise UnsupportedError(f"the path {path} of gjson")
        inner = {"length": expectation(wanted)} if last == "#" else expectation(wanted)
        found.append({_json_path(steps if last == "#" else [*steps, last]): inner})
    return {"json": {path: wanted for one in found for path, wanted in one.items()}}


def _json_path(steps: list[str]) -> str:
    return "$" + "".join(f"[{step}]" if step.isdigit() else f"['{step}']" for step in steps)


_NAMED: Final[dict[str, Callable[[Any], Any]]] = {
    "equal": lambda raw: {"equals": raw},
    "have-prefix": lambda raw: {"starts_with": raw},
    "have-suffix": lambda raw: {"ends_with": raw},
    "match-regexp": lambda raw: _compiled(str(raw)),
    "contain-substring": lambda raw: {"contains": raw},
    "have-len": lambda raw: {"length": raw},
    "have-patterns": patterns,
    "contain-element": lambda raw: {"contains": [_element(raw)]},
    "contain-elements": _elements,
    "consist-of": _consists,
    "gt": lambda raw: {"not": {"at_most": raw}},
    "ge": lambda raw: {"at_least": raw},
    "lt": lambda raw: {"not": {"at_least": raw}},
    "le": lambda raw: {"at_most": raw},
    "semver-constraint": lambda raw: {"semver": raw},
    "not": lambda raw: {"not": expectation(raw)},
    "and": _combined("all"),
    "or": _combined("any"),
    "gjson": _gjson,
}


def _named(name: str, argument: Any) -> Any:
    if name not in _NAMED:
        raise UnsupportedError(f"the matcher {name}")
    return _NAMED[name](argument)
