"""What a grading comes to, without what differs from run to run: times, ids, seeds and measured values."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from grader.core.result import Result, Status
from tests.support.commands import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tests.support.classes.piece import Expected


class Verdict(NamedTuple):
    """One submission's."""

    status: str
    score: Decimal | None
    of: Decimal | None
    checks: tuple[str, ...]
    """Of each: id, outcome, and the cause if one was found."""

    @property
    def kind(self) -> Expected:
        """Say which of the kinds of a class it is of; `none`: something went wrong that is not the student's doing."""
        if self.status == Status.REJECTED:
            return "rejected"
        if self.status == Status.UNGRADED or any(" error" in one for one in self.checks):
            return "none"
        if any(one.startswith("submission ") for one in self.checks):
            return "unusable"
        return "full" if self.score == self.of else "less"


def verdict(result: Result) -> Verdict:
    """Take from a result what must be the same however it came about."""
    checks = (f"{one.id} {one.outcome}{f' ({one.diagnosis.cause})' if one.diagnosis else ''}" for one in result.checks)
    return Verdict(result.status.value, result.score, result.max_score, tuple(checks))


def alone(exercise: Path, submission: Path, mode: str, report: Path) -> tuple[Verdict, float]:
    """Run `grader check` in a process of its own; give what came of it, and its seconds."""
    command = [str(PROGRAM), "check", str(exercise), str(submission), "--engine", mode, "--staff"]
    report.unlink(missing_ok=True)
    started = time.perf_counter()
    done = subprocess.run(
        [*command, "--report", f"json:{report}"], capture_output=True, stdin=subprocess.DEVNULL, check=False
    )
    took = time.perf_counter() - started
    if not report.exists():
        said = done.stderr.decode("utf-8", "replace")
        raise SystemExit(f"{shlex.join(command)} ended with {done.returncode} and without a report:\n{said}")
    return verdict(Result.model_validate_json(report.read_bytes())), took


def batch(exercise: Path, source: Path, store: Path, *options: str) -> list[str]:
    """Give the command that grades a whole class; without a terminal it says a line now and then."""
    return [
        *(sys.executable, "-P", str(PROGRAM), "batch", str(exercise), str(source)),
        *("--store", str(store), *options),
    ]


def differences(expected: Mapping[str, Verdict], found: Mapping[str, Verdict]) -> Iterable[str]:
    """Say what differs, a line for each difference; both are by the name of a submission."""
    for name in sorted({*expected, *found}):
        one, other = expected.get(name), found.get(name)
        if one is None or other is None:
            yield f"{name!a}: {'not expected' if one is None else 'not there'}"
            continue
        for what in ("status", "score", "of"):
            if getattr(one, what) != getattr(other, what):
                yield f"{name!a}: {what} is {getattr(other, what)}, not {getattr(one, what)}"
        gone, more = set(one.checks) - set(other.checks), set(other.checks) - set(one.checks)
        if gone or more:
            yield f"{name!a}: {', '.join(sorted(more)) or 'nothing'}, not {', '.join(sorted(gone)) or 'nothing'}"
        elif one.checks != other.checks:
            yield f"{name!a}: the same outcomes in another order"


def save(path: Path, verdicts: Mapping[str, tuple[Verdict, float]]) -> None:
    """Keep verdicts with their seconds, so that another run need not find them anew."""
    kept = {name: [*map(_plain, one), seconds] for name, (one, seconds) in verdicts.items()}
    path.write_text(json.dumps(kept, indent=1), encoding="utf-8")


def saved(path: Path) -> dict[str, tuple[Verdict, float]]:
    """Read what was kept; nothing if nothing was."""
    if not path.exists():
        return {}
    found = {}
    for name, (status, score, of, checks, seconds) in json.loads(path.read_text(encoding="utf-8")).items():
        found[name] = (Verdict(status, _points(score), _points(of), tuple(checks)), float(seconds))
    return found


def _points(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else value


def own_state(folder: Path) -> dict[str, str]:
    """Give an environment whose records of the grader are below a folder, and whose temporary files are, too."""
    for name in ("state", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), "TMPDIR": str(folder / "tmp")}
    # What was installed is compiled once, not at each start.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment
