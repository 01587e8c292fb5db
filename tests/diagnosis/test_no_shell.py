"""The cause `no_shell`."""

from __future__ import annotations

from tests.support.cases import cannot_start, exited, explains, silent

CAUSE = "no_shell"
ERROR = cannot_start('"/bin/sh": stat /bin/sh: no such file or directory')


def test_a_shell_form_without_a_shell() -> None:
    plain = exited("FROM scratch; CMD /server -p 3000", "/server -p 3000", 127, error=ERROR)
    explains(CAUSE, plain, "CMD in line 2", 'CMD ["/server", "-p", "3000"]', "FROM scratch has only", line=2)
    joined = exited("FROM scratch; ENTRYPOINT /a && /b", "/a && /b", 127, error=ERROR)
    explains(CAUSE, joined, "one program and its arguments", line=2)


def test_is_silent_otherwise() -> None:
    other = cannot_start('"/server": stat /server: no such file or directory')
    silent(CAUSE, exited("FROM scratch; CMD /server", "/server", 127, error=other))
    named = exited('FROM scratch; CMD ["/bin/sh", "-c", "x"]', ["/bin/sh", "-c", "x"], 127, error=ERROR)
    silent(CAUSE, named)
