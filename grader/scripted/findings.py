"""What a test comes to, in words for the student: from pytest's exceptions and explanations to plain data."""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from grader.core.errors import Broken, Failure, Unmet
from grader.core.result import Evidence
from grader.core.text import clip, one_line

_LONG: Final = 4_000
"""Characters of an explanation that are kept."""
_VALUE: Final = 2_000
"""Characters of a value that are kept."""
# Both ways in which a traceback names a line.
_PLACE: Final = re.compile(r'File "([^"]{1,500})", line ([0-9]+)|^([^:"]{1,500}):([0-9]+): ')
_WORDS: Final = {
    ast.Eq: "", ast.Is: "", ast.NotEq: "not ", ast.IsNot: "not ", ast.Lt: "less than ", ast.LtE: "at most ",
    ast.Gt: "more than ", ast.GtE: "at least ",
}  # fmt: skip
"""What is expected of the left side, before the right one."""


@dataclass
class Finding:
    """The outcome of a test, and everything that is known about it."""

    outcome: str = "passed"
    """Or `failed`, `skipped`, `error`."""
    message: str = ""
    expected: str | None = None
    actual: str | None = None
    hint: str | None = None
    reproduce: str | None = None
    evidence: tuple[Evidence, ...] = field(default=())

    def told(self) -> dict[str, Any]:
        """Give it as plain values."""
        return dict(vars(self))


class Sides(NamedTuple):
    """What a comparison is about."""

    expected: str
    actual: str
    sentence: str


# --- before a test runs ---------------------------------------------------------------------------------------------


def describe(item: pytest.Item) -> dict[str, Any]:
    """Tell what is known of a test before it runs."""
    name = getattr(item, "originalname", None) or item.name
    case = item.name.removeprefix(name).removeprefix("[").removesuffix("]")
    points, bonus, problem = _points(item)
    hint = item.get_closest_marker("hint")
    if hint is not None and not (len(hint.args) == 1 and isinstance(hint.args[0], str)):
        problem = problem or "a hint takes one text: @pytest.mark.hint('…')"
    return {
        "node": item.nodeid,
        "name": name,
        "case": case,
        "within": _within(item),
        "title": _title(item, name, case),
        "points": str(points),
        "bonus": bonus,
        "hint": hint.args[0] if hint is not None and problem is None else None,
        "hidden": item.get_closest_marker("hidden") is not None,
        "needs": [str(one) for mark in item.iter_markers("needs") for one in mark.args],
        "problem": None if problem is None else f"{_place(item)}: {problem}",
    }


def _points(item: pytest.Item) -> tuple[Decimal, bool, str | None]:
    mark = item.get_closest_marker("points")
    if mark is None:
        return Decimal(1), False, None
    try:
        points = Decimal(str(mark.args[0]))
    except (IndexError, InvalidOperation):
        points = Decimal(-1)
    bonus = mark.kwargs.get("bonus", False)
    fits = points.is_finite() and points >= 0 and points == round(points, 4)
    if len(mark.args) != 1 or set(mark.kwargs) - {"bonus"} or not fits:
        return Decimal(0), False, "points take a number, 0 or more, of 4 decimals at most: @pytest.mark.points(2)"
    return points, bonus is True, None


def _within(item: pytest.Item) -> list[str]:
    """Name the classes that a test is in; and its file, where a whole folder is run."""
    classes = [node.name for node in item.listchain() if isinstance(node, pytest.Class)]
    alone = any(Path(str(one).partition("::")[0]).is_file() for one in item.config.args)
    return [*([] if alone else [item.path.stem.removeprefix("test_")]), *classes]


def _title(item: pytest.Item, name: str, case: str) -> str:
    document = getattr(getattr(item, "obj", None), "__doc__", None) or ""
    first = document.strip().partition("\n")[0].strip().removesuffix(".")
    if not first:
        words = name.removeprefix("test_").replace("_", " ").strip() or name
        first = words[:1].upper() + words[1:]
    return one_line(f"{first} ({case})" if case else first)


def _place(item: pytest.Item) -> str:
    path, line, _ = item.location
    return path if line is None else f"{path}:{line + 1}"


def unreadable(report: pytest.CollectReport, root: Path) -> str:
    """Say why a file can't be read: the error and its place, not the lines around it, which may be hidden tests'."""
    lines = [line.strip() for line in str(report.longrepr or "").splitlines() if line.strip()]
    errors = [line[1:].strip() for line in lines if line.startswith("E ")]
    places = [(root / (one[1] or one[3]), one[2] or one[4]) for line in lines if (one := _PLACE.search(line))]
    inside = [f"{path.relative_to(root)}:{number}" for path, number in places if path.is_relative_to(root)]
    where = inside[-1] if inside else report.nodeid
    return f"the tests can't be read: {where}: {one_line((errors or lines or ['no reason is known'])[-1], 300)}"


# --- after it ran ---------------------------------------------------------------------------------------------------


