"""The `packages` check."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from grader.checks import _container, _files, _packages
from grader.checks._problems import Problem, report
from grader.core.check import Check
from grader.core.matchers import Expectation
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.checks._packages import Manager, Package
    from grader.core.abilities import Files
    from grader.core.matching import Matcher

_ASK: Final = {
    "apt": ("dpkg-query", "-W"),
    "apk": ("apk", "info -v"),
    "pip": ("python3", "-m pip list"),
    "npm": ("npm", "ls --depth 0"),
}
"""The program that lists a manager's packages, and what it is told."""
_LISTED: Final = 5
"""Packages that a sentence lists."""

_RANGE: Final = frozenset("<>=!~^ ")
"""Signs of ranges of versions."""
_LONG: Final = 100
"""Characters that no name has."""


def _wanted(raw: object) -> object:
    """Read `[curl, {flask: ">=3"}]` as the map that it is short for; what has no version may have any."""
    if isinstance(raw, dict):
        return raw
    if not isinstance(raw, list):
        raise ValueError("must be a list of names, or a map of names and versions")  # noqa: TRY004 - pydantic reports ValueError
    found: dict[str, Any] = {}
    for item in raw:
        if isinstance(item, str):
            found[item] = None
        elif isinstance(item, dict) and item and all(isinstance(name, str) for name in item):
            found |= item
        else:
            raise ValueError("write a name, or {name: version}")
    return found


def _ranges(wanted: dict[str, Matcher]) -> dict[str, Matcher]:
    """Refuse a range that would be compared as text, and a name with one in it."""
    for name, version in wanted.items():
        _name(name)
        if isinstance(version.raw, str) and version.raw[:1] in _RANGE:
            raise ValueError(f"a version as text is that very version; for a range, write {{semver: '{version.raw}'}}")
    return wanted


def _name(name: str) -> str:
    if not _RANGE.isdisjoint(name):
        raise ValueError(f"'{name}' is a name and a version: write {{flask: {{semver: \">=3\"}}}}")
    return name


Wanted = Annotated[
    dict[str, Expectation],
    BeforeValidator(_wanted, json_schema_input_type=list[str | dict[str, Any]] | dict[str, Any]),
    AfterValidator(_ranges),
]


