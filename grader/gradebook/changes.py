"""What differs between two versions of an exercise: what only scores depend on, and what outcomes do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from grader.core.late import LatePolicy
from grader.core.text import one_line
from grader.exercise.record import FILES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_FREE: Final = frozenset({"title", "level", "topics"})
"""What of an exercise says nothing about what grading finds."""
_DATES: Final = frozenset({"due", "late"})
"""Of these there are several ways to write the same."""
FREE_OF_CHECK: Final = frozenset({"title", "points", "bonus", "hint", "visibility", "feedback"})
_DEFAULTS: Final[Mapping[str, object]] = {
    "points": 1, "bonus": False, "visibility": "visible", "feedback": "full", "needs": [], "timeout": "30s",
}  # fmt: skip
_PAGE: Final = "task.md"
_STARTER: Final = "starter/"
_GONE: Final = object()
_MOST_TEXT: Final = 40


@dataclass(frozen=True, slots=True)
class Changes:
    """Each change as a phrase: `check 'answers': points 3 -> 5`."""

    scoring: tuple[str, ...] = ()
    """Of these, new scores can be worked out from outcomes that are stored."""
    grading: tuple[str, ...] = ()
    """With these, grading may find something else."""

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.scoring or self.grading)

    @property
    def only_dates(self) -> bool:
        """Whether there are some, and all of them are of when work is due and what lateness costs."""
        dated = [change.split(" ", 1)[0].split(".", 1)[0] in _DATES for change in self.scoring]
        return bool(dated) and all(dated) and not self.grading


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    """Hold two versions of one exercise against each other, as `grader.exercise.record` gives them."""
    scoring: list[str] = []
    grading: list[str] = []
    for key in _keys(old, new):
        if key in _DATES:
            scoring += _terms(key, old.get(key), new.get(key))
        elif key not in {"checks", FILES} and _differs(old.get(key, _GONE), new.get(key, _GONE)):
            into = scoring if key in _FREE else grading
            into += _phrases("", key, old.get(key, _GONE), new.get(key, _GONE), deep=key not in _FREE)
    _checks(_by_id(old), _by_id(new), scoring, grading)
    _files(old, new, scoring, grading)
    return Changes(tuple(scoring), tuple(grading))


def _terms(key: str, old: object, new: object) -> Iterator[str]:
    """Name what differs of a due date or a late policy, whichever way they are written."""
    before, after = (_read(key, value) for value in (old, new))
    if isinstance(before, LatePolicy) and isinstance(after, LatePolicy):
        was, now = (one.model_dump(mode="json") for one in (before, after))
        said = [one if isinstance(one, dict) else {} for one in (old, new)]
        for name in was:
            if was[name] != now[name]:
                yield from _phrases("", f"late.{name}", *(_said(one, name) for one in said), deep=True)
    elif before != after:
        yield f"{key} {_show(_GONE if old is None else old)} -> {_show(_GONE if new is None else new)}"


def _said(late: Mapping[str, Any], name: str) -> object:
    return _GONE if late.get(name) is None else late[name]


def _read(key: str, value: object) -> object:
    """Give what is meant; what has variables in it stays as it is written."""
    try:
        if key == "late":
            return LatePolicy.model_validate(value) if value is not None else None
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
    except (ValidationError, ValueError):
        return value
    return found.timestamp() if isinstance(found, datetime) and found.tzinfo is not None else value


def _keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*old, *new]))


def _by_id(data: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {str(one.get("id")): one for one in data.get("checks") or () if isinstance(one, dict)}


def _checks(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]], scoring: list[str], grading: list[str]
) -> None:
    grading += [f"check '{name}' is new" for name in new if name not in old]
    grading += [f"check '{name}' is gone" for name in old if name not in new]
    both = [name for name in new if name in old]
    if both != [name for name in old if name in new]:
        grading.append("the checks run in another order")
    for name in both:
        for key in _keys(old[name], new[name]):
            before, after = (side[name].get(key, _DEFAULTS.get(key, _GONE)) for side in (old, new))
            if not _differs(before, after):
                continue
            free = key in FREE_OF_CHECK
            into = scoring if free and not _says_tests(key, old[name], before) else grading
            into += _phrases(f"check '{name}': ", key, before, after, deep=not free)


def _says_tests(key: str, check: Mapping[str, Any], before: object) -> bool:
    """Whether tests may have said it themselves, so that what was said here can't be taken back: `bonus`, `hidden`."""
    return check.get("kind") == "pytest" and (
        (key == "bonus" and before is True) or (key == "visibility" and before == "hidden")
    )


def _files(old: Mapping[str, Any], new: Mapping[str, Any], scoring: list[str], grading: list[str]) -> None:
    before, after = old.get(FILES), new.get(FILES)
    given = (*_given(old), *_given(new))
    if not isinstance(after, dict):
        return
    if not isinstance(before, dict):
        # What they were isn't known, and a check may be made of them.
        grading += ["its other files may have changed"] if any(_matters(name, given) for name in after) else []
        return
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            how = "is new" if name not in before else "is gone" if name not in after else "has changed"
            (grading if _matters(name, given) else scoring).append(f"the file {one_line(name, 80)} {how}")


def _given(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Name what of the exercise's files is laid beside a submission."""
    submission = data.get("submission")
    given = submission.get("given") if isinstance(submission, dict) else None
    return tuple(str(one.get("from")) for one in given.values() if isinstance(one, dict)) if given else ()


def _matters(name: str, given: Sequence[str]) -> bool:
    """Whether grading may read a file: it doesn't read the task, nor what students only begin with."""
    if any(name == place or name.startswith(f"{place.rstrip('/')}/") for place in given):
        return True
    return name != _PAGE and not name.startswith(_STARTER)


def _phrases(prefix: str, path: str, old: object, new: object, *, deep: bool) -> Iterator[str]:
    """Name the innermost parts that differ."""
    if deep and isinstance(old, dict) and isinstance(new, dict):
        for key in _keys(old, new):
            yield from _phrases(prefix, f"{path}.{key}", old.get(key, _GONE), new.get(key, _GONE), deep=True)
    elif deep and isinstance(old, list) and isinstance(new, list) and len(old) == len(new) and _nested((*old, *new)):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _phrases(prefix, f"{path}[{index}]", before, after, deep=True)
    elif _differs(old, new):
        yield f"{prefix}{path} {_show(old)} -> {_show(new)}"


def _nested(values: Sequence[object]) -> bool:
    return any(isinstance(value, dict | list) for value in values)


def _differs(old: object, new: object) -> bool:
    return _canonical(old) != _canonical(new)


def _canonical(value: object) -> str:
    """Write a value so that equal ones are equal: 2 and 2.0 are; 1, True and "1" are not."""
    if value is _GONE:
        return ""
    return json.dumps(_plain(value), sort_keys=True, default=str)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _show(value: object) -> str:
    if value is _GONE:
        return "not set"
    return one_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str), _MOST_TEXT)
