"""The cause `no_file_to_copy`."""

from __future__ import annotations

from dataclasses import replace

from tests.support.cases import commanded, explains, silent
from tests.support.states import line, made

CAUSE = "no_file_to_copy"
TOLD = "lstat /work/Worker.sh: no such file or directory\n"
COPY = line("docker cp Worker.sh web:/worker.sh", 1, TOLD, number=2)
CASE = commanded(COPY, left=[made("web")], kind="file", message="/worker.sh is not in the container")


def test_recognised() -> None:
    explains(CAUSE, CASE, "no file Worker.sh in the folder", "Capital and small letters", line=2)
    typo = line("docker cp wroker.sh web:/worker.sh", 1, TOLD.replace("Worker", "wroker"))
    explains(CAUSE, commanded(typo, kind="file", message=CASE.message), "exactly this name", line=1)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, message="/visited is not in the container"))
    silent(CAUSE, replace(CASE, kind="logs"))
    silent(CAUSE, commanded(COPY, kind="file", message=CASE.message, where={"container": "db"}))
    silent(CAUSE, commanded(line("cat web/worker.sh", 1, TOLD), kind="file", message=CASE.message))
