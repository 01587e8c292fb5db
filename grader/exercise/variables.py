"""`vars`: values made from a seed, and put where `${name}` stands."""

from __future__ import annotations

import difflib
import random
import re
from typing import Any, Final

# Meets authors' text only; `$${name}` is the escape.
_USE: Final = re.compile(r"\$?\$\{([A-Za-z0-9_-]+)\}")


def make(declared: object, seed: int) -> dict[str, Any]:
    """Give every declared variable its value for this seed; what is not well declared is left to validation."""
    if not isinstance(declared, dict):
        return {}
    return {str(name): _value(str(name), how, seed) for name, how in declared.items()}


def _value(name: str, how: object, seed: int) -> object:
    if not isinstance(how, dict):
        return how
    kind = how.get("random")
    # Each variable has a sequence of its own: adding one doesn't change the others.
    source = random.Random(f"{seed}:{name}")  # noqa: S311 - it must be repeatable, not secret
    if isinstance(kind, list) and kind:
        return source.choice(kind)
    if kind == "int":
        return source.randint(1000, 9999)
    if kind == "port":
        return source.randint(20000, 29999)
    digits = str(kind).removeprefix("hex")
    count = int(digits) if digits.isdecimal() and len(digits) < 3 else 8  # noqa: PLR2004 - up to 64
    return "".join(source.choice("0123456789abcdef") for _ in range(count))


def fill(
    data: object, values: dict[str, Any], path: tuple[str | int, ...] = ()
) -> tuple[Any, list[tuple[tuple[str | int, ...], str]]]:
    """Put values into every text below `data`; gives the new data, and path and message of each unknown name."""
    problems: list[tuple[tuple[str | int, ...], str]] = []
    if isinstance(data, str):
        return _fill_text(data, values, path, problems), problems
    if isinstance(data, list):
        items = [fill(item, values, (*path, index)) for index, item in enumerate(data)]
        return [item for item, _ in items], [problem for _, found in items for problem in found]
    if isinstance(data, dict):
        filled = {}
        for key, value in data.items():
            filled[key], found = fill(value, values, (*path, key))
            problems += found
        return filled, problems
    return data, problems


def _fill_text(
    text: str, values: dict[str, Any], path: tuple[str | int, ...], problems: list[tuple[tuple[str | int, ...], str]]
) -> Any:
    alone = _USE.fullmatch(text)
    if alone is not None and not text.startswith("$$") and not isinstance(values.get(alone[1]), str | None):
        return values[alone[1]]  # a number alone stays one: in JSON, 42 and "42" differ

    def value(match: re.Match[str]) -> str:
        if match[0].startswith("$$"):
            return match[0][1:]
        if match[1] in values:
            return str(values[match[1]])
        near = difflib.get_close_matches(match[1], values, 1)
        meant = (
            f"did you mean '${{{near[0]}}}'?" if near else f"declare it in vars, or write $${{{match[1]}}} for the text"
        )
        problems.append((path, f"unknown variable '{match[0]}'; {meant}"))
        return match[0]

    return _USE.sub(value, text)
