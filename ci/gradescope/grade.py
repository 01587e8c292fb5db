"""Grade one submission where Gradescope's harness has put it; `run_autograder` starts this."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any, Final

FAILED: Final = 3
REJECTED: Final = 4
RESULT: Final = "result.json"
_MOST: Final = 4_000
"""Characters of what the grader says when it fails."""
_PUBLISHED: Final = {"hidden": "after_published"}
_DATES: Final = ("due_date", "late_due_date")


def main(root: Path) -> int:
    """Write `results/results.json`, whole or not at all; gives the exit code."""
    with tempfile.TemporaryDirectory(prefix="gradescope-") as folder:
        made = Path(folder) / "results.json"
        code, said = _grade(root, made)
        if not made.is_file():
            return _failed(code, said, rejected=_status(made.with_name(RESULT)) == "rejected")
        results = json.loads(made.read_text(encoding="utf-8"))
        if _bundle(root)["hidden"] == "published":
            for test in results["tests"]:
                test["visibility"] = _PUBLISHED.get(test["visibility"], test["visibility"])
        results["extra_data"]["gradescope"] = handed_in(root / "submission_metadata.json")
        made.write_text(json.dumps(results, indent=2), encoding="utf-8")
        target = root / "results" / "results.json"
        target.parent.mkdir(exist_ok=True)
        shutil.move(made, target.with_suffix(".tmp"))  # maybe from another file system
        target.with_suffix(".tmp").replace(target)
    print(f"run_autograder: graded, {len(results['tests'])} tests; results.json says everything else")
    return 0


def _grade(root: Path, made: Path) -> tuple[int, str]:
    bundle = _bundle(root)
    command = [root / "grader" / "bin" / "grader", "check", root / "source" / "exercises" / bundle["exercise"]]
    command += [root / "submission", "--engine", "auto" if has_engine() else "none", "--report", f"gradescope:{made}"]
    command += ["--report", f"json:{made.with_name(RESULT)}"]
    command += ["--exit-zero-if-graded", *(["--staff"] if bundle["hidden"] else [])]
    try:
        # What it prints for people is not passed on: students may be let see this output.
        done = subprocess.run(
            command,
            cwd=made.parent,
            env={**os.environ, "XDG_STATE_HOME": str(root / "state")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
    except OSError as error:
        return FAILED, f"the grader can't be started: {error.strerror}"
    return done.returncode, done.stderr.decode("utf-8", "replace")


def _bundle(root: Path) -> dict[str, str]:
    """Give what `make-bundle` wrote down: the exercise, and who sees its hidden checks."""
    found: dict[str, str] = json.loads((root / "source" / "bundle.json").read_text(encoding="utf-8"))
    return found


def has_engine() -> bool:
    """Whether a Docker engine answers; Gradescope promises none."""
    docker = shutil.which("docker")
    if docker is None:
        return False
    command = [docker, "version", "--format", "{{.Server.Version}}"]
    try:
        return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def handed_in(path: Path) -> dict[str, Any]:
    """Say when it was handed in, by Gradescope's clock, and whether that was late; None where that isn't known."""
    try:
        metadata = json.loads(path.read_text(encoding="utf-8"))
        assignment = metadata.get("assignment") or {}
        found = {"created_at": metadata.get("created_at"), **{name: assignment.get(name) for name in _DATES}}
    except (OSError, ValueError, AttributeError):
        return {"created_at": None, **dict.fromkeys(_DATES), "late": None}
    return {**found, "late": _is_after(found["created_at"], found["due_date"])}


def _is_after(when: object, due: object) -> bool | None:
    try:
        return datetime.fromisoformat(str(when)) > datetime.fromisoformat(str(due))
    except (ValueError, TypeError):  # not a time, or only one of them has a time zone
        return None


def _status(path: Path) -> object:
    """Give the status of the grader's own result, which there is also where there is no score."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))["status"]
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _failed(code: int, said: str, *, rejected: bool = False) -> int:
    print("run_autograder: this submission was not graded; that is no score of 0, and it counts for nothing.")
    print(said.strip()[-_MOST:] or f"the grader ended with exit code {code}, and said nothing")
    if rejected:
        print("  what to do: it breaks a rule; a person has to look at it.")
        return REJECTED
    print("  what to do: mend what is said above, or wait, and run the autograder again (Regrade on Gradescope).")
    return code or FAILED


if __name__ == "__main__":
    try:
        sys.exit(main(Path(sys.argv[1])))
    except (OSError, ValueError, LookupError) as error:
        sys.exit(_failed(FAILED, f"{type(error).__name__}: {error}"))
