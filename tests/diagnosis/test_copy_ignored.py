"""The cause `copy_ignored`."""

from __future__ import annotations

from tests.support.cases import absent, exited, explains, files, silent

CAUSE = "copy_ignored"


def test_a_file_that_copy_can_not_find() -> None:
    context = {"files": files("app.py"), "ignored": frozenset({"app.py"})}
    explains(
        CAUSE, absent("FROM some:1; COPY app.py /", 2, "/app.py", **context), "keeps app.py out", "!app.py", line=2
    )


def test_a_folder_that_copy_can_not_find() -> None:
    context = {"files": files("app/a.py"), "ignored": frozenset({"app/a.py"})}
    explains(CAUSE, absent("FROM some:1; COPY app /app", 2, "/app", **context), "!app", line=2)


def test_a_file_that_the_container_misses() -> None:
    context = {"files": files("app.py", "b.py"), "ignored": frozenset({"app.py"})}
    logs = "python: can't open file '/app.py': [Errno 2] No such file or directory\n"
    case = exited("FROM some:1; COPY . /; CMD python app.py", "python app.py", 2, logs, **context)
    explains(CAUSE, case, "keeps app.py out", "no COPY brought it", line=3)


def test_is_silent_about_a_file_that_is_not_ignored() -> None:
    context = {"files": files("App.py", "x.py"), "ignored": frozenset({"x.py"})}
    silent(CAUSE, absent("FROM some:1; COPY app.py /", 2, "/app.py", **context))


def test_is_silent_about_files_of_another_stage() -> None:
    source = "FROM some:1 AS build; COPY --from=build /app.py /"
    silent(CAUSE, absent(source, 2, "/app.py", files=files("app.py"), ignored=frozenset({"app.py"})))


def test_is_silent_about_a_file_that_was_copied_elsewhere() -> None:
    context = {"files": files("app.py", "old/app.py"), "ignored": frozenset({"old/app.py"})}
    logs = "python: can't open file '/src/app.py': [Errno 2] No such file or directory\n"
    silent(
        CAUSE, exited("FROM some:1; COPY app.py /; CMD python /src/app.py", "python /src/app.py", 2, logs, **context)
    )
