"""The `lint` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, model_validator

from grader.checks._hadolint import LEVELS, findings
from grader.core.check import Check
from grader.core.clock import remaining
from grader.core.errors import Mismatch, Unmet
from grader.core.result import Evidence, Finding
from grader.core.text import one_line

if TYPE_CHECKING:
    from grader.core.abilities import Source

Rule = Annotated[str, Field(pattern="^(DL|SC)[0-9]{4}$")]
_UNREADABLE: Final = "DL1000"
# These judge registries and labels by lists that hadolint takes from its configuration.
_CONFIGURED: Final = frozenset(["DL3026", *(f"DL{number}" for number in (*range(3049, 3057), 3058))])


class Lint(Check):
    """Passes if hadolint finds nothing wrong with the Dockerfile.

    The rules are described at https://github.com/hadolint/hadolint#rules; SC rules are about the shell lines of RUN.
    Comments that switch rules off, and configuration files, don't count.
    Some valid here-documents are beyond hadolint: where it can't read a file that Docker can, the check is skipped.
    """

    example: ClassVar[str] = """
    - {id: tidy, kind: lint, severity: warning, ignore: [DL3008], points: 0.5, title: Hadolint has no complaints}
    """

    kind: Literal["lint"] = "lint"
    severity: Literal["error", "warning", "info", "style"] | None = None
    """Findings of this level and of higher ones fail; default: `warning`."""
    ignore: tuple[Rule, ...] = ()
    """Rules that may be broken."""
    rules: tuple[Rule, ...] = ()
    """Only these rules fail, whatever their level; excludes `severity` and `ignore`."""

    @model_validator(mode="after")
    def _can_fail(self) -> Lint:
        if self.rules and (self.ignore or self.severity is not None):
            raise ValueError("rules alone says what fails: leave out severity and ignore")
        idle = sorted(_CONFIGURED.intersection(self.rules))
        if idle:
            raise ValueError(
                f"{', '.join(idle)} can't fail here; use the checks dockerfile and image for labels and bases"
            )
        return self

    def run(self, target: Source) -> None:
        source = target.dockerfile().text
        found = findings(source.encode(), self.rules, remaining(self.timeout))
        unreadable = next((one for one in found if one["code"] == _UNREADABLE), None)
        if unreadable is not None:
            raise Unmet(f"hadolint can't read this Dockerfile, though Docker can: {_line(unreadable)}")
        counted = [one for one in found if self._counts(one)]
        if counted:
            raise Mismatch(
                "\n".join(_line(one) for one in counted),
                expected=f"no finding of {', '.join(self.rules)}" if self.rules else f"no {self._worst} or worse",
                actual=f"{len(counted)} finding{'s' if len(counted) > 1 else ''}",
                reproduce="hadolint Dockerfile",
                evidence=(Evidence(kind="source", title="Dockerfile", text=source),),
                findings=tuple(_finding(one) for one in counted),
            )

    @property
    def _worst(self) -> str:
        return self.severity or "warning"

    def _counts(self, finding: dict[str, Any]) -> bool:
        if self.rules:
            return finding["code"] in self.rules
        severe = LEVELS.index(finding["level"]) <= LEVELS.index(self._worst)
        return severe and finding["code"] not in self.ignore


def _line(finding: dict[str, Any]) -> str:
    return f"line {finding['line']}: {finding['code']} {finding['level']}: {one_line(str(finding['message']), 300)}"


def _finding(finding: dict[str, Any]) -> Finding:
    message = one_line(str(finding["message"]), 300)
    return Finding(rule=finding["code"], level=finding["level"], message=message, line=int(finding["line"]))
