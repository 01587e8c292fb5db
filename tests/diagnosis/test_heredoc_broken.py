"""The cause `heredoc_broken`."""

from __future__ import annotations

import pytest

from tests.support.cases import built, explains, silent, unparsed

CAUSE = "heredoc_broken"
UNREAD = "the Dockerfile can't be read: unterminated heredoc"


@pytest.mark.parametrize(
    ("lines", "line", "says"),
    [
        (["RUN <<EOF", "echo a", "  EOF", "CMD x"], 2, "EOF in line 4 has spaces around it"),
        (["RUN cat > /x <<EOF", "a", "EOF && cat /x"], 2, "more stands behind EOF in line 4"),
        (["RUN cat > /x <<'END' \\", "a \\", "END \\"], 2, "Leave only END in line 4"),
        (["RUN cat > /x <<EOF \\", "a \\"], 2, "a \\ stands at the end"),
        (["COPY <<EOF /x", "a", "CMD x"], 2, "Add a line below the text that holds only EOF"),
        (["RUN <<-EOF", "\ta", "\tEOF", "RUN <<-EOF", " EOF"], 5, "has spaces around it"),
        (["RUN <<EOF", "cat <<INNER", "EOF", "copy <<END /x"], 5, "<<END"),
    ],
)
def test_a_text_without_an_end(lines: list[str], line: int, says: str) -> None:
    explains(CAUSE, unparsed(UNREAD, text="\n".join(["FROM a:1", *lines])), says, line=line)


def test_windows_line_ends_do_not_matter() -> None:
    text = "FROM a:1\r\nRUN <<A\r\nx\r\nA\r\nRUN <<B\r\n B\r\n"
    explains(CAUSE, unparsed(UNREAD, text=text), "<<B", line=5)


def test_is_silent_about_anything_else() -> None:
    silent(CAUSE, unparsed("the Dockerfile is empty", text="# RUN <<EOF"))
    silent(CAUSE, unparsed(UNREAD, text="FROM a:1\nENV A=<<EOF\n"))
    silent(CAUSE, built("FROM a:1; RUN <<EOF; a; EOF", kind="build", build=None))
