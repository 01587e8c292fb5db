"""Ids of tests among the checks of an exercise: made from their names alone, so that they stay the same."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

MAX_ID: Final = 64
_OTHER: Final = re.compile(r"[^A-Za-z0-9_]+")


def identify(check: str, tests: Sequence[Mapping[str, Any]], taken: Collection[str]) -> list[str]:
    """Give every test an id that begins with its check's and that nothing else has.

    Where two names come to the same id, or to that of another check, each gets a mark made from its whole name.
    """
    plain = [_plain(check, test) for test in tests]
    several = {name for name, count in Counter(plain).items() if count > 1} | {*taken}
    return [
        _marked(name, str(test["node"])) if name in several or len(name) > MAX_ID else name
        for name, test in zip(plain, tests, strict=True)
    ]


def _plain(check: str, test: Mapping[str, Any]) -> str:
    words = [*test["within"], str(test["name"]).removeprefix("test_"), test["case"]]
    return "-".join(part for part in (check, *(_OTHER.sub("-", word or "").strip("-") for word in words)) if part)


def _marked(name: str, node: str) -> str:
    mark = hashlib.sha256(node.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name[: MAX_ID - len(mark) - 1].rstrip('-')}-{mark}"


def needs(test: Mapping[str, Any], before: Mapping[str, Sequence[str]], ids: Collection[str]) -> tuple[str, ...]:
    """Give the ids that a test needs; `before` has those of the tests above it by function.

    Raises ValueError for what is neither a test above it nor a check.
    """
    found: list[str] = []
    for name in test["needs"]:
        own = before.get(name) or before.get(f"test_{name}") or (name,) * (name in ids or _among(name, before))
        if not own:
            raise ValueError(f"needs '{name}', which is neither a test nor a check above it")
        found += own
    return tuple(dict.fromkeys(found))


def _among(name: str, before: Mapping[str, Sequence[str]]) -> bool:
    return any(name in ids for ids in before.values())
