from __future__ import annotations

import pytest

from grader.core.script.markdown import read


def blocks(text: str) -> list[list[tuple[int, str]]]:
    return [[(row.number, row.text) for row in block.rows] for block in read(text).blocks]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a\nb\n\nc", [[(1, "a"), (2, "b")], [(4, "c")]]),
        ("```\na\n\nb\n```\nc", [[(2, "a"), (3, ""), (4, "b")], [(6, "c")]]),
        ("~~~~ bash\n~~~\n~~~~\n", [[(2, "~~~")]]),
        ("1. ```\n   a\n     b\n   ```", [[(2, "a"), (3, "  b")]]),
        ("  ```\n  a\n    b\n  ```", [[(2, "a"), (3, "  b")]]),
        ("> ```\n> a\n>  b\n> ```\nc", [[(2, "a"), (3, " b")], [(5, "c")]]),
        ("```\na", [[(2, "a")]]),
        ("```\na\n```sh\nb\n```", [[(2, "a")], [(4, "b")]]),
        ("```docker run a\n```", [[(1, "docker run a")]]),
        ("- a\n* b\n+ c\n12) d\n(a) e\n- [x] f\n1.docker ps", [[(n, c)] for n, c in enumerate("abcdef", 1)]),
        ("    a\n      b", [[(1, "a"), (2, "  b")]]),
        ("# a\nb\n## c", [[(1, "a")], [(2, "b")], [(3, "c")]]),
        ("# docker ps\na", [[(1, "# docker ps"), (2, "a")]]),
        ("a\n===\nb\n---\nc", [[(1, "a"), (3, "b")], [(5, "c")]]),
        ("| a | b \\| c |\n|---|---|", [[(1, "a")], [(1, "b | c")]]),
        ("<pre>\na &lt; <b>b</b>\n</pre>", [[(1, ""), (2, "a < b"), (3, "")]]),
        ("<!-- a\nb -->\nc", [[(1, "<!-- a"), (2, "b -->")], [(3, "c")]]),
        ("a<br>b &amp; <code>c</code>", [[(1, "a")], [(1, "b & `c`")]]),
        ("a <container> &amp; b", [[(1, "a <container> &amp; b")]]),
        ("cat <<E\n\n- a\nE\nb", [[(1, "cat <<E"), (2, ""), (3, "- a"), (4, "E"), (5, "b")]]),
        ("cat <<E\n\ncat <<E\nb", [[(1, "cat <<E")], [(3, "cat <<E"), (4, "b")]]),
        ("a << b", [[(1, "a << b")]]),
    ],
)
def test_blocks(text: str, rows: list[list[tuple[int, str]]]) -> None:
    found = blocks(text)
    assert found[: len(rows)] == rows


def test_a_number_may_stand_close_to_its_command() -> None:
    assert blocks("1.docker ps\n2)`docker info`") == [[(1, "docker ps")], [(2, "`docker info`")]]


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("```\na\n```", {1, 3}),
        ("# a\n\n---\n![](b)\n[c](d)", {1, 3, 4, 5}),
        ("<details>\na\n</details>", {1, 3}),
        ("|--|:-:|", {1}),
    ],
)
def test_markup(text: str, markup: set[int]) -> None:
    assert read(text).markup == markup


@pytest.mark.parametrize("before", ["", "```\n", "<pre>\n"])
def test_lines_too_long_are_kept_apart(before: str) -> None:
    page = read(f"{before}{'a' * 20_000}\nb")
    assert [len(row.text) for row in page.long] == [20_000]
    assert page.blocks[-1].rows[-1].text == "b"


def test_kinds_of_blocks() -> None:
    found = read("```sh\na\n```\n## b\n<!-- c -->\nd\n").blocks
    assert [(one.fenced, one.info, one.heading, one.hidden) for one in found] == [
        (True, "sh", False, False),
        (False, "", True, False),
        (False, "", False, True),
        (False, "", False, False),
    ]
