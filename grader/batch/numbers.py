"""Where in a hand-in each exercise is: by the paths of course.yaml, or by the numbers and names in the paths."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.batch._listing import beside
from grader.batch._rules import Verdict, rules
from grader.batch.course import glob
from grader.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.batch._numbers import Number
    from grader.batch._rules import Rules

_PICTURES: Final = (
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".heic", ".svg", ".bmp", ".mp4", ".mov", ".webm", ".avi", ".mkv", ".pdf",
)  # fmt: skip
_MOST: Final = 20
"""What one hand-in may have listed as unplaced; the rest is counted."""
_REMEMBERED: Final = 100_000
"""Paths of which the answer is kept, for the next hand-in that has the same."""
_UNKNOWN: Final = "nothing in its name says which exercise it is of"


class Work(NamedTuple):
    """One exercise's part of a hand-in."""

    folder: str | None = None
    """A folder in it; empty: all of it."""
    files: tuple[str, ...] = ()
    """Files of one folder that holds other exercises' too; or such as stand beside `folder`."""


class Placing(NamedTuple):
    """What was found in a hand-in."""

    placed: Mapping[str, Work]
    unplaced: tuple[tuple[str, str], ...] = ()
    """What could not be placed, each with the reason."""


@dataclass(slots=True)
class Placer:
    """Places hand-ins of one class: what many of them have in common is thought about once."""

    rules: Rules
    paths: Mapping[str, Sequence[str]]
    """Patterns, by exercise, for those of which the course says where they are."""
    _verdicts: dict[tuple[str, int], Verdict] = field(default_factory=dict)
    _fitting: dict[str, dict[str, bool]] = field(default_factory=dict)

    def place(self, files: Sequence[str]) -> Placing:
        """Say which exercise is where among the files of one hand-in."""
        wrapped = _wrapped(files)
        placed: dict[str, Work] = {}
        unplaced: list[tuple[str, str]] = []
        taken: list[str] = []
        entries = _entries(files) if self.paths else {}
        prefixes = ("", files[0].partition("/")[0] + "/") if wrapped else ("",)
        for own, patterns in self.paths.items():
            places = self._by_pattern(entries, patterns, prefixes)
            work, unclear = _of_one(own, places)
            if work is not None:
                placed[own] = work
            unplaced += unclear
            taken += places
        claimed = frozenset(taken)
        left = [file for file in files if not _within(file, claimed)] if taken else files
        start = int(wrapped and self._only_wraps(left))
        roots, others = self._judged(left, start)
        for own, places in roots.items():
            work, unclear = _of_one(own, places)
            if work is not None:
                placed[own] = work
            unplaced += unclear
        unplaced += _collapsed(others, [root for work in placed.values() for root in _roots(work)], start)
        if len(unplaced) > _MOST:
            unplaced = [*unplaced[:_MOST], ("", f"and {len(unplaced) - _MOST} more")]
        return Placing(placed, tuple(unplaced))

    def _only_wraps(self, files: Sequence[str]) -> bool:
        """Whether the folder that everything is in, such as `ex1-5`, belongs to no exercise, but its folders do."""
        if not any(self._judge(file, 0).why for file in files[:1]):
            return False
        inside = {verdict.exercise for file in files if (verdict := self._judge(file, 1)).exercise is not None}
        return len(inside) > 1

    def _judged(self, files: Sequence[str], start: int) -> tuple[dict[str, dict[str, bool]], list[tuple[str, Verdict]]]:
        """Give the places of each exercise, and whether they are folders; and what has none."""
        roots: dict[str, dict[str, bool]] = {}
        others: list[tuple[str, Verdict]] = []
        for file in files:
            verdict = self._judge(file, start)
            root = _root(file, verdict.depth)
            own = verdict.exercise
            if own is None or (root == file and _is_picture(file)):
                others.append((file, verdict._replace(exercise=None)))
            elif own in self.paths:
                others.append((file, Verdict(None, verdict.depth, f"the course says that {own} is elsewhere")))
            else:
                roots.setdefault(own, {})[root] = root != file
        return roots, others

    def _judge(self, file: str, start: int) -> Verdict:
        key = (file, start)
        found = self._verdicts.get(key)
        if found is None:
            if len(self._verdicts) > _REMEMBERED:
                self._verdicts.clear()
            found = self._verdicts[key] = self.rules.judge(tuple(file.split("/")), start)
        return found

    def _by_pattern(
        self, entries: Mapping[str, bool], patterns: Sequence[str], prefixes: Sequence[str]
    ) -> dict[str, bool]:
        """Find the first of several paths that exists, in a hand-in or in the folder that it is wrapped in."""
        for pattern in patterns:
            if not pattern.strip("./"):
                return {"": True}
            known = self._fitting.setdefault(pattern, {})
            for prefix in prefixes:
                start = len(prefix)
                found = [one for one in entries if one.startswith(prefix) and _fits(pattern, one[start:], known)]
                if found:
                    roots = frozenset(found)  # what is inside of a match belongs to it
                    return {one: entries[one] for one in found if not _within(one.rpartition("/")[0], roots)}
        return {}


