"""The cause `download_refused`."""

from __future__ import annotations

import pytest

from tests.support.cases import built, explains, silent

CAUSE = "download_refused"


@pytest.mark.parametrize(
    ("rule", "source", "says", "line"),
    [
        ("downloads", "FROM a:1; ADD http://example.com/x /", "ADD in line 2 would download http://example.com/x", 2),
        ("downloads", "FROM a:1; ADD https://github.com/a/b.git /", "change line 2 to COPY", 2),
        ("privileges", "FROM a:1; RUN --network=host id", "Leave --network=host out of line 2", 2),
        ("privileges", "FROM a:1; RUN --security=insecure id", "access to the host", 2),
        ("syntax", "# syntax=example.com/frontend; FROM a:1", "Delete the `# syntax=` line", 1),
    ],
)
def test_each_rule(rule: str, source: str, says: str, line: int) -> None:
    explains(CAUSE, built(source, kind="build", build=None, refused=rule), says, line=line)


@pytest.mark.parametrize("rule", [None, "images", "downloads", "privileges"])
def test_is_silent_without_a_refusal_or_its_reason(rule: str | None) -> None:
    silent(CAUSE, built("FROM a:1; ADD x /", kind="build", build=None, refused=rule))


def test_is_silent_about_other_checks() -> None:
    silent(CAUSE, built("FROM a:1; ADD http://example.com/x /", kind="lint", refused="downloads"))
