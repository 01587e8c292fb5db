from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import NoReturn

import pytest

from grader.core.process import Finished, run


def python(code: str, *, timeout: float = 20, stdin: bytes = b"", max_output: int = 1000) -> Finished:
    return run([sys.executable, "-c", code], timeout=timeout, stdin=stdin, max_output=max_output)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        # Where nobody collects orphans, as in many containers, a dead one stays as a zombie.
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False


def gone(pid: int) -> bool:
    end = time.monotonic() + 5
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not alive(pid)


def test_gives_both_streams_and_the_exit_code() -> None:
    done = python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")
    assert (done.stdout, done.stderr, done.exit_code, done.timed_out) == (b"out\n", b"err\n", 3, False)
    assert 0 < done.seconds < 20


def test_a_signal_is_a_negative_exit_code() -> None:
    assert python("import os; os.kill(os.getpid(), 15)").exit_code == -15


def test_stdin_is_given_whole() -> None:
    text = b"x" * 1_000_000
    assert python("import sys; print(len(sys.stdin.buffer.read()))", stdin=text).stdout == b"1000000\n"


def test_stdin_is_empty_by_default() -> None:
    assert python("import sys; print(repr(sys.stdin.read()))").stdout == b"''\n"


def test_a_program_may_leave_its_stdin_unread() -> None:
    assert python("print('ok')", stdin=b"x" * 1_000_000).stdout == b"ok\n"


def test_output_is_capped_but_read_to_the_end() -> None:
    done = python("import sys; sys.stdout.write('x' * 1_000_000); sys.stderr.write('y' * 1_000_000)")
    assert (done.stdout, done.stderr) == (b"x" * 1000, b"y" * 1000)
    assert done.exit_code == 0


def test_the_timeout_ends_the_whole_process_group() -> None:
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    done = python(code, timeout=1)
    assert done.timed_out
    assert done.exit_code == -9
    assert done.seconds < 10
    assert gone(int(done.stdout))


def test_a_child_that_keeps_the_streams_open_is_ended() -> None:
    code = (
        "import subprocess, sys\n"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid, flush=True)"
    )
    done = python(code, timeout=1)
    assert done.timed_out
    assert gone(int(done.stdout))


def test_the_timeout_holds_for_a_program_that_has_closed_its_streams() -> None:
    done = python("import os, time; os.close(1); os.close(2); time.sleep(600)", timeout=1)
    assert done.timed_out
    assert done.seconds < 10


def test_a_program_may_close_its_streams_and_end_later() -> None:
    done = python("import os, time; os.close(1); os.close(2); time.sleep(0.2); os._exit(4)")
    assert (done.timed_out, done.exit_code) == (False, 4)


def test_an_exception_ends_the_program_too(tmp_path: Path) -> None:
    def interrupt(_: bytes) -> NoReturn:
        raise KeyboardInterrupt

    code = f"import os, sys, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\n"
    code += "print('x', file=sys.stderr, flush=True); time.sleep(600)"
    with pytest.raises(KeyboardInterrupt):
        run([sys.executable, "-c", code], timeout=20, on_stderr=interrupt)
    assert gone(int((tmp_path / "pid").read_text()))


def test_stderr_can_be_followed() -> None:
    pieces: list[bytes] = []
    run(
        [sys.executable, "-c", "import sys; print('x' * 50, file=sys.stderr)"],
        timeout=20,
        max_output=10,
        on_stderr=pieces.append,
    )
    assert b"".join(pieces) == b"x" * 50 + b"\n"


def test_environment_and_folder(tmp_path: Path) -> None:
    code = "import os; print(sorted(set(os.environ) - {'LC_CTYPE'}), os.getcwd())"
    done = run([sys.executable, "-c", code], timeout=20, env={"A": "1"}, cwd=str(tmp_path))
    assert done.stdout.decode() == f"['A'] {tmp_path}\n"


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        run(["no-such-program-here"], timeout=1)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_memory_is_bounded() -> None:
    code = "import time; time.sleep(0.3); print(len(bytearray(2 * 1024**3)))"
    done = run([sys.executable, "-c", code], timeout=20, max_memory=1024**3)
    assert done.exit_code == 1
    assert b"MemoryError" in done.stderr