def placer(
    titles: Sequence[tuple[str, str]],
    numbers: Mapping[str, Number] | None = None,
    paths: Mapping[str, Sequence[str]] | None = None,
) -> Placer:
    """Make a placer for exercises by id and title, with their numbers and paths where these are known."""
    known = {own for own, _ in titles}
    given = {own: number for own, number in (numbers or {}).items() if own in known}
    return Placer(rules(given, titles), {own: found for own, found in (paths or {}).items() if found and own in known})


def _root(file: str, depth: int) -> str:
    return "/".join(file.split("/")[:depth])


def _within(path: str, roots: frozenset[str]) -> bool:
    """Whether a path, or a folder that it is in, is one of these."""
    while path not in roots:
        if not path:
            return False
        path = path.rpartition("/")[0]
    return True


def _roots(work: Work) -> tuple[str, ...]:
    return work.files if work.folder is None else (work.folder, *work.files)


def _is_picture(file: str) -> bool:
    return file[-8:].casefold().endswith(_PICTURES)


def _wrapped(files: Sequence[str]) -> bool:
    """Whether everything is in one folder, as in most archives, but for what programs leave beside it."""
    tops = {file.partition("/")[0] for file in files if not file.startswith(".")}
    return len(tops) == 1 and all("/" in file for file in files if not file.startswith("."))


def _entries(files: Sequence[str]) -> dict[str, bool]:
    """Give every file, and every folder that one is in; and whether it is a folder."""
    found: dict[str, bool] = {}
    for file in files:
        end = file.find("/")
        while end >= 0:
            found[file[:end]] = True
            end = file.find("/", end + 1)
        found[file] = False
    return found


def _fits(pattern: str, path: str, known: dict[str, bool]) -> bool:
    fits = known.get(path)
    if fits is None:
        if len(known) > _REMEMBERED:
            known.clear()
        fits = known[path] = bool(path) and glob(pattern).matches(_comparable(path))
    return fits


def _comparable(path: str) -> str:
    # Names need not be UTF-8, and patterns are.
    return "/" + path.casefold().encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _of_one(own: str, places: Mapping[str, bool]) -> tuple[Work | None, list[tuple[str, str]]]:
    """Make one piece of work of several places, if they are one folder, or files in one; or say why not."""
    folders = [place for place, is_folder in places.items() if is_folder]
    files = [place for place, is_folder in places.items() if not is_folder]
    above = {file.rpartition("/")[0] for file in files}
    if len(folders) == 1 and above <= {folders[0].rpartition("/")[0]}:
        return Work(folders[0], tuple(files)), []
    if not folders and len(above) == 1:
        return Work(None, tuple(files)), []
    every = [*folders, *files]
    shown = ", ".join(quoted(place, 60) for place in every[:4]) + (", …" if len(every) > 4 else "")  # noqa: PLR2004
    return None, [(place, f"one of several places for {own}: {shown}") for place in every]


def _collapsed(others: Sequence[tuple[str, Verdict]], placed: Sequence[str], start: int) -> list[tuple[str, str]]:
    """List what isn't placed, whole folders once."""
    above = {_root(root, depth) for root in placed for depth in range(root.count("/") + 1)}
    found: dict[str, str] = {}
    for file, verdict in others:
        name = file.rpartition("/")[2]
        if verdict.why:
            found.setdefault(_root(file, verdict.depth), verdict.why)
        elif not (beside(name) and (placed or name.startswith("."))) and (not _is_picture(file)):
            depth = start + 1
            while depth <= file.count("/") and _root(file, depth) in above:
                depth += 1
            found.setdefault(_root(file, depth), _UNKNOWN)
    return list(found.items())
