"""The cause `loader_missing`."""

from __future__ import annotations

from dataclasses import replace

from grader.core.binaries import Program
from tests.support.cases import exited, explains, silent

CAUSE = "loader_missing"
SOURCE = 'FROM a:1 AS build; FROM busybox:1; COPY --from=build /out/server /usr/bin/; CMD ["server"]'
LOGS = "exec /usr/bin/server: no such file or directory\n"
LACKS = Program(
    "server",
    "/usr/bin/server",
    target="Linux on amd64",
    loader="/lib64/ld-linux-x86-64.so.2",
    loader_there=False,
)
CASE = exited(SOURCE, ["server"], 1, LOGS, program=LACKS)


def test_recognised() -> None:
    explains(CAUSE, CASE, "/lib64/ld-linux-x86-64.so.2", "glibc", "COPY in line 3 brings the program alone", line=3)
    musl = replace(LACKS, path="/elsewhere", loader="/lib/ld-musl-x86_64.so.1")
    explains(CAUSE, replace(CASE, program=musl), "musl, the C library of Alpine", line=4)


def test_is_silent_otherwise() -> None:
    silent(CAUSE, replace(CASE, program=replace(LACKS, loader_there=True)))
    silent(CAUSE, replace(CASE, program=replace(LACKS, loader=None)))
    silent(CAUSE, replace(CASE, program=None))
    silent(CAUSE, exited(SOURCE, ["server"], 1, "no settings\n", program=LACKS))