class Packages(Check):
    """Passes if packages are installed, or none of those that must not be.

    The databases of the package managers are read, and nothing is run: apt's (also of images without a shell), apk's,
    the metadata of Python packages in any `site-packages` or `dist-packages`, virtual environments included, and the
    packages right below any `node_modules`.
    What apt has removed does not count, though its settings may remain.
    Python's names are compared as pip does: `Flask_Login` is `flask-login`.
    With `semver`, what a distribution adds to a version is left out: `1:7.88.1-10+deb12u5` is 7.88.1.
    """

    example: ClassVar[str] = """
    - {id: has-flask, kind: packages, manager: pip, installed: [requests, {flask: {semver: ">=3"}}], absent: [pytest]}
    """

    kind: Literal["packages"] = "packages"
    manager: Literal["apt", "apk", "pip", "npm", "system"] | None = None
    """Whose packages; `system`: those of the distribution (apt or apk); default: any manager's."""
    installed: Wanted = Field(default_factory=dict)
    """Names of packages, each alone or with an expectation on its version: `{flask: {semver: ">=3"}}`."""
    absent: tuple[Annotated[str, AfterValidator(_name)], ...] = ()
    """Names of packages that must not be installed."""
    count: Expectation | None = None
    """How many packages there are."""

    @model_validator(mode="after")
    def _asks_something(self) -> Packages:
        if not self.installed and not self.absent and self.count is None:
            raise ValueError("nothing is expected; give installed, absent or count")
        for manager in self._managers:
            unwanted = {_packages.normal(manager, name) for name in self.absent}
            both = [name for name in self.installed if _packages.normal(manager, name) in unwanted]
            if both:
                raise ValueError(f"'{min(both)}' can't be installed and absent")
        return self

    @property
    def _managers(self) -> tuple[Manager, ...]:
        if self.manager == "system":
            return ("apt", "apk")
        return _packages.MANAGERS if self.manager is None else (self.manager,)

    def announce(self, target: Files) -> None:
        if self.in_ is None:
            target.announce_entries(_packages.patterns(self._managers))

    def run(self, target: Files) -> None:
        found: list[Package] = []
        with _files.shown(lambda: self._commands(target, found)):
            found += _packages.read(target, self._managers, self.in_)
            report(self._problems(found))

    def _commands(self, target: Files, found: Sequence[Package]) -> tuple[str, ...]:
        """Write the commands that list what is installed."""
        there = {package.manager for package in found}
        managers = [one for one in self._managers if one in there] or list(self._managers)
        if self.in_ is None and target.entry("/bin/ls") is None:
            return _files.listing("/**", None)
        lines = []
        for manager in managers:
            program, rest = _ASK[manager]
            if self.in_ is None:
                lines.append(f"docker run --rm --entrypoint {program} IMAGE {rest}")
            else:
                lines.append(f"docker exec CONTAINER {program} {rest}")
        if self.in_ is None:
            return ("\n".join(lines),)
        commands = [_container.inside(self.in_, line) for line in lines]
        return (*commands[0][:-1], "\n".join(command[-1] for command in commands))

    def _problems(self, found: Sequence[Package]) -> Iterator[Problem]:
        for name, version in self.installed.items():
            yield from self._installed(name, version, found)
        for name in self.absent:
            for package in _named(name, found):
                message = f"the package {_show(package)} is installed, and must not be"
                yield Problem(name, message, "not installed", f"{_show(package)} in {one_line(package.path)}")
        problem = self.count.problem(len(found)) if self.count is not None else None
        if self.count is not None and problem is not None:
            names = _list(found)
            subject = "packages" if self.manager is None else f"{self.manager} packages"
            message = f"the number of {subject} {problem}" + (f" ({names})" if found else "")
            yield Problem("count", message, self.count.words, str(len(found)))

    def _installed(self, name: str, version: Matcher, found: Sequence[Package]) -> Iterator[Problem]:
        there = _named(name, found)
        if not there:
            yield self._missing(name, found)
        elif version.raw is not None:
            wrong = [problem for one in there if (problem := version.problem(_compared(one, version))) is not None]
            if len(wrong) == len(there):  # of several, in virtual environments and outside, one may fit
                shown = "; ".join(f"{_show(one)} in {one_line(one.path)}" for one in there)
                yield Problem(name, f"the version of the package {name} {wrong[0]}", version.words, shown)

    def _missing(self, name: str, found: Sequence[Package]) -> Problem:
        by = "" if self.manager is None else f" with {self.manager}"
        near = _near(name, found)
        if near:
            instead = f"; a similar name has {_list(near)}"
        elif not found:
            instead = f": no {'' if self.manager is None else f'{self.manager} '}packages were found"
        else:
            instead = ""
        actual = _list(near) or ("not installed" if found else "no packages at all")
        return Problem(name, f"the package {name} is not installed{by}{instead}", name, actual)


def _named(name: str, found: Sequence[Package]) -> list[Package]:
    return [one for one in found if _packages.normal(one.manager, one.name) == _packages.normal(one.manager, name)]


def _compared(package: Package, wanted: Matcher) -> str:
    return _packages.upstream(package) if _mentions_semver(wanted.raw) else package.version


def _mentions_semver(raw: object) -> bool:
    if isinstance(raw, dict):
        return "semver" in raw or any(_mentions_semver(value) for value in raw.values())
    return isinstance(raw, list) and any(_mentions_semver(value) for value in raw)


def _near(name: str, found: Sequence[Package]) -> list[Package]:
    """Give packages whose name is nearly this one, or has it as a part."""
    low = _packages.normal("pip", name)
    names = sorted({_packages.normal("pip", one.name) for one in found if len(one.name) < _LONG})
    close = [*difflib.get_close_matches(low, names, _LISTED, 0.75)]
    close += [one for one in names if low in one.split("-") and one not in close]
    return [one for near in close[:_LISTED] for one in found if _packages.normal("pip", one.name) == near]


def _show(package: Package) -> str:
    return one_line(f"{package.name} {package.version}".rstrip(), 80) + f" ({package.manager})"


def _list(packages: Sequence[Package]) -> str:
    more = f" and {len(packages) - _LISTED} more" if len(packages) > _LISTED else ""
    return ", ".join(_show(one) for one in packages[:_LISTED]) + more
