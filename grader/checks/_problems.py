"""Several findings about one thing, told in one failure: who mends the first should not meet the second later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from grader.checks._shown import LAST
from grader.core.errors import Mismatch
from grader.core.matching import noted, short, show
from grader.core.result import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from grader.core.matching import Matcher
    from grader.core.result import Evidence


_SHELL: Final = ("/bin/sh", "-c")
_SHELL_FORM: Final = 3
"""Words of a command in the shell form: the shell, its option, and the line."""


class Problem(NamedTuple):
    """One thing that is wrong."""

    subject: str
    """What it is about, where several are listed."""
    message: str
    expected: str
    actual: str
    places: tuple[tuple[int | None, str], ...] = ()
    """Lines of what was handed in, with what is wrong there; None: it is about the whole file."""


def compare(subject: str, actual: object, expectation: Matcher | None) -> Iterator[Problem]:
    """Give what is wrong with a value, if something is expected of it; `subject` starts the sentence."""
    problem = None if expectation is None else expectation.problem(actual)
    if expectation is not None:
        noted(subject, actual)
    if expectation is not None and problem is not None:
        yield Problem(subject, f"{subject} {problem}", expectation.words, show(actual))


def command(subject: str, words: Sequence[str], expectation: Matcher | None) -> Iterator[Problem]:
    """Compare the words of CMD or ENTRYPOINT; in the shell form they are others than those that are written there."""
    for one in compare(subject, words, expectation):
        if tuple(words[:2]) != _SHELL or len(words) != _SHELL_FORM:
            yield one
            continue
        why = f"it is in the shell form, without brackets, so its words are /bin/sh, -c and {short(words[2])}"
        yield one._replace(message=f"{one.message}: {why}")


def findings(kind: str, problems: Iterable[Problem]) -> tuple[Finding, ...]:
    """Give what is wrong at lines, each place once."""
    places = dict.fromkeys(place for one in problems for place in one.places)
    return tuple(Finding(rule=kind, level="error", message=message, line=line) for line, message in places)


def report(
    found: Iterable[Problem],
    *,
    hint: str | None = None,
    reproduce: str | None = None,
    evidence: tuple[Evidence, ...] = (),
    kind: str | None = None,
) -> None:
    """Raise Mismatch that lists every problem; return if there is none.

    With the `kind` of the check, the places of problems become findings.
    """
    problems = list(found)
    LAST.set(reproduce or LAST.get())
    if not problems:
        return
    alone = len(problems) == 1
    raise Mismatch(
        "\n".join(one.message for one in problems),
        expected="\n".join(one.expected if alone else _listed(one, one.expected) for one in problems),
        actual="\n".join(one.actual if alone else _listed(one, one.actual) for one in problems),
        hint=hint,
        reproduce=reproduce,
        evidence=evidence,
        findings=() if kind is None else findings(kind, problems),
    )


def _listed(one: Problem, text: str) -> str:
    """Write a line of several; where something is missing, only its name is expected, and others are there."""
    if one.subject != one.expected:
        return f"{one.subject}: {text}"
    return (
        one.subject
        if text == one.expected
        else f"no {one.subject}, but {text}"
        if text != "none"
        else f"no {one.subject}"
    )


def user_name(user: str) -> str:
    """Give the user of a USER instruction without the group; nobody named, and number 0, are root."""
    name = user.partition(":")[0].strip()
    # The engine reads +0 and -00 as numbers, too.
    return "root" if not name.lstrip("+-").strip("0") else name
