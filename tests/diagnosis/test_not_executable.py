"""The cause `not_executable`."""

from __future__ import annotations

import pytest

from tests.support.cases import cannot_start, exited, explains, files, silent, step_failed

CAUSE = "not_executable"
DENIED = 'exec: "{0}": permission denied'
SCRIPT = files("start.sh", "app/run.py")


@pytest.mark.parametrize("path", ["/start.sh", "./start.sh"])
def test_the_engine_may_not_run_it(path: str) -> None:
    error = cannot_start(f'"{path}": permission denied')
    case = exited(f'FROM busybox:1; COPY start.sh /; CMD ["{path}"]', [path], 126, error=error, files=SCRIPT)
    explains(CAUSE, case, "--chmod=755", f"RUN chmod +x {path} before line 3", f'["sh", "{path}"]', line=3)


@pytest.mark.parametrize(
    "logs", ["/bin/sh: /start.sh: Permission denied\n", "/bin/sh: 1: /start.sh: Permission denied\n"]
)
def test_a_shell_may_not_run_it(logs: str) -> None:
    case = exited("FROM busybox:1; COPY start.sh /; CMD /start.sh", "/start.sh", 126, logs, files=SCRIPT)
    explains(CAUSE, case, "start.sh may not be run", line=3)


def test_a_step_of_the_build_may_not_run_it() -> None:
    source = "FROM busybox:1; COPY . /src/; RUN /src/app/run.py"
    case = step_failed(source, 3, 126, "/bin/sh: 1: /src/app/run.py: Permission denied\n", files=SCRIPT)
    explains(CAUSE, case, '["python", "/src/app/run.py"]', line=3)


def test_is_silent_about_a_folder() -> None:
    error = cannot_start('"/app": permission denied')
    silent(
        CAUSE,
        exited('FROM busybox:1; WORKDIR /app; COPY app .; CMD ["/app"]', ["/app"], 126, error=error, files=SCRIPT),
    )
    silent(CAUSE, exited("FROM busybox:1; CMD /opt", "/opt", 126, "/bin/sh: 1: /opt: Permission denied\n"))


def test_is_silent_about_a_file_that_the_program_may_not_read() -> None:
    logs = "/bin/sh: /start.sh: Permission denied\n"
    silent(CAUSE, exited("FROM busybox:1; COPY start.sh /; CMD cat /start.sh", "cat /start.sh", 1, logs, files=SCRIPT))
