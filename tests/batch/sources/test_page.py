"""What a reader sees of a page."""

from __future__ import annotations

import pytest

from grader.batch.sources._page import plain


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>docker run -d <b>nginx</b></p><p>docker ps</p>", "docker run -d nginx\n\ndocker ps\n"),
        ("docker<br/>ps<BR>x", "docker\nps\nx\n"),
        ("<pre>a\n  b</pre>", "a\n  b\n"),
        ("a &amp;&amp; b &lt;x&gt;&nbsp;c", "a && b <x> c\n"),
        ("docker ps > out < in", "docker ps > out < in\n"),
        ("a<!-- <p>no</p> -->b<!-- never closed", "ab<!-- never closed\n"),
        ("<head><title>t</title></head><script>x < y</script><style>p{}</style>seen", "seen\n"),
        ("a <3 b", "a <3 b\n"),
        ("one\ntwo   three", "one two three\n"),
        ("&#" + "9" * 5000 + ";", "&#" + "9" * 5000 + ";\n"),
        ("a&#1;<pre>&#1;</pre><p>&#1;b", "a\n\nb\n"),
        ("", "\n"),
        ("<", "<\n"),
    ],
)
def test_plain(page: str, text: str) -> None:
    assert plain(page) == text


@pytest.mark.parametrize(
    "piece",
    ["<", "<a", "<a ", "<a =", "<!", "<!--", "<![", "</", "&", "<a b='", "<pre>", "<p>", "<b>x", "<pre>x"],
)
def test_pages_that_never_close_anything(piece: str) -> None:
    assert isinstance(plain(piece * (400_000 // len(piece))), str)