def finding(
    item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport, compared: tuple[str, Any, Any] | None
) -> Finding:
    """Tell what one phase of a test comes to."""
    if call.excinfo is None:
        if report.failed:  # an expected failure that did not happen
            return Finding("failed", one_line(str(report.longrepr)))
        return Finding()
    if report.skipped:
        error = call.excinfo.value
        if hasattr(report, "wasxfail"):
            reason = f"is expected to fail: {report.wasxfail}" if report.wasxfail else "is expected to fail"
            return Finding("skipped", one_line(reason, 300))
        return Finding("skipped", one_line(str(getattr(error, "msg", None) or error) or "skipped", 300))
    return _raised(item, call.excinfo, compared)


def _raised(
    item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException], compared: tuple[str, Any, Any] | None
) -> Finding:
    error = excinfo.value
    if isinstance(error, AssertionError):
        return _asserted(item, excinfo, compared)
    if isinstance(error, Failure):
        told = {name: getattr(error, name) for name in ("expected", "actual", "hint", "reproduce", "evidence")}
        return Finding("failed", clip(error.message, _LONG), **told)
    if isinstance(error, pytest.fail.Exception):
        return Finding("failed", clip(str(error.msg or error), _LONG))
    if isinstance(error, Unmet):
        return Finding("skipped", one_line(str(error), 300))
    said = str(error) if isinstance(error, Broken) else f"{type(error).__name__}: {error}"
    return Finding("error", f"the test itself is broken: {_where(item, excinfo)}: {one_line(said, 300)}")


def _where(item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Name the last line of the author's that an exception came through."""
    root = item.config.rootpath
    for entry in reversed(excinfo.traceback):
        path = Path(entry.path)
        if path.is_relative_to(root):
            return f"{path.relative_to(root)}:{entry.lineno + 1}"
    return _place(item)


def _asserted(
    item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException], compared: tuple[str, Any, Any] | None
) -> Finding:
    """Turn a failed `assert` into a sentence; the whole explanation is evidence."""
    explanation = str(excinfo.value)
    source = _statement(item, excinfo)
    node = _parsed(source)
    own, _, rest = explanation.partition("\nassert ")
    plain = explanation.startswith("assert ") or not explanation
    evidence: tuple[Evidence, ...] = ()
    if rest or explanation.startswith("assert "):
        shown = source if node is None else f"assert {ast.unparse(node.test)}"
        text = f"{shown}\n{'assert ' + rest if rest else explanation}"
        evidence = (Evidence(kind="source", title="what the test says", text=clip(text, _LONG)),)
    sides = None if node is None or compared is None else _sides(node.test, compared)
    expected, actual = (None, None) if sides is None else (sides.expected, sides.actual)
    message = clip(own, _LONG) if not plain else _sentence(node, source, sides)
    return Finding("failed", message, expected, actual, evidence=evidence)


def _statement(item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    for entry in reversed(excinfo.traceback):
        if Path(entry.path).is_relative_to(item.config.rootpath):
            return textwrap.dedent(str(entry.statement)).strip()
    return ""


def _parsed(source: str) -> ast.Assert | None:
    try:
        found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert)]
    except (SyntaxError, ValueError):
        return None
    return found[0] if len(found) == 1 else None


def _sides(test: ast.expr, compared: tuple[str, Any, Any]) -> Sides | None:
    """Tell what was expected and what was found, of one plain comparison."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    _, left, right = compared
    place, operator = test.comparators[0], test.ops[0]
    if isinstance(operator, ast.In):
        return Sides(f"contains {_short(left)}", _shown(right), f"{_name(place)} does not contain {_short(left)}")
    if isinstance(operator, ast.NotIn):
        return Sides(f"does not contain {_short(left)}", _shown(right), f"{_name(place)} contains {_short(left)}")
    word = _WORDS[type(operator)]
    wanted = f"{word}{_short(right)}"
    said = f"{_name(test.left)} is {_short(left)}, expected {wanted}"
    return Sides(wanted if word else _shown(right), _shown(left), said)


def _name(expression: ast.expr) -> str:
    return one_line(ast.unparse(expression), 80)


def _shown(value: object) -> str:
    if isinstance(value, str):
        return clip(value, _VALUE)
    try:
        return clip(repr(value), _VALUE)
    except Exception as error:  # noqa: BLE001 - an author's object may not be able to describe itself
        return f"<{type(value).__name__}: {type(error).__name__}>"


def _short(value: object) -> str:
    return f"'{one_line(value)}'" if isinstance(value, str) else one_line(_shown(value))


def _sentence(node: ast.Assert | None, source: str, sides: Sides | None) -> str:
    """Say in one line what does not hold."""
    if sides is not None:
        return sides.sentence
    if node is not None:
        return f"this does not hold: {one_line(ast.unparse(node.test))}"
    return f"this does not hold: {one_line(source)}" if source else "an assertion does not hold"
