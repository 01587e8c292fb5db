"""The cause `no_shell`."""

from __future__ import annotations

from tests.support.cases import cannot_start, exited, explains, files, silent

CAUSE = "no_shell"
ERROR = cannot_start('"/bin/sh": stat /bin/sh: no such file or directory')


def test_a_shell_form_without_a_shell() -> None:
    plain = exited(
        "FROM scratch; COPY --from=a /server /server; CMD /server -p 3000", "/server -p 3000", 127, error=ERROR
    )
    explains(CAUSE, plain, "CMD in line 3", 'CMD ["/server", "-p", "3000"]', "FROM scratch has only", line=3)
    joined = exited("FROM scratch; ENTRYPOINT /a && /b", "/a && /b", 127, error=ERROR)
    explains(CAUSE, joined, "one program and its arguments", line=2)


def test_the_program_is_named_as_it_can_be_found() -> None:
    for source, line, program in (
        ("FROM scratch; COPY httpd /; CMD httpd -f", 3, "/httpd"),
        ("FROM scratch; COPY --from=busybox /bin/busybox /httpd; CMD httpd -f", 3, "/httpd"),
        ("FROM scratch; COPY httpd /bin/httpd; CMD httpd -f", 3, "httpd"),
        ("FROM scratch; COPY --from=a /out /; CMD httpd -f", 3, "httpd"),
        ("FROM busybox:1; CMD httpd -f", 2, "httpd"),
        ("FROM scratch; ADD some.tar /; CMD httpd -f", 3, "httpd"),
    ):
        case = exited(source, "httpd -f", 127, error=ERROR, files=files("httpd"))
        explains(CAUSE, case, f'Change line {line} to: CMD ["{program}", "-f"]', line=line)


def test_a_program_that_is_not_there_either() -> None:
    case = exited(
        "FROM scratch; COPY index.html /www/; CMD httpd -f", "httpd -f", 127, error=ERROR, files=files("index.html")
    )
    found = explains(
        CAUSE, case, "Nothing that is copied into the image is called httpd", 'CMD ["httpd", "-f"]', line=3
    )
    assert "Change line" not in found.fix


def test_is_silent_otherwise() -> None:
    other = cannot_start('"/server": stat /server: no such file or directory')
    silent(CAUSE, exited("FROM scratch; CMD /server", "/server", 127, error=other))
    named = exited('FROM scratch; CMD ["/bin/sh", "-c", "x"]', ["/bin/sh", "-c", "x"], 127, error=ERROR)
    silent(CAUSE, named)
