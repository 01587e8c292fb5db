from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.core import dockerfile
from grader.core.layers import Contents, Search, Step, assemble, instructions

if TYPE_CHECKING:
    from collections.abc import Collection


@pytest.mark.parametrize(
    ("text", "name", "arguments", "label"),
    [
        ("COPY . /app # buildkit", "COPY", "", "COPY . /app (line 3)"),
        ("RUN /bin/sh -c make && make install # buildkit", "RUN", "", "RUN make && make install (line 3)"),
        ("RUN |1 T=s3cret /bin/sh -c echo $T > /t # buildkit", "RUN", "T=s3cret", "RUN echo $T > /t (line 3)"),
        ("RUN |2 A=x y B=2 /bin/sh -c true # buildkit", "RUN", "A=x y B=2", "RUN true (line 3)"),
        ("RUN |1 T=x python -c pass # buildkit", "RUN", "T=x", "RUN python -c pass (line 3)"),
        ("RUN |x T=x", "RUN", "", "RUN |x T=x (line 3)"),
        ("/bin/sh -c #(nop)  ENV A=b", "ENV", "", "ENV A=b (line 3)"),
        ("/bin/sh -c apt-get update", "RUN", "", "RUN apt-get update (line 3)"),
        ("WORKDIR /app", "WORKDIR", "", "WORKDIR /app (line 3)"),
        ("RUN " + "x" * 200, "RUN", "", "RUN " + "x" * 45 + "… (line 3)"),
    ],
)
def test_a_step_in_words(text: str, name: str, arguments: str, label: str) -> None:
    step = Step(text, 3)
    assert (step.name, step.arguments, step.label) == (name, arguments, label)


def test_a_step_whose_line_is_not_known() -> None:
    assert Step("CMD x").label == "CMD x"


def test_searches_add_up() -> None:
    both = Search(frozenset({"a"})) | Search(frozenset({"b"}), secrets=True) | Search(base=True)
    assert both == Search(frozenset({"a", "b"}), secrets=True, base=True)


NONE: frozenset[str] = frozenset()


def layer(
    files: dict[str, int] | None = None,
    *,
    folders: Collection[str] = NONE,
    gone: Collection[str] = NONE,
    emptied: Collection[str] = NONE,
) -> Contents:
    return Contents(files or {}, set(folders), set(gone), set(emptied))


@pytest.mark.parametrize(
    ("later", "hides"),
    [
        (layer({"/a/b/c": 1}), True),
        (layer({"/a/b": 1}), True),  # a file where the folder was
        (layer(folders={"/a/b/c"}), True),
        (layer(folders={"/a/b"}), False),
        (layer(gone={"/a/b/c"}), True),
        (layer(gone={"/a"}), True),
        (layer(emptied={"/a"}), True),
        (layer(emptied={"/a/b/c"}), False),
        (layer({"/a/b/cd": 1}, gone={"/a/bc"}), False),
        (layer(), False),
    ],
)
def test_what_hides_a_file(later: Contents, hides: bool) -> None:  # noqa: FBT001 - a column of the table
    assert later.hides("/a/b/c") is hides


HISTORY = [("COPY /image / # buildkit", True), ('CMD ["sh"]', False)]
SOURCE = """\
FROM busybox:1 AS first
COPY a /a
FROM first
ENV X=1
RUN rm /a
RUN echo > /b
"""
OWN = [
    ("COPY a /a # buildkit", True),
    ("ENV X=1", False),
    ("RUN /bin/sh -c rm /a # buildkit", True),
    ("RUN /bin/sh -c echo > /b # buildkit", True),
]
CONTENTS = [layer({"/bin/sh": 9, "/etc/motd": 3}), layer({"/a": 5}), layer(gone={"/a", "/etc/motd"}), layer({"/b": 1})]


def test_layers_know_their_instructions() -> None:
    made = assemble(CONTENTS, HISTORY + OWN, (3, 4), instructions(dockerfile.parse(SOURCE), None))
    assert [(one.number, one.base, one.step.name, one.step.line) for one in made.layers] == [
        (1, True, "COPY", None),
        (2, False, "COPY", 2),
        (3, False, "RUN", 5),
        (4, False, "RUN", 6),
    ]
    assert [(step.base, step.line) for step in made.steps][2:4] == [(False, 2), (False, 4)]
    [hidden] = made.hidden(base=False)
    assert (hidden.path, hidden.size, hidden.layer.number, hidden.by.number, hidden.how) == ("/a", 5, 2, 3, "removes")
    assert [one.path for one in made.hidden(base=True)] == ["/etc/motd", "/a"]


def test_the_history_tells_where_no_base_image_is_known() -> None:
    made = assemble(CONTENTS, HISTORY + OWN, None, instructions(dockerfile.parse(SOURCE), None))
    assert [one.base for one in made.layers] == [True, False, False, False]


def test_another_history_than_the_dockerfile() -> None:
    made = assemble(CONTENTS, HISTORY + OWN, None, instructions(dockerfile.parse("FROM x\nADD y /\n"), None))
    assert [(one.base, one.step.line) for one in made.layers] == [(False, None)] * 4
    fewer = assemble(CONTENTS, OWN, None, ())
    assert [one.step.text for one in fewer.layers] == [""] * 4


def test_instructions_of_a_stage_that_is_built_alone() -> None:
    source = dockerfile.parse(SOURCE)
    assert [one.line for one in instructions(source, "first")] == [2]
    assert instructions(source, "none") == ()


def test_a_file_that_is_replaced_twice_counts_twice() -> None:
    contents = [layer({"/a": 5}), layer({"/a": 6}), layer({"/a": 7, "/empty": 0}), layer(gone={"/empty"})]
    made = assemble(contents, [("RUN x", True)] * 4, None, ())
    assert [(one.size, one.layer.number, one.by.number, one.how) for one in made.hidden(base=False)] == [
        (5, 1, 2, "replaces"),
        (6, 2, 3, "replaces"),
    ]
