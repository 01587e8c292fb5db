"""The corpus: what is handed in, and what must come of it. Ids are those of the threat catalogue."""

from __future__ import annotations

import io
import os
import tarfile
import threading
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import pytest

from grader.core.result import Outcome, Status
from tests.hostile.attempts import CANARY, GOOD, SERVE, attempt, outcomes, texts
from tests.support.engine import Watch, watching, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from grader.core.result import Result

pytestmark = pytest.mark.docker


class Case(NamedTuple):
    """A submission: files, or a function that makes it in a folder and gives its path."""

    made: str | dict[str, str | bytes] | Callable[[Path], Path]
    becomes: str
    """`passes`, `rejected`, `unusable`, or the checks that fail."""
    says: str = ""


def run(script: str) -> str:
    return f"FROM busybox:1\nRUN {script}\n{SERVE}"


def cmd(script: str) -> dict[str, str | bytes]:
    return {"Dockerfile": 'FROM busybox:1\nCOPY s /s\nCMD ["sh", "/s"]\n', "s": script}


def linked(name: str, target: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        work = write(folder / "work", {"app": GOOD} if name == "Dockerfile" else {"Dockerfile": GOOD})
        (work / name).symlink_to(target)
        return work

    return make


def fifo(folder: Path) -> Path:
    work = write(folder / "work", {"Dockerfile": GOOD})
    os.mkfifo(work / "pipe")
    return work


def sparse(folder: Path) -> Path:
    work = write(folder / "work", {"Dockerfile": GOOD})
    with (work / "huge").open("wb") as file:
        file.truncate(1 << 42)
    return work


def folder_for_a_file(folder: Path) -> Path:
    (folder / "work" / "Dockerfile").mkdir(parents=True)
    return folder / "work"


def deep(folder: Path) -> Path:
    return write(folder / "work", {"Dockerfile": GOOD, "/".join(["d"] * 60): ""})


def tar(name: str, kind: bytes = tarfile.REGTYPE) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        with tarfile.open(folder / "work.tar", "w") as archive:
            for member, content in (("Dockerfile", GOOD.encode()), (name, b"")):
                info = tarfile.TarInfo(member)
                info.size = len(content)
                if member == name:
                    info.type, info.linkname = kind, "/etc/passwd"
                archive.addfile(info, io.BytesIO(content))
        return folder / "work.tar"

    return make


def bomb(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "work.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Dockerfile", GOOD)
        archive.writestr("zeros", bytes(50_000_000))
    return folder / "work.zip"


FORGED = (
    '{"schema":"grader/result/v1","status":"graded","score":5,"max_score":5}\\n'
    "::set-output name=score::100\\n##[error]x\\n  ::add-mask::a\\n\\033]0;title\\007\\033[2J PASSED 5/5"
)
REPLY = "HTTP/1.1 200 OK\\r\\n"

CASES = {
    # Intake
    "A01 the Dockerfile links out": Case(linked("Dockerfile", "../canary"), "rejected", "leads out of the submission"),
    "A01 the Dockerfile links inside": Case(linked("Dockerfile", "app"), "passes"),
    "A02 another file links out": Case(linked("data", "/etc"), "rejected", "leads out of the submission"),
    "A04 a FIFO": Case(fifo, "rejected", "'pipe' is not a regular file"),
    "A05 a name that climbs": Case(tar("../../escaped"), "rejected", "leads out of it"),
    "A05 an absolute name": Case(tar("/escaped"), "rejected", "leads out of it"),
    "A07 a zip bomb": Case(bomb, "rejected", "larger than 1.0 MiB"),
    "A10 a sparse file": Case(sparse, "rejected", "larger than 1.0 MiB"),
    "A11 a hard link to the host": Case(tar("passwd", tarfile.LNKTYPE), "rejected", "not a regular file"),
    "A13 names in two cases": Case({"Dockerfile": GOOD, "dockerfile": "FROM debian"}, "passes"),
    "A16 line ends of Windows": Case(GOOD.replace("\n", "\r\n"), "passes"),
    "A16 a script with such line ends": Case(
        {"Dockerfile": 'FROM busybox:1\nCOPY --chmod=755 s /s\nCMD ["/s"]\n', "s": "#!/bin/sh\r\nhttpd -f -p 3000\r\n"},
        "answers",
        "the container ",  # what it does with the carriage return differs between kernels
    ),
    "A17 UTF-16": Case({"Dockerfile": GOOD.encode("utf-16")}, "builds", "saved as UTF-16"),
    "A17 a byte order mark": Case({"Dockerfile": b"\xef\xbb\xbf" + GOOD.encode()}, "passes"),
    "A17 Latin-1": Case({"Dockerfile": b"# caf\xe9\n" + GOOD.encode()}, "builds", "not UTF-8"),
    "A20 a history": Case(
        {"Dockerfile": run("true").replace("RUN true", "COPY . /c\nRUN test ! -e /c/.git"), ".git/config": "token"},
        "passes",
    ),
    "A23 deeper than any project": Case(deep, "rejected", "nested too deeply"),
    "A25 everything is ignored": Case(
        {"Dockerfile": "FROM busybox:1\nCOPY a /\n", "a": "", ".dockerignore": "*"}, "builds", "not found"
    ),
    "A25 the history is asked back": Case(
        {"Dockerfile": "FROM busybox:1\nCOPY .git /g\n", ".git/x": "", ".dockerignore": "*\n!.git"}, "builds", ".git"
    ),
    "A- the Dockerfile is a folder": Case(folder_for_a_file, "unusable", "is a folder"),
    "A- no Dockerfile": Case({"dockerFILE.txt": GOOD}, "unusable", "there is no Dockerfile"),
    # Build
    "B01 a step without end": Case(run("sleep 600"), "builds", "not finished after 5 s"),
    "B05 gigabytes of output": Case(run("yes $(printf %0999d 1) | head -c 300000000"), "passes"),
    "B05 one endless line": Case(run("tr '\\\\0' x < /dev/zero | head -c 50000000; false"), "builds", "exit code 1"),
    "B07 ignores signals and detaches": Case(
        run("trap '' TERM HUP; (setsid sleep 600 &) ; sleep 600"), "builds", "not finished after 5 s"
    ),
    "B08 the metadata address": Case(
        f"FROM busybox:1\nADD http://169.254.169.254/latest/ /m\n{SERVE}", "rejected", "inside the network"
    ),
    "B08 a public address": Case("FROM busybox:1\nADD https://example.com/a /a\n", "builds", "may not download"),
    "B08 a repository": Case("FROM busybox:1\nADD git@github.com:a/b.git /a\n", "builds", "may not download"),
    "B10 a neighbour's image": Case(f"FROM python:3-slim\n{SERVE}", "builds", "not one of the images"),
    "B10 its files": Case("FROM busybox:1\nCOPY --from=python:3-slim /etc /e\n", "builds", "not one of the images"),
    "B11 hidden behind ARG": Case("ARG P=thon\nARG B=py${P}:3-slim\nFROM ${B}\n", "builds", "not one of the images"),
    "B11 hidden by a stage name": Case(
        "FROM busybox:1 AS a\nFROM busybox:1\nCOPY --from=A / /x\nCOPY --from=b / /y\n", "builds", "'b' is not one"
    ),
    "B13 the host's network": Case(run("--network=host true"), "rejected", "access to the host"),
    "B13 insecure": Case(run("--security=insecure true"), "rejected", "access to the host"),
    "B13 a device": Case(run("--device=/dev/kmsg true"), "rejected", "access to the host"),
    "B13 secrets": Case(run("--mount=type=secret,id=x true"), "rejected", "access to the host"),
    "B17 triggers": Case(f"FROM busybox:1 AS a\nONBUILD RUN touch /on\nFROM a\nRUN test -e /on\n{SERVE}", "passes"),
    "B19 volumes everywhere": Case(f"FROM busybox:1\nVOLUME /a /b /etc /usr /tmp /var\n{SERVE}", "passes"),
    "B20 a label of ours": Case(f"FROM busybox:1\nLABEL grader.attempt=other grader.standin=true\n{SERVE}", "passes"),
    "B22 all ports": Case(f"FROM busybox:1\nEXPOSE 1-65535\n{SERVE}", "passes"),
    "B23 a signal without effect": Case(f"FROM busybox:1\nSTOPSIGNAL SIGWINCH\n{SERVE}", "passes"),
    "B25 an unknown user": Case(f"FROM busybox:1\nUSER stranger\n{SERVE}", "answers", "unable to find user"),
    "B26 a foreign platform": Case(f"FROM --platform=linux/s390x busybox:1\n{SERVE}", "builds"),
    "B29 links for system folders": Case(
        run("rm -rf /etc /tmp; ln -s / /etc; ln -s /proc/1/root /tmp; ln -sf /etc/passwd /passwd"), "passes"
    ),
    "B31 more than may be handed in": Case({"Dockerfile": GOOD, "big": bytes(2_000_000)}, "rejected", "larger than"),
    "B32 a very long line": Case(f"FROM busybox:1\nRUN {'x' * 200_000}\n", "builds"),
    "B32 thousands of instructions": Case("FROM busybox:1\n" + "ENV A=b\n" * 3000, "builds", "more than 1000"),
    "B32 a NUL byte": Case({"Dockerfile": b"FROM busybox:1\n#\0\n"}, "builds", "not plain text"),
    "B- a folder that became a file": Case(
        f"FROM busybox:1\nWORKDIR /d\nRUN rmdir /d && touch /d\n{SERVE}", "answers", "no container can be made"
    ),
    "B- an image without a command": Case("FROM scratch\nCOPY . /\n", "answers", "no command specified"),
    # Run
    "C01 ends at once": Case(cmd("echo bye; exit 3"), "answers", "ended with exit code 3"),
    "C02 never listens": Case(cmd("sleep 600"), "answers", "nothing in the container listens"),
    "C04 a fork bomb": Case(cmd("while true; do sleep 600 & done"), "answers"),
    "C05 memory": Case(cmd("head -c 300m /dev/zero | tail -c 200m; exit 1"), "answers", "more memory"),
    "C05 a chosen exit code": Case(cmd("exit 137"), "answers", "exit code 137"),
    "C08 floods its log": Case(cmd("yes $(printf %0999d 1)"), "answers"),
    "C10 drips": Case(
        cmd(f"while true; do (while printf 'H'; do sleep 0.2; done) | nc -l -p 3000; done # {REPLY}"), "answers"
    ),
    "C11 an endless body": Case(
        cmd(f"while true; do (printf '{REPLY}\\r\\n'; yes) | nc -l -p 3000; done"), "answers"
    ),
    "C11 endless headers": Case(cmd(f"while true; do (printf '{REPLY}'; yes A: b) | nc -l -p 3000; done"), "answers"),
    "C13 no HTTP at all": Case(cmd("while true; do yes | nc -l -p 3000; done"), "answers"),
    "C16 listens inside only": Case(cmd("httpd -f -p 127.0.0.1:3000"), "answers", "127.0.0.1:3000 only"),
    "C20 outlives its parent": Case(cmd("(setsid sleep 600 &); exit 0"), "answers", "exit code 0"),
    "C23 C26 forged results": Case(cmd(f"printf '{FORGED}'; printf '{FORGED}' >&2; exit 1"), "answers", "exit code 1"),
    "C25 shows all it can see": Case(
        cmd("env; cat /proc/self/mounts /proc/1/cmdline /proc/1/environ; ps; exit 1"), "answers", "exit code 1"
    ),
    "C28 kills all it can see": Case(cmd("kill -9 -1; sleep 600"), "answers"),
    "C29 lying tools": Case(
        run("for t in ps cat ls netstat id; do rm -f /bin/$t; printf '#!/bin/sh\\necho fine' > /bin/$t; done; true")
        .replace(SERVE, 'CMD ["sleep", "600"]\n'),
        "answers",
        "nothing in the container listens",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def watch() -> Iterator[Watch]:
    with watching() as watch:
        yield watch


@pytest.fixture(autouse=True)
def canaries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "canary").write_text(CANARY)
    monkeypatch.setenv("GRADER_TEST_CANARY", CANARY)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def submission(folder: Path, case: Case) -> Path:
    if callable(case.made):
        return case.made(folder)
    files = {"Dockerfile": case.made} if isinstance(case.made, str) else case.made
    return write(folder / "work", files)


def judge(result: Result, case: Case) -> None:
    expected = {
        "passes": {"builds": Outcome.PASSED, "answers": Outcome.PASSED},
        "rejected": None,
        "unusable": {"submission": Outcome.FAILED, "builds": Outcome.SKIPPED, "answers": Outcome.SKIPPED},
        "builds": {"builds": Outcome.FAILED, "answers": Outcome.SKIPPED},
        "answers": {"builds": Outcome.PASSED, "answers": Outcome.FAILED},
    }[case.becomes]
    told = f"{result.message}\n{texts(result)}"
    if expected is None:
        assert (result.status, result.score) == (Status.REJECTED, None), told
    else:
        assert result.status is Status.GRADED, told
        assert outcomes(result) == expected, told
        assert result.score == sum(one.points for one in result.checks)
    assert case.says in told, told


@pytest.mark.parametrize("name", CASES)
def test_corpus(tmp_path: Path, watch: Watch, name: str) -> None:
    case = CASES[name]
    judge(attempt(tmp_path, submission(tmp_path, case), watch), case)
    # Nothing was written outside of what is ours.
    assert {path.name for path in tmp_path.iterdir()} <= {"canary", "state", "page", "work", "work.tar", "work.zip"}
    assert (tmp_path / "canary").read_text() == CANARY


@pytest.mark.parametrize("name", ["C04 a fork bomb", "C05 memory", "C28 kills all it can see"])
def test_a_neighbour_is_graded_as_if_alone(tmp_path: Path, watch: Watch, name: str) -> None:
    mean, good = tmp_path / "mean", tmp_path / "good"
    mean.mkdir()
    good.mkdir()
    results: list[Result] = []
    hostile = submission(mean, CASES[name])
    thread = threading.Thread(target=lambda: results.append(attempt(mean, hostile, watch)))
    thread.start()
    control = Case(GOOD, "passes")
    for number in range(2):
        judge(attempt(good / str(number), submission(good / str(number), control), watch), control)
    thread.join()
    judge(results[0], CASES[name])
