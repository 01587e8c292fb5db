"""A class as its reports show it: everything that is known beside the results themselves."""

from __future__ import annotations

from grader.core.alike import Pair, Row
from grader.core.analysis import Analysis
from grader.core.gradebook import Gradebook
from grader.core.model import Model
from grader.core.text import StudentText


class Alike(Model):
    """Two submissions of an exercise that a person should compare; a hint, never a verdict."""

    exercise: str
    pair: Pair
    rows: tuple[Row | int, ...] = ()
    """Both side by side; a number stands for as many rows that are left out."""


class Cohort(Model):
    """A class: who is in it, what counts, how the checks did."""

    title: str
    book: Gradebook
    """Its entries name the attempts that count; a report gets the results of just these."""
    analyses: tuple[Analysis, ...] = ()
    """One for each exercise, in the gradebook's order."""
    pairs: tuple[Alike, ...] = ()
    notes: tuple[StudentText, ...] = ()
    """What stands above all: that the batch isn't finished, for example."""
