"""What a build would fetch must be found, however it is hidden. Each case was tried on BuildKit."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.core import references
from grader.core.dockerfile import DockerfileError, parse
from grader.core.references import normalize


def images(text: str) -> list[str]:
    return [one.value for one in references.images(parse(text))]


def downloads(text: str, **build_args: str) -> list[str]:
    return [one.value or one.written for one in references.downloads(parse(text, build_args))]


def privileges(text: str) -> list[str]:
    return [one.written for one in references.privileges(parse(text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FROM a\n", ["a"]),
        ("FROM a AS b\nFROM b\nFROM B\n", ["a"]),
        ("FROM later\nFROM a AS later\n", ["later", "a"]),
        ("FROM x AS x\n", ["x"]),
        ("ARG T=1\nFROM a:$T\n", ["a:1"]),
        ("FROM ${TARGETOS:+evil/}a\n", [""]),
        ("FROM\n", [""]),
        ("FROM a AS b\nFROM a\nCOPY --from=b x y\nCOPY --from=B x y\nCOPY --from=0 x y\n", ["a", "a"]),
        ("FROM a\nCOPY --from=evil x y\n", ["a", "evil"]),
        ("FROM a\nCOPY --from='evil' x y\n", ["a", "evil"]),
        ('FROM a\nCOPY --from="ev\\il" x y\n', ["a", "evil"]),
        ("FROM a\nCOPY --from=7 x y\n", ["a", "7"]),
        ("FROM a\nCOPY --from=$X$ x y\n", ["a", ""]),
        ("FROM a\nCOPY --from= x y\n", ["a"]),
        (f"FROM a\nCOPY --from={'9' * 5000} x y\n", ["a", "9" * 5000]),
        ("FROM a\nCOPY --from=later x y\nFROM b AS later\n", ["a", "b"]),
        ("FROM a\nCOPY \\\n  --from=evil \\\n  x y\n", ["a", "evil"]),
        ("FROM a\nRUN --mount=type=bind,from=evil,target=/x y\n", ["a", "evil"]),
        ("FROM a\nRUN --mount=type=cache,from=evil,target=/x y\n", ["a", "evil"]),
        ("FROM a\nRUN --mount=from=evil y\n", ["a", "evil"]),
        ("FROM a\nRUN --mount=TYPE=bind,FROM=evil y\n", ["a", "evil"]),
        ("FROM a AS b\nFROM a\nRUN --mount=type=bind,from=b,from=evil y\n", ["a", "a", "evil"]),
        ('FROM a\nRUN --mount="type=bind,from=evil" y\n', ["a", "evil"]),
        ("FROM a\nRUN --mount='type=bind,\"from=evil\"' y\n", ["a", "evil"]),
        ("FROM a\nRUN --mount=type=bind,from= y\n", ["a"]),
        ("FROM a\nRUN --mount=type=bind y\n", ["a"]),
        ("FROM a\nONBUILD COPY --from=evil x y\n", ["a", "evil"]),
        ("FROM a\nONBUILD RUN --mount=from=evil <<EOF\ny\nEOF\n", ["a", "evil"]),
        ("FROM a\nRUN <<EOF\nCOPY --from=evil x y\nEOF\n", ["a"]),
        ("FROM a\n# COPY --from=evil x y\n", ["a"]),
    ],
)
def test_images(text: str, found: list[str]) -> None:
    assert images(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "ADD https://e /",
        "ADD HTTPS://e /",
        "ADD ftp://e /",
        "ADD git@e:x.git /",
        "ADD bob@e:x.git /",
        "ADD git://e /",
        "ADD ssh://e /",
        "ADD github.com/x/y /",
        'ADD "https://e" /',
        'ADD ["https://e", "/"]',
        'ADD ["\\u0068ttps://e", "/"]',
        "ADD \\\n  https://e \\\n  /",
        "ADD --checksum=sha256:1 https://e /",
        "ADD a https://e b /",
        "ADD htt\\ps://e /",
        "ADD h'ttps'://e /",
        "ENV U=https://e\nADD $U /",
        "ENV U https://e\nADD ${U} /",
        "ARG U=https://e\nADD $U /",
        "ARG S=https\nADD $S://e /",
        "ARG U='https://e'\nADD $U /",
        "ADD ${U:-https://e} /",
        "ARG U=x\nADD ${U:+https://e} /",
        "ADD $BASE_IMAGE_SETS_IT /",
        "ONBUILD ADD https://e /",
        "ARG U=x\nONBUILD ADD $U /",
        # ENV and ARG of one name: builders differ on which wins.
        "ENV U=https://e\nARG U=x\nADD $U /",
        "ARG U=https://e\nENV U=x\nENV U=https://e\nADD $U /",
        # All values of one instruction are made of what was set before it.
        "ENV A=https://e\nENV A=x B=$A\nADD $B /",
        "ARG A=https://e\nARG A=x B=$A\nADD $B /",
        # Names are expanded too.
        "ARG U=x\nENV K=U\nENV $K=https://e\nADD $U /",
        "ARG U=x\nARG 'U'=https://e\nADD $U /",
        "ENV $K=https://e\nARG U=x\nADD $U /",
        # Values that can't be worked out.
        "ENV U=htt\\ps://e\nADD $U /",
        "ARG U=${TARGETOS:+https://e}\nADD $U /",
        "ARG TARGETOS\nADD ${TARGETOS:+https://e} /",
    ],
)
def test_downloads(text: str) -> None:
    assert downloads(f"FROM a\n{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "ADD a /",
        "ADD a b /",
        "ADD a https://e",
        "COPY https://e /",
        "ARG V=1\nADD app-$V.tar /",
        "ENV V=1\nENV V=2\nADD app-${V}.tar /",
        "ARG V=1\nENV V=2\nADD app-${V}.tar /",
        "ARG V=\nADD ${V:-app}.tar /",
        "ADD --chown=1:1 a /",
        "ADD <<EOF /x\nhttps://e\nEOF",
        "RUN echo ADD https://e /",
    ],
)
def test_no_downloads(text: str) -> None:
    assert downloads(f"FROM a\n{text}\n") == []


@pytest.mark.parametrize(
    "text",
    [
        # What stands before the first FROM is not seen in a stage that doesn't ask for it.
        "ARG U=x\nFROM a\nADD ${U:-https://e} /\n",
        "ARG U=https://e\nFROM a\nARG U\nADD $U /\n",
        # A stage inherits the variables of the stage that it is built on.
        "FROM a AS b\nENV U=https://e\nFROM b\nADD $U /\n",
        "FROM a AS b\nENV U=https://e\nFROM b\nARG U=x\nADD $U /\n",
        "FROM a AS b\nARG U=https://e\nFROM b\nADD $U /\n",
        "FROM a AS b\nARG U=x\nONBUILD ENV U=https://e\nFROM b\nADD $U /\n",
        "FROM a AS b\nONBUILD ENV U=https://e\nFROM b\nARG U=x\nADD $U /\n",
    ],
)
def test_downloads_across_stages(text: str) -> None:
    assert downloads(text)


def test_variables_across_stages() -> None:
    assert downloads("ARG V=1\nFROM a\nARG V\nADD x$V /\nFROM a\nARG V\nADD y$V /\n") == []
    assert downloads("FROM a AS b\nARG V=1\nFROM b\nADD x$V /\n") == []


def test_build_arguments_count() -> None:
    assert downloads("FROM a\nARG N=\nADD ${N:+https://e} /\n", N="x") == ["https://e"]
    assert downloads("FROM a\nARG N=\nADD ${N:+https://e} /\n") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("RUN x", []),
        ("RUN --network=none x", []),
        ("RUN --network=default x", []),
        ("RUN --network=host x", ["--network=host"]),
        ("RUN --security=insecure x", ["--security=insecure"]),
        ("RUN --security=sandbox x", []),
        ("RUN --device=vendor.com/x x", ["--device=vendor.com/x"]),
        ("RUN --mount=type=cache,target=/x y", []),
        ("RUN --mount=type=ssh y", ["--mount=type=ssh"]),
        ("RUN --mount=type=SSH y", ["--mount=type=SSH"]),
        ("RUN --mount=type=bind,type=ssh y", ["--mount=type=bind,type=ssh"]),
        ("ARG T=ssh\nRUN --mount=type=$T y", ["--mount=type=$T"]),
        ("RUN --mount=type=secret,id=x y", ["--mount=type=secret,id=x"]),
        ("ONBUILD RUN --network=host x", ["--network=host"]),
        ("RUN echo --network=host", []),
    ],
)
def test_privileges(text: str, found: list[str]) -> None:
    assert privileges(f"FROM a\n{text}\n") == found


def test_cache_mounts() -> None:
    assert references.uses_cache_mounts(parse("FROM a\nRUN --mount=type=Cache,target=/x y\n"))
    assert not references.uses_cache_mounts(parse("FROM a\nRUN --mount=type=tmpfs,target=/x y\n"))


def test_a_reference_has_its_place() -> None:
    found = list(references.images(parse("FROM a\nRUN x\nCOPY --from=b x y\nRUN --mount=from=c x\n")))
    assert [(one.where, one.written, one.line) for one in found] == [
        ("FROM", "a", 1),
        ("COPY --from", "b", 3),
        ("RUN --mount=from", "c", 4),
    ]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("nginx", "nginx:latest"),
        ("nginx:1", "nginx:1"),
        ("scratch", "scratch"),
        ("scratch:1", "scratch:1"),
        ("docker.io/library/nginx", "nginx:latest"),
        ("index.docker.io/library/nginx:1", "nginx:1"),
        ("library/nginx", "nginx:latest"),
        ("docker.io/docker.io/nginx", "docker.io/nginx:latest"),
        ("docker.io/library/library/nginx", "library/nginx:latest"),
        ("evil.example/library/nginx", "evil.example/library/nginx:latest"),
        ("localhost:5000/nginx", "localhost:5000/nginx:latest"),
        ("nginx@sha256:1", "nginx@sha256:1"),
        ("nginx:1@sha256:1", "nginx:1@sha256:1"),
    ],
)
def test_normalize(name: str, short: str) -> None:
    assert normalize(name) == short


_WORDS = "FROM |RUN |COPY |ADD |ENV |ARG |ONBUILD |USER |--from=|--mount=|<<EOF|EOF\n|\\\n|${A:-|# escape=`\n|https://|type=ssh"
_PIECES = st.sampled_from([*"\n\n\n  aA1$={}[],'\"\\`#\t\r\x0c\u2028\u00e9", *_WORDS.split("|")])


@settings(max_examples=500, deadline=None)
@given(st.lists(_PIECES, max_size=20))
def test_no_text_breaks_the_search(pieces: list[str]) -> None:
    try:
        found = parse("FROM a AS b\n" + "".join(pieces))
    except DockerfileError:
        return
    for search in (references.images, references.downloads, references.privileges):
        assert all(one.line for one in search(found))
    assert found.lineage()[0] is found.final
