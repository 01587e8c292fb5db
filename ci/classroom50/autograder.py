#!/usr/bin/env python3
"""Classroom 50's autograder: grades this submission with `grader`, and writes result.json and release-body.md.

It stands beside the exercise in the bundle of an assignment, and needs nothing but Python; docs/classroom50.md says how
it is set up. It ends with 0 only if the submission has a score; otherwise result.json is not there, and it ends with 2
if it is set up wrongly, and with 3 if the machine failed or the submission was rejected.

Whoever pushed wrote the folder it is started in: nothing of it is run or believed here, and nothing of it is printed as
it is, since GitHub's runner takes some lines for commands.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

SETTINGS = {
    "exercise": "exercise",  # the folder of the exercise, below the bundle's
    "path": ".",  # the folder to grade, below the student's
    "engine": "auto",  # as in `grader check --engine`
    "program": "",  # where grader is, if neither here as a wheel nor on the PATH
    "minutes": 12,  # for all of it; the job has 15
}
"""What `grader.json` beside this file may set."""
RESULT, BODY = "result.json", "release-body.md"
MISCONFIGURED, FAILED = 2, 3
MOST_MINUTES = 13
MOST_BYTES = 10 * 1024 * 1024
MOST_BODY = 120_000  # GitHub refuses a release with more than 125,000 characters
MOST_LOG = 200_000
MOST_INSTALLING = 300.0
PATIENCE = 30.0  # for what grader has to remove when it is stopped
NEEDED = (
    "CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "ASSIGNMENT_TYPE", "COMMIT_URL", "RELEASE_URL",
)  # fmt: skip
KEPT = (
    "PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CACHE_HOME",
    "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE",
    *NEEDED, "OWNER", "USERNAME", "REVIEW_URL", "GITHUB_ACTOR", "GITHUB_ACTOR_ID",
)  # fmt: skip
"""All that grader gets of the environment: the job's token and its files for outputs are not among it."""
TAGGED = re.compile(r"submit/(?:[a-z]+-)?(\d{4}-\d\d-\d\d)T(\d\d)[-:]?(\d\d)[-:]?(\d\d)Z")


class Stop(Exception):  # noqa: N818 - not an error of this program
    """There is no score; says why, and what to end with."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


class Job(NamedTuple):
    """What there is to do, where, and until when."""

    work: Path
    """The student's folder."""
    bundle: Path
    settings: dict[str, Any]
    scratch: Path
    deadline: float


def main() -> int:
    """Grade, and leave both files whole, or none."""
    signal.signal(signal.SIGTERM, _interrupted)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    work = Path.cwd().resolve()
    started = time.monotonic()
    try:
        for name in (RESULT, BODY):
            _remove(work / name)
        bundle = _bundle(work)
        settings = _settings(bundle)
        deadline = started + settings["minutes"] * 60
        with tempfile.TemporaryDirectory(prefix="grader-", dir=_own_folder(work)) as folder:
            scratch = Path(folder)
            job = Job(work, bundle, settings, scratch, deadline)
            environment = _environment(work)
            _grade(job, _program(job), environment)
            result, body = _read(scratch / RESULT, MOST_BYTES), _read(scratch / BODY, MOST_BYTES)
        whole = _checked(result)
        if body is not None:
            _write(work / BODY, _cut(body))
        _write(work / RESULT, whole)  # last: where it is, everything is
    except Stop as stop:
        say(f"Not graded: {stop}")
        return stop.code
    except OSError as error:
        say(f"Not graded: {error.strerror or error} ({error.filename})")
        return FAILED
    return 0


# --- what is given ------------------------------------------------------------------------------------------------


def _bundle(work: Path) -> Path:
    """Give the folder with the exercise, which students must not have a hand in."""
    bundle = Path(os.environ.get("CLASSROOM50_BUNDLE_DIR") or Path(__file__).parent).resolve()
    if not bundle.is_dir():
        raise Stop(MISCONFIGURED, f"the bundle {bundle} is no folder")
    if _inside(bundle, work):
        raise Stop(MISCONFIGURED, "the bundle is in the student's folder, where the exercise could be changed")
    return bundle


