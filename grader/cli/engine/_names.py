"""Which warm engines are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.sandbox.disposable.records import Record
    from grader.sandbox.engine import Engine


def chosen(host: Engine, names: tuple[str, ...]) -> list[Record]:
    """Give the warm engines that are named, or all. Raises UsageError for a name that none has."""
    from grader.core.errors import UsageError
    from grader.core.text import quoted
    from grader.sandbox.disposable import records

    known = {one.name: one for one, _ in records.every() if one.warm and one.host == host.address}
    for name in names:
        if name not in known:
            there = f"There are: {', '.join(known)}." if known else "There are none; `grader engine up` starts some."
            raise UsageError(f"there is no warm engine {quoted(name)}", hint=there)
    return [known[name] for name in dict.fromkeys(names)] or list(known.values())
