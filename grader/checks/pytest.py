"""The `pytest` check."""

from __future__ import annotations

import importlib.util
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from grader.checks._test import Test
from grader.core.check import Check
from grader.core.errors import Broken, TimedOut
from grader.core.quantities import Points, Seconds
from grader.core.result import Visibility

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grader.checks._session import Session
    from grader.core.abilities import Anything
    from grader.core.setting import Setting


def _inside(value: str) -> str:
    if Path(value).is_absolute() or ".." in Path(value).parts:
        raise ValueError("must be a path inside the exercise's folder")
    return value


class Pytest(Check):
    """Passes if the tests in a file of Python do; each of them is a check of its own.

    A test passes, or fails with the explanation that pytest has for its `assert`; whatever else goes wrong in it is the
    author's doing, and costs no points.
    Points and hints are said by marks in the file, as [pytest.md](pytest.md) describes; `timeout` is for each test.
    It needs `pip install "grader[pytest]"`.
    """

    example: ClassVar[str] = """
    - {id: notes, kind: pytest, file: tests/test_notes.py, timeout: 20s}
    """
    several: ClassVar[bool] = True

    kind: Literal["pytest"] = "pytest"
    file: Annotated[str, AfterValidator(_inside)]
    """A file of the exercise's folder, or a folder with `test_*.py` in it."""
    points: Points = Field(default=Decimal(0))
    """Not to be used: the tests say theirs."""
    within: Seconds | None = None
    """Not to be used: a test waits for itself."""

    @model_validator(mode="after")
    def _theirs(self) -> Pytest:
        if "points" in self.model_fields_set:
            raise ValueError("points are the tests': write @pytest.mark.points(2) above one, there is no 'points' here")
        if self.within is not None or getattr(self, "lasts", None) is not None:
            raise ValueError("within and lasts have no meaning here: a test waits for itself")
        return self

    def faults(self, folder: Path) -> Iterator[tuple[str, str]]:
        path = folder / self.file
        if not path.exists():
            yield "file", f"there is no '{self.file}' in the exercise's folder"
        elif path.is_file() and path.suffix != ".py":
            yield "file", "must be a Python file, or a folder with test_*.py in it"
        missing = [name for name in ("pytest", "testinfra") if importlib.util.find_spec(name) is None]
        if missing:
            yield "kind", f"{' and '.join(missing)} can't be imported; install grader[pytest]"

    @contextmanager
    def expand(self, setting: Setting) -> Iterator[Sequence[Check]]:
        """Start pytest, and give the tests that it finds; what can't be read is a check that can't be carried out."""
        from grader.checks._session import Session

        session = Session(setting.exercise / self.file, setting)
        try:
            try:
                found = session.collect()
            except (Broken, TimedOut) as error:
                yield (self._impossible(self.id, str(error)),)
                return
            yield self._tests(found, session, setting)
        finally:
            session.close()

    def run(self, target: Anything) -> None:  # noqa: ARG002 - the signature of every check
        raise Broken("a 'pytest' check has several results, and can't be a part of another one")

    def _tests(self, found: Mapping[str, Any], session: Session, setting: Setting) -> tuple[Check, ...]:
        from grader.checks import _naming

        tests = found["tests"]
        ids = _naming.identify(self.id, tests, setting.ids)
        made: list[Check] = []
        before: dict[str, list[str]] = {}
        for name, test in zip(ids, tests, strict=True):
            problem = test["problem"]
            needs: tuple[str, ...] = ()
            try:
                needs = _naming.needs(test, before, setting.above)
            except ValueError as error:
                problem = problem or str(error)
            made.append(self._test(name, test, needs, session, problem))
            before.setdefault(str(test["name"]), []).append(name)
        for number, unreadable in enumerate(found["errors"], 1):
            made.append(self._impossible(f"{self.id[:50]}-unreadable-{number}", unreadable))
        return tuple(made) or (self._impossible(self.id, f"there are no tests in {self.file}"),)

    def _test(
        self, name: str, test: Mapping[str, Any], needs: tuple[str, ...], session: Session, problem: str | None
    ) -> Check:
        fields = {
            "title": test["title"],
            "points": Decimal(test["points"]),
            "bonus": self.bonus or test["bonus"],
            "hint": test["hint"] or self.hint,
            "needs": () if problem is not None else (*self.needs, *needs),
            "visibility": Visibility.HIDDEN if test["hidden"] else self.visibility,
        }
        if problem is not None:
            return Test.impossible(problem, **self._common(name, **fields))
        return Test.of(partial(session.run, str(test["node"])), lambda: session.asked, **self._common(name, **fields))

    def _impossible(self, name: str, why: str) -> Check:
        # Whatever it needs makes no difference, and what it would be worth is not known.
        return Test.impossible(why, **self._common(name, title="Tests that can't be read", points=0, needs=()))

    def _common(self, name: str, **fields: Any) -> dict[str, Any]:
        common = {one: getattr(self, one) for one in ("needs", "timeout", "feedback", "visibility", "hint")}
        return {"id": name, **common, **fields}