def _settings(bundle: Path) -> dict[str, Any]:
    path = bundle / "grader.json"
    found: dict[str, Any] = {}
    if path.exists():
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise Stop(MISCONFIGURED, f"grader.json can't be read: {error}") from None
        if not isinstance(found, dict):
            raise Stop(MISCONFIGURED, "grader.json must be an object with settings")
    for name, value in found.items():
        if name not in SETTINGS:
            raise Stop(MISCONFIGURED, f"grader.json: there is no setting {name!r}; there are {', '.join(SETTINGS)}")
        kind = (int, float) if name == "minutes" else str
        if not isinstance(value, kind) or isinstance(value, bool):
            raise Stop(MISCONFIGURED, f"grader.json: {name} can't be {value!r}")
    settings = {**SETTINGS, **found}
    if not 0 < settings["minutes"] <= MOST_MINUTES:
        raise Stop(MISCONFIGURED, f"grader.json: minutes must be at most {MOST_MINUTES}, as the job has 15 in all")
    return settings


def _environment(work: Path) -> dict[str, str]:
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if not (os.environ.get("OWNER") or os.environ.get("USERNAME")):
        missing.append("OWNER")
    if missing:
        raise Stop(MISCONFIGURED, f"Classroom 50's runner gives what is not set here: {', '.join(missing)}")
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "GRADER_COMMIT_TIME": _commit_time(work), "PYTHONUTF8": "1"}


def _commit_time(work: Path) -> str:
    """Give when the work was committed: the same however often it is graded, unlike the time of day."""
    command = ["git", "-c", "safe.directory=*", "show", "-s", "--format=%ct", os.environ.get("GITHUB_SHA") or "HEAD"]
    with contextlib.suppress(OSError, subprocess.SubprocessError, ValueError):
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, timeout=30, check=True)
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(done.stdout)))
    tagged = TAGGED.match(os.environ["SUBMISSION_TAG"])
    if tagged:
        return "{}T{}:{}:{}Z".format(*tagged.groups())
    raise Stop(FAILED, "when the work was committed is not to be learnt from git, nor from SUBMISSION_TAG")


# --- grader -------------------------------------------------------------------------------------------------------


def _program(job: Job) -> str:
    """Give where grader is: named, brought as a wheel, or installed."""
    if job.settings["program"]:
        named = job.bundle / job.settings["program"]
        if not named.is_file():
            raise Stop(MISCONFIGURED, f"grader.json: there is no program {named}")
        return str(named)
    wheels = sorted(job.bundle.glob("*.whl"))
    if wheels:
        return _installed(wheels, job)
    found = shutil.which("grader")
    if found is None or not Path(found).is_absolute() or _inside(Path(found).resolve(), job.work):
        raise Stop(
            MISCONFIGURED, "grader is not installed: put its wheel beside autograder.py, or into the job's image"
        )
    return found


