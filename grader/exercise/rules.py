"""What must hold between the parts of an exercise, beyond the type of each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from grader.core import abilities
from grader.core.quantities import show_seconds
from grader.core.references import normalize
from grader.core.result import Visibility
from grader.core.specs import Where
from grader.core.text import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.core.check import Check
    from grader.exercise.model import ExerciseFile
    from grader.exercise.problems import Problems
    from grader.submissions import Submission


class Placed(NamedTuple):
    """The checks of a file, those that can't be read left out."""

    checks: Mapping[int, Check]
    """By their places in the list."""
    ids: Sequence[str | None]
    """What every place in the list has as its id."""


def makes_its_own_containers(submission: Submission | None) -> bool:
    """Whether checks look at containers that the student makes, not at those that the exercise describes."""
    return submission is not None and issubclass(submission.opens, abilities.State)


def check(file: ExerciseFile, folder: Path, placed: Placed, problems: Problems) -> None:
    """Note everything that does not fit together."""
    if not placed.ids:
        problems.add(("checks",), "no checks: there is nothing to grade")
    elif len(placed.checks) == len(placed.ids) and not any(
        one.points or one.several for one in file.checks if not one.bonus
    ):
        problems.add(("checks",), "no check gives points")
    if file.due is not None and file.due.tzinfo is None:
        problems.add(("due",), "has no time zone; write for example 2026-12-01T23:59:00+07:00")
    if file.late is not None and file.due is None:
        problems.add(("late",), "needs a 'due' date in the exercise")
    _own(file, problems)
    for index, one in enumerate(placed.ids):
        if one is not None and one in placed.ids[:index]:
            problems.add(("checks", index, "id"), f"'{one}' is the id of an earlier check")
    for index, found in placed.checks.items():
        _needs(index, found, placed.ids, problems)
        _fits(file, found, ("checks", index), found.timeout, problems)
        for field, message in found.faults(folder):
            problems.add(("checks", index, field), message)
    for place, given in getattr(file.submission, "given", {}).items():
        _given(folder, place, given.from_, problems)


def _own(file: ExerciseFile, problems: Problems) -> None:
    """Look at what only matters where students make the containers."""
    if not makes_its_own_containers(file.submission):
        return
    if file.containers:
        kind = file.submission.kind
        problems.add(("containers",), f"has no meaning for {kind} submissions: students make the containers themselves")
    if not file.images:
        problems.add(("images",), "no images: students' commands would have nothing to run; list what they may use")
    known = {normalize(name) for name in file.images}
    for index, name in enumerate(getattr(file.submission, "to_pull", ())):
        if normalize(name) not in known:
            problems.add(("submission", "to_pull", index), f"'{name}' is not among the exercise's images")


def _needs(index: int, one: Check, ids: Sequence[str | None], problems: Problems) -> None:
    """Checks run in the order of the file, so what is needed must stand above: then there is no cycle."""
    for position, needed in enumerate(one.needs):
        if needed in ids[:index]:
            continue
        if needed == one.id:
            message = "needs itself; checks run from top to bottom"
        elif needed in ids:
            message = f"needs '{needed}', which comes later; checks run from top to bottom"
        else:
            message = f"there is no check '{needed}'{did_you_mean(needed, [name for name in ids if name is not None])}"
        problems.add(("checks", index, "needs", position), message)


def _fits(file: ExerciseFile, one: Check, path: tuple[str | int, ...], timeout: float, problems: Problems) -> None:
    """Hold a check against the exercise, and then what is inside it; `timeout` is the time that it has."""
    for inside, part in one.parts():
        own = part.timeout if "timeout" in part.model_fields_set else timeout
        _fits(file, part, (*path, *inside), own, problems)
        if "timeout" in part.model_fields_set and part.timeout > timeout:
            message = f"is longer than the group's timeout ({show_seconds(timeout)})"
            problems.add((*path, *inside, "timeout"), message)
        if part.several:
            problems.add((*path, *inside, "kind"), f"a '{part.kind}' check has several results: it can't be in a group")
    ability = one.needs_ability()
    if not issubclass(file.submission.opens, ability):
        kind = file.submission.kind
        fields = " with these fields" if issubclass(file.submission.opens, one.ability()) else ""
        problems.add((*path, "kind"), f"a '{one.kind}' check{fields} can't be used with {kind} submissions")
        return
    if one.visibility is Visibility.AFTER_DUE and file.due is None:
        problems.add((*path, "visibility"), "after_due needs a 'due' date in the exercise")
    _times(one, path, timeout, problems)
    _container(file, one, path, problems)
    for field, message in one.against(file.build):
        problems.add((*path, field), message)
    known = {normalize(name) for name in file.images}
    for field, image in one.base_images:
        if normalize(image) not in known:
            problems.add((*path, field), f"'{image}' is not among the exercise's images")


def _times(one: Check, path: tuple[str | int, ...], timeout: float, problems: Problems) -> None:
    if one.within is not None and one.within > timeout:
        problems.add((*path, "within"), f"is longer than the check's timeout ({show_seconds(timeout)})")
    elif one.lasts is not None and one.lasts + (one.within or 0) >= timeout:
        also = "" if one.within is None else "together with within, it "
        makes = f"; they make {show_seconds(one.lasts + one.within)}" if one.within is not None else ""
        message = f"{also}must be shorter than the check's timeout ({show_seconds(timeout)}){makes}"
        problems.add((*path, "lasts"), message)


def _container(file: ExerciseFile, one: Check, path: tuple[str | int, ...], problems: Problems) -> None:
    if not one.uses_container():
        if one.in_ is not None:
            why = "write it in the checks inside" if one.nested else "which looks at no container"
            problems.add((*path, "in"), f"has no meaning for a '{one.kind}' check, {why}")
        return
    if makes_its_own_containers(file.submission):
        return
    if isinstance(one.in_, Where):
        message = "a map is for containers that students make; write the name of one that stands in 'containers'"
        problems.add((*path, "in"), message)
        return
    if one.in_ is not None and one.in_ not in file.containers:
        message = f"there is no container '{one.in_}'"
        problems.add(
            (*path, "in"), message + (did_you_mean(one.in_, tuple(file.containers)) if file.containers else "")
        )
        return
    if one.in_ is None and one.ability() in {abilities.Runs, abilities.Files}:
        return  # in a fresh container of its own, or in the image
    name = one.in_ or (next(iter(file.containers)) if len(file.containers) == 1 else "main")
    if name not in file.containers and file.containers:
        problems.add(path, f"which container? write 'in:' with one of {', '.join(file.containers)}")
        return
    published = file.containers[name].publish if name in file.containers else ()
    if one.reached_port is not None and one.reached_port not in published:
        message = f"container '{name}' does not publish port {one.reached_port}; add it to containers.{name}.publish"
        problems.add((*path, "port"), message)


def _given(folder: Path, place: str, source: str, problems: Problems) -> None:
    path = ("submission", "given", place, "from")
    if Path(source).is_absolute() or ".." in Path(source).parts:
        problems.add(path, "must be a path inside the exercise's folder")
    elif not (folder / source).exists():
        problems.add(path, f"there is no '{source}' in the exercise's folder")
