"""The cause `copy_missing`."""

from __future__ import annotations

import pytest

from tests.support.cases import absent, explains, files, silent, step_failed, unbuilt

CAUSE = "copy_missing"


@pytest.mark.parametrize(
    ("copy", "path", "held", "fix"),
    [
        ("app.py /", "/app.py", ["App.py"], "Change line 2 to: COPY App.py /"),
        ("./helo.py .", "/helo.py", ["hello.py"], "COPY hello.py ."),
        ("server.py .", "/server.py", ["app/server.py"], "COPY app/server.py ."),
        ("app app", "/app", ["src/app/a.py"], "COPY src/app app"),
        ("a.py apps/ /x/", "/apps", ["a.py", "app/b.py"], "COPY a.py app /x/"),
    ],
)
def test_says_what_was_meant(copy: str, path: str, held: list[str], fix: str) -> None:
    case = absent(f"FROM some:1; COPY {copy}", 2, path, files=files(*held))
    explains(CAUSE, case, "Did you mean", fix.replace("Change", "change"), line=2)


def test_a_folder_that_is_missing_above_the_file() -> None:
    message = (
        "failed to solve: failed to compute cache key: failed to calculate checksum of ref x::y: failed to walk "
        "/var/lib/docker/tmp/buildkit-mount216101825/src: lstat /var/lib/docker/tmp/buildkit-mount216101825/src: "
        "no such file or directory"
    )
    case = unbuilt("FROM some:1; COPY src/app.py /", message, line=2, files=files("app.py"))
    explains(CAUSE, case, "asks for src/app.py", "COPY app.py /", line=2)


def test_nothing_like_it() -> None:
    case = absent("FROM some:1; COPY data.csv /", 2, "/data.csv", files=files("main.py", "src/a.py"))
    explains(CAUSE, case, "The folder holds: Dockerfile, main.py, src/.", "Put data.csv into that folder", line=2)


def test_is_silent_about_other_failures() -> None:
    silent(CAUSE, step_failed("FROM some:1; RUN cat x", 2, 1, '"/x": not found'))
    silent(CAUSE, unbuilt("FROM some:1; COPY a /", "failed to solve: no space left on device", line=2))
    silent(CAUSE, absent("FROM some:1; COPY a /", 2, "/a", kind="image"))
    silent(CAUSE, absent("FROM some:1 AS b; FROM some:1; COPY --from=b /a /", 3, "/a"))


@pytest.mark.parametrize(
    ("copy", "path", "right"),
    [
        ("/app app.py", "/app", "COPY app.py /app/"),
        ("--chown=1 /app/ ./app.py", "/app", "COPY --chown=1 app.py /app/"),
        ("/srv/app.py app.py", "/srv/app.py", "COPY app.py /srv/app.py"),
    ],
)
def test_source_and_destination_are_swapped(copy: str, path: str, right: str) -> None:
    case = absent(f"FROM some:1; COPY {copy}", 2, path, files=files("app.py"))
    diagnosis = explains(CAUSE, case, "swapped", f"Change line 2 to: {right}", line=2)
    assert diagnosis.flag is None


@pytest.mark.parametrize("copy", ["data app.py", "/data other.py", "/data /x app.py", "/data ."])
def test_may_be_meant_as_it_stands(copy: str) -> None:
    case = absent(f"FROM some:1; COPY {copy}", 2, "/data", files=files("app.py"))
    assert "swapped" not in explains(CAUSE, case, "Put", line=2).summary