def _installed(wheels: list[Path], job: Job) -> str:
    if sys.version_info < (3, 11):  # noqa: UP036 - Classroom 50 may run this with an older one
        raise Stop(MISCONFIGURED, "grader needs Python 3.11 or newer: set it in the assignment's runtime")
    say(f"Installing {', '.join(wheel.name for wheel in wheels)} …")
    until = min(job.deadline, time.monotonic() + MOST_INSTALLING)
    place = job.scratch / "venv"
    pip = [str(place / "bin" / "python"), "-I", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    settings = {name: value for name, value in os.environ.items() if name in KEPT or name.startswith("PIP_")}
    for command in ([sys.executable, "-I", "-m", "venv", str(place)], [*pip, *map(str, wheels)]):
        code, output = _run(command, job.scratch, settings, until)
        if code:
            say_all(output)
            raise Stop(FAILED, "grader could not be installed")
    return str(place / "bin" / "grader")


def _grade(job: Job, program: str, environment: dict[str, str]) -> None:
    exercise = (job.bundle / job.settings["exercise"]).resolve()
    if not (exercise / "exercise.yaml").is_file():
        raise Stop(MISCONFIGURED, f"there is no exercise.yaml in {exercise}")
    submission = (job.work / job.settings["path"]).resolve()
    if not _inside(submission, job.work) or not submission.exists():
        raise Stop(MISCONFIGURED, f"what is to be graded, {job.settings['path']}, is not in the repository")
    result, body = job.scratch / RESULT, job.scratch / BODY
    command = [
        program, "check", str(exercise), str(submission), "--engine", job.settings["engine"], "--exit-zero-if-graded",
        "--report", f"classroom50:{result}", "--report", f"markdown:{body}",
    ]  # fmt: skip
    place = job.scratch / "empty"  # grader looks for exercises where it is started
    place.mkdir()
    code, output = _run(command, place, environment, job.deadline)
    say_all(output)
    # 2 is also what a check ends with that its author got wrong: the others have a score.
    if code == MISCONFIGURED and result.exists():
        say("A check could not be run as it is written, and counts for nothing: tell your instructor.")
    elif code:
        raise Stop(code if code in {MISCONFIGURED, FAILED} else FAILED, f"grader ended with {code}")


def _run(command: list[str], place: Path, environment: dict[str, str], deadline: float) -> tuple[int, bytes]:
    """Run a program to its end or to ours; gives its exit code and what it printed."""
    with subprocess.Popen(
        command, cwd=place, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True,
    ) as child:  # fmt: skip
        try:
            output, _ = child.communicate(timeout=max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            say_all(_ended(child))
            raise Stop(FAILED, "it took too long, and the job would have been cut off") from None
        except BaseException:
            _ended(child)
            raise
    return child.returncode, output


def _ended(child: subprocess.Popen[bytes]) -> bytes:
    """Have a program end: first so that it can remove what it made on the engine."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            output, _ = child.communicate(timeout=PATIENCE)
            return output
    return b""


def _interrupted(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


# --- what is left -------------------------------------------------------------------------------------------------


def _checked(result: bytes | None) -> bytes:
    """See that it is what it has to be, as a half of it is worse than none."""
    try:
        found = json.loads(result or b"")
    except ValueError:
        raise Stop(FAILED, "grader left no result") from None
    if not isinstance(found, dict) or found.get("schema") != "classroom50/result/v1" or not found.get("tests"):
        raise Stop(FAILED, "grader left something else than a result")
    return result or b""


def _cut(body: bytes) -> bytes:
    """Shorten a page to what a release can show, at the end of a line."""
    text = body.decode("utf-8", "replace")
    if len(text) <= MOST_BODY:
        return body
    return (
        text[:MOST_BODY].rpartition("\n")[0] + "\n\n(The page is too long for a release: its end is left out.)\n"
    ).encode()


def _read(path: Path, limit: int) -> bytes | None:
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise Stop(FAILED, f"{path.name} is larger than Classroom 50 takes")
    return content


def _write(path: Path, content: bytes) -> None:
    """Write a file that is there whole, or not at all; a link that stands there is replaced, not followed."""
    _remove(path)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def _remove(path: Path) -> None:
    """Remove what a student, or an earlier attempt, has put there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def _own_folder(work: Path) -> str | None:
    """Give where our files go: the runner's folder for such, as long as students can't reach it."""
    named = os.environ.get("RUNNER_TEMP", "")
    place = Path(named or tempfile.gettempdir()).resolve()
    if _inside(place, work):
        raise Stop(MISCONFIGURED, "the folder for temporary files is in the student's folder")
    return str(place)


def _inside(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


# --- the log ------------------------------------------------------------------------------------------------------


def inert(line: str) -> str:
    """Break what GitHub's runner takes for a command: `::` after blanks, and `##[` anywhere.

    To it, characters without a width are nothing. They are of many kinds, so everything but ASCII is left out for
    looking.
    """
    line = "".join(
        char if char.isprintable() or char == "\t" else char.encode("unicode_escape").decode() for char in line
    )
    if "##[" in "".join(char for char in line if char.isascii()):
        line = line.replace("[", "(")
    return f"| {line}"


def say_all(output: bytes) -> None:
    """Print what a program printed."""
    text = output.decode("utf-8", "replace")
    if len(text) > MOST_LOG:
        half = MOST_LOG // 2
        text = f"{text[:half]}\n[… {len(text) - MOST_LOG} characters left out …]\n{text[-half:]}"
    for line in text.splitlines():
        print(inert(line))


def say(text: str) -> None:
    """Print a sentence of ours, which may name what others named."""
    for line in text.splitlines():
        print(inert(line))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        say("Not graded: interrupted.")
        sys.exit(130)
