"""Values as other tools write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.core.matchers import parse

if TYPE_CHECKING:
    from grader.core.yaml import Path
    from grader.exercise.importing._draft import Draft


def text(value: object) -> str:
    """Write a value as text, truth in YAML's own words."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def usable(value: object) -> bool:
    """Whether something is given."""
    return value not in (None, "", [], {})


def listing(value: object) -> list[Any]:
    """Give a list, also for one value or none."""
    return value if isinstance(value, list) else [] if value is None else [value]


def pairs(found: object) -> dict[str, str]:
    """Give a list of `key` and `value` as a map."""
    return {text(one["key"]): text(one.get("value", "")) for one in listing(found)}


def compiled(draft: Draft, path: Path, pattern: str) -> bool:
    """Say whether a regular expression is one; if not, that is noted."""
    try:
        parse({"matches": pattern})
    except ValueError as error:
        draft.note(path, f"left out, since the original counts it as failed: {error}")
        return False
    return True


def outputs(draft: Draft, path: Path, test: dict[str, Any], wanted: str, unwanted: str) -> Any:
    """Write regular expressions that must and must not be found as one expectation; None when there are none."""
    found: list[Any] = []
    for name in (wanted, unwanted):
        for index, pattern in enumerate(listing(test.get(name))):
            if pattern == "":
                draft.note((*path, name, index), "an empty pattern is found in every text; left out")
            elif compiled(draft, (*path, name, index), text(pattern)):
                one = {"matches": text(pattern)}
                found.append(one if name == wanted else {"not": one})
    return None if not found else found[0] if len(found) == 1 else {"all": found}
