from __future__ import annotations

import pytest

from grader.core.script.statement import Statement, statement


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("docker run -d \\\n -p 80:80 nginx", ["docker run -d -p 80:80 nginx"]),
        ("for i in 1 2; do\n docker run -d nginx\ndone", ["i in 1 2", "docker run -d nginx", "for"]),
        ("if [ -f a ]; then docker ps; fi", ["[ -f a ]", "docker ps"]),
        ("f() {\n docker ps # it's\n}", ["f", "docker ps"]),
        ("f ()\n{ :; }", ["f", ":"]),
        ("function f {\n:\n}", [":"]),
        ("case $1 in\n a) docker ps ;;\n (b) :;;\nesac", ["$1 in", "a", "docker ps", "b", ":", "case"]),
        ("cat > D <<EOF\nit's (\nEOF", ["cat"]),
        ("cat <<-'A B' x\n\tit's\n\tA B", ["cat x"]),
        ("cat <<< a", ["cat a"]),
        ("docker stop $(docker ps -q) x", ["docker ps -q", "docker stop $() x"]),
        ('echo "a $(docker ps "b" c) d" e > f 2>&1', ["docker ps b c", "echo a $() d e"]),
        ("a=(1 2)", ["1 2", "a="]),
        ("a=()", ["a="]),
        ("x=$((1<<2))", ["x=$((1<<2))"]),
        ("((i++))", ["((i++))"]),
        ("echo $((  (1+2)*3 )) b", ["echo $((  (1+2)*3 )) b"]),
        ("while read x; do echo $x; done < f", ["read x", "echo $x"]),
        ("docker ps &&\n\n# c\n docker images", ["docker ps", "docker images"]),
        ("a & b || c | d; e", ["a", "b", "c", "d", "e"]),
        ("echo $'it\\'s' `date -u` \"`id`\"", ["echo it's date -u id"]),
        ('echo "${x:-"a b"}" d', ["echo ${x:-a b} d"]),
        ("echo a\\ b \\'c", ["echo a b 'c"]),
        ("echo a#b #c", ["echo a#b"]),
        ("A=1 docker ps &> f", ["A=1 docker ps"]),
        ("! docker ps", ["docker ps"]),
        ("echo $", ["echo $"]),
        ("", []),
    ],
)
def test_words(text: str, calls: list[str]) -> None:
    read = statement(text)
    assert read.finished
    assert [" ".join(word.text for word in words) for words in read.calls] == calls
    for words in read.calls:
        for word in words:
            assert 0 <= word.start < word.end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "docker run \\", "echo 'a", 'echo "a', "echo `a", "echo $(a", "(a", "{ a", "if a", "if a; then b", "for i in a",
        "while a; do", "case a in", "a &&", "a ||", "a |", "a && # b", "cat <<EOF", "cat <<EOF\na", "f()", "f () {",
        'echo "${a', "((a", "echo $'a", "a &&\n# b",
    ],
)  # fmt: skip
def test_unfinished(text: str) -> None:
    assert not statement(text).finished


def test_what_is_open() -> None:
    read, open_ends = Statement(), []
    for line in ("for i in 1; do", "cat <<EOF", "EOF", "done"):
        read.feed(line)
        open_ends.append((read.grouping, read.delimiter))
    assert open_ends == [(True, None), (True, "EOF"), (True, None), (False, None)]
    assert not statement("echo '").grouping


def test_places_are_those_of_the_text() -> None:
    text = "for i in 1; do\n  docker stop 'a b' $(docker ps)\ndone"
    words = [word for call in statement(text).calls for word in call]
    assert {text[word.start : word.end] for word in words if word.text == "a b"} == {"'a b'"}


def test_no_depth_is_too_much() -> None:
    assert not statement("(" * 10_000).finished
    assert not statement('"${' * 10_000).finished
