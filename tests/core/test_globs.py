from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.globs import Glob, covers


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("/app/*.py", ["/app/a.py", "/app/.py", "/app/.hidden.py"], ["/app/a.pyc", "/app/x/a.py", "/app", "/a.py"]),
        ("/app/**/*.py", ["/app/a.py", "/app/x/a.py", "/app/x/y/a.py"], ["/apps/a.py", "/app", "/x/app/a.py"]),
        ("/app/**", ["/app/a", "/app/x/y"], ["/app", "/application"]),
        ("/**", ["/a", "/a/b"], ["/"]),
        ("**/.env", ["/.env", "/srv/app/.env"], ["/app/.env.example", "/app/x.env"]),
        ("**/node_modules/**/README*", ["/node_modules/README.md", "/a/node_modules/b/c/README"], ["/README"]),
        ("/a?c", ["/abc", "/aéc"], ["/ac", "/a/c"]),
        ("/[ab]x", ["/ax", "/bx"], ["/cx", "/abx"]),
        ("/[!ab]x", ["/cx"], ["/ax", "//x", "/x"]),
        ("/[^0-9]", ["/a"], ["/5"]),
        ("/a[+-9]b", ["/a+b", "/a5b", "/a.b"], ["/a/b", "/aab"]),
        ("/[]]", ["/]"], ["/["]),
        ("/[[]x", ["/[x"], ["/x"]),
        ("/[a-]", ["/a", "/-"], ["/b"]),
        ("/a b(c)+.d\\", ["/a b(c)+.d\\"], ["/a bc.d"]),
        ("/app//./x/", ["/app/x"], ["/app//x"]),
        ("/new\nline*", ["/new\nline", "/new\nline\nmore"], []),
    ],
)
def test_matches(pattern: str, good: list[str], bad: list[str]) -> None:
    glob = Glob(pattern)
    assert [path for path in good if not glob.matches(path)] == []
    assert [path for path in bad if glob.matches(path)] == []


@pytest.mark.parametrize(
    ("pattern", "root", "wild"),
    [
        ("/app/**/*.py", "/app", True),
        ("/app/x/[ab]/c", "/app/x", True),
        ("**/x", "/", True),
        ("/*", "/", True),
        ("/app/x", "/app/x", False),
        ("/", "/", False),
    ],
)
def test_root(pattern: str, root: str, wild: bool) -> None:  # noqa: FBT001 - a column of the table
    glob = Glob(pattern)
    assert (glob.root, glob.wild) == (root, wild)


@pytest.mark.parametrize(
    ("pattern", "because"),
    [
        ("app/*", "must be absolute"),
        ("*/x", "must be absolute"),
        ("/app/../x", r"has \.\. in it"),
        ("/app/**.py", "must stand alone"),
        ("**x/y", "must stand alone"),
        ("/app/[ab", "without its"),
        ("/app/[]", "without its"),
        ("/a[/]b", "without its"),
        ("/[z-a]", "ends before it begins"),
    ],
)
def test_refuses(pattern: str, because: str) -> None:
    with pytest.raises(ValueError, match=because):
        Glob(pattern)


def test_a_pattern_of_the_root_itself() -> None:
    assert Glob("/").matches("/")
    assert not Glob("/").matches("/a")


@given(st.text(st.characters(exclude_characters="/*?[", exclude_categories=["Cs"]), min_size=1))
def test_a_name_without_wildcards_matches_itself(name: str) -> None:
    if name not in {".", ".."}:
        assert Glob(f"/x/{name}").matches(f"/x/{name}")
        assert Glob(f"/x/{name}*").matches(f"/x/{name}")


def test_covers() -> None:
    assert covers("/", "/a")
    assert covers("/a", "/a")
    assert covers("/a", "/a/b")
    assert not covers("/a", "/ab")
    assert not covers("/a/b", "/a")
