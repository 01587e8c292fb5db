"""The `dockerfile` check."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, model_validator

from grader.checks._configured import UserExpectation, plain
from grader.checks._instructions import Landmark, Name, all_bases, final_user, real_base, regions, stands, words
from grader.checks._problems import Problem, compare, report
from grader.core.check import Check
from grader.core.errors import Missing
from grader.core.matchers import Expectation
from grader.core.references import SCRATCH
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.checks._instructions import Region
    from grader.core.abilities import Source
    from grader.core.dockerfile import Dockerfile as Parsed
    from grader.core.dockerfile import Instruction

_SELECTING = ("count", "absent", "arguments", "form", "flags", "stage", "before", "after")


class Dockerfile(Check):
    """Passes if the Dockerfile has an instruction, or none, as described; or is built up as described.

    With `instruction`, those that fit all of `arguments`, `form`, `flags`, `stage`, `before` and `after` are counted.
    There must be at least one, or as many as `count` says, or none with `absent`.
    `base`, `bases`, `user` and `stages` are about the whole file; `base: {not: {ends_with: ":latest"}}` asks for a tag.
    A failure lists everything that is wrong.
    """

    example: ClassVar[str] = """
    - {id: copies-from-build, kind: dockerfile, instruction: COPY, stage: final, flags: {from: build}}
    """

    kind: Literal["dockerfile"] = "dockerfile"
    instruction: Name | None = None
    """The instruction to look for: `RUN`."""
    count: Expectation | None = None
    """How many there are; default: at least one."""
    absent: bool = False
    """There must be none."""
    arguments: Expectation | None = None
    """What follows the name and the flags, words joined by a space, then here-documents; ENV and LABEL as `A=b`."""
    form: Literal["exec", "shell"] | None = None
    """`exec`: written as a JSON array, `["python", "app.py"]`; `shell`: as a plain line."""
    flags: dict[str, Expectation] = Field(default_factory=dict)
    """Flags it has, without dashes: `{from: build}`; a flag without a value has the value ''."""
    stage: int | str = "any"
    """Where to look: the name of a stage or its number from 0; `final`: the last and those it is built on; `any`."""
    before: Landmark | None = None
    """Only those count that are followed in their stage by such an instruction: `RUN`, or `RUN pip install`."""
    after: Landmark | None = None
    """Only those count that follow such an instruction in their stage."""
    base: Expectation | None = None
    """The image at the end of the final stage's FROMs, in full: `python` is `python:latest`; or `scratch`."""
    bases: Expectation | None = None
    """All images that the build reads, in full, also for other stages and in `COPY --from`; stages are none."""
    user: UserExpectation | None = None
    """The user of the last USER that counts, without its group, as it is written: a number is not looked up; `root` if
    there is none, and for number 0. `image` knows both, and `process` what the program runs as."""
    stages: Expectation | None = None
    """The number of stages."""

    @model_validator(mode="after")
    def _asks_something(self) -> Dockerfile:
        orphans = [name for name in _SELECTING if name in self.model_fields_set]
        if self.instruction is None and orphans:
            raise ValueError(f"{', '.join(orphans)}: needs an instruction to look for")
        if self.absent and self.count is not None:
            raise ValueError("absent and count exclude each other")
        if isinstance(self.stage, int) and self.stage < 0:
            raise ValueError("stages are numbered from 0; the last is `final`")
        if self.stage == "last":
            raise ValueError("the last stage is called `final`")
        if any(flag.startswith("-") for flag in self.flags):
            raise ValueError("write flags without dashes: {from: build}")
        if all(one is None for one in (self.instruction, self.base, self.bases, self.user, self.stages)):
            raise ValueError("nothing is expected; give instruction, base, bases, user or stages")
        return self

    @property
    def base_images(self) -> tuple[tuple[str, str], ...]:
        wanted = None if self.base is None else self.base.raw
        if isinstance(wanted, dict) and set(wanted) != {"equals"}:
            return ()
        return tuple(("base", str(one)) for one in plain(wanted) if one not in {None, SCRATCH})

    def run(self, target: Source) -> None:
        source = target.dockerfile()
        whole = [*self._whole(source)]
        problems = [problem for problem, _ in whole]
        names = [name for _, name in whole]
        if self.instruction is not None:
            found = [*self._judge(self.instruction, source)]
            problems += found
            names += [self.instruction] if found else []
        report(problems, reproduce=_look(names) if names else None, kind=self.kind)

    def _whole(self, source: Parsed) -> Iterator[tuple[Problem, str]]:
        """Look at what is said of the whole file; each problem with the instruction that it is about."""
        for subject, (value, line), wanted, name in (
            ("the base image", real_base(source), self.base, "FROM"),
            ("the list of base images", (all_bases(source), None), self.bases, "FROM"),
            ("the user", final_user(source), self.user, "USER"),
            ("the number of stages", (len(source.stages), None), self.stages, "FROM"),
        ):
            for one in compare(subject, value, wanted):
                placed = one._replace(places=((line, one.message),))
                yield (placed if line is None else placed._replace(message=f"line {line}: {one.message}")), name

    def _judge(self, name: str, source: Parsed) -> Iterator[Problem]:
        try:
            searched = regions(source, self.stage)
        except Missing as missing:
            whole = ((None, missing.message),)
            yield Problem(f"stage {self.stage}", missing.message, str(missing.expected), str(missing.actual), whole)
            return
        reasons = {
            one: next(self._objections(one, region[:n], region[n + 1 :]), None)
            for region in searched
            for n, one in enumerate(region)
            if one.name == name
        }
        fitting = [one for one, reason in reasons.items() if reason is None]
        wanted, there = self._wanted(name), _lines(reasons) or f"no {name}"
        if self.count is not None:
            for one in compare(f"the number of {wanted}", len(fitting), self.count):
                yield one._replace(places=((None, one.message),))
        elif self.absent and fitting:
            yield _placed(name, [(one.line, f"there must be no {wanted}") for one in fitting], f"no {wanted}", fitting)
        elif not reasons and not self.absent:
            where = "the Dockerfile" if self.stage == "any" else f"stage {self.stage}"
            message = f"there is no {name} in {where}"
            yield Problem(name, message, wanted, there, ((None, message),))
        elif not fitting and not self.absent:
            yield _placed(name, [(one.line, str(reason)) for one, reason in reasons.items()], wanted, reasons)

    def _objections(self, one: Instruction, earlier: Region, later: Region) -> Iterator[str]:
        problem = None if self.arguments is None else self.arguments.problem(words(one))
        if problem is not None:
            yield f"what follows {one.name} {problem}"
        if self.form is not None and one.exec_form != (self.form == "exec"):
            yield f"{one.name} is not written in the {self.form} form"
        for flag, wanted in self.flags.items():
            problems = [wanted.problem(value) for value in one.flag(flag)] or ["is missing"]
            if None not in problems:
                yield f"the flag --{flag} of {one.name} {problems[-1]}"
        if self.before is not None and not stands(self.before, later):
            yield f"no {self.before} follows this {one.name}"
        if self.after is not None and not stands(self.after, earlier):
            yield f"no {self.after} stands before this {one.name}"

    def _wanted(self, name: str) -> str:
        parts = [] if self.arguments is None else [f"followed by text that {self.arguments.words}"]
        parts += [] if self.form is None else [f"in the {self.form} form"]
        parts += [f"whose flag --{flag} {wanted.words}" for flag, wanted in self.flags.items()]
        parts += [
            f"{side} {mark}" for side, mark in (("before", self.before), ("after", self.after)) if mark is not None
        ]
        return f"{name} {', '.join(parts)}".rstrip()


def _placed(name: str, places: list[tuple[int, str]], wanted: str, there: Iterable[Instruction]) -> Problem:
    message = "\n".join(f"line {line}: {text}" for line, text in places)
    return Problem(name, message, wanted, _lines(there), tuple(places))


def _lines(found: Iterable[Instruction]) -> str:
    return "\n".join(f"line {one.line}: {one_line(one.text)}" for one in found)


def _look(names: Iterable[str]) -> str:
    several = list(dict.fromkeys(names))
    wanted = several[0] if len(several) == 1 else f"({'|'.join(several)})"
    return f"grep -n -i{'' if len(several) == 1 else 'E'} '^ *{wanted}' Dockerfile"
