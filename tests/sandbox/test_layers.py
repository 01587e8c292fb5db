"""Layers, from streams as engines give them."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from grader.core import clock
from grader.core.errors import Failure, SandboxError, TimedOut
from grader.core.layers import Search
from grader.sandbox import layers
from grader.sandbox.layers import Reading, read
from tests.support.engine import project_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from grader.core.layers import Layers


def archive(files: Mapping[str, bytes | str | None]) -> bytes:
    """Make an archive: bytes are a file, None is a folder, a text is a link."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            if content is None:
                info.type = tarfile.DIRTYPE
            elif isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
            else:
                info.size = len(content)
            tar.addfile(info, io.BytesIO(content) if isinstance(content, bytes) else None)
    return made.getvalue()


class Stream:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._content), 100_000):
            yield self._content[start : start + 100_000]

    def close(self) -> None:
        self.closed = True


class Engine:
    """An engine that has one image to save, and images by name with the ids of their layers."""

    def __init__(self, saved: bytes, ids: Mapping[str, Sequence[str]] | None = None) -> None:
        self.api = self
        self.streams: list[Stream] = []
        self._saved = saved
        self._ids = ids or {}

    def get_image(self, _image: str) -> Stream:
        self.streams.append(Stream(self._saved))
        return self.streams[-1]

    def inspect_image(self, name: str) -> dict[str, Any]:
        return {"Id": name, "RootFS": {"Layers": list(self._ids.get(name, ()))}}

    def history(self, _name: str) -> list[dict[str, Any]]:
        return [{"CreatedBy": "COPY / /"}]


def saved(blobs: Mapping[str, bytes], more: Mapping[str, bytes] | None = None) -> bytes:
    """Save an image with these layers, the lowest first, as engines do since version 25."""
    history: list[dict[str, object]] = [{"created_by": f"RUN {name}"} for name in blobs]
    history.append({"created_by": "CMD x", "empty_layer": True})
    files: dict[str, bytes | str | None] = {
        "blobs": None,
        **{f"blobs/sha256/{name}": blob for name, blob in reversed(list(blobs.items()))},
        "blobs/sha256/config": json.dumps({"history": history, "rootfs": {}}).encode(),
        "blobs/sha256/legacy": b'{"id": "x"}',
        "manifest.json": json.dumps(
            [{"Config": "blobs/sha256/config", "Layers": [f"blobs/sha256/{name}" for name in blobs]}]
        ).encode(),
        **(more or {}),
    }
    return archive(files)


def look(content: bytes, search: Search | None = None, ids: Mapping[str, Sequence[str]] | None = None) -> Layers:
    engine: Any = Engine(content, ids)
    found = read(engine, "image", search or Search(), ("base",), ())
    assert engine.streams[0].closed
    return found


ONE = archive({"app": None, "app/a.txt": b"12345", "app/b": b"", "./etc/link": "b"})
TWO = archive({"app/.wh.a.txt": b"", "srv/.wh..wh..opq": b"", "srv/c": b"1"})


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_layers_in_their_order(pack: Any) -> None:
    found = look(saved({"one": pack(ONE), "two": pack(TWO)}))
    one, two = (layer.contents for layer in found.layers)
    assert one.files == {"/app/a.txt": 5, "/app/b": 0, "/etc/link": 0}
    assert one.folders == {"/app"}
    assert (two.files, two.gone, two.emptied) == ({"/srv/c": 1}, {"/app/a.txt"}, {"/srv"})
    assert [layer.step.text for layer in found.layers] == ["RUN one", "RUN two"]
    assert [step.text for step in found.steps] == ["RUN one", "RUN two", "CMD x"]


def test_layers_of_older_engines() -> None:
    manifest = [{"Config": "c.json", "Layers": ["1/layer.tar", "2/layer.tar"]}]
    config = {"history": [{"created_by": "RUN 1"}, {"created_by": "RUN 2"}]}
    content = archive(
        {
            "1/VERSION": b"1.0",
            "1/layer.tar": ONE,
            "2/layer.tar": "../1/layer.tar",
            "c.json": json.dumps(config).encode(),
            "manifest.json": json.dumps(manifest).encode(),
        }
    )
    assert [sorted(one.contents.files) for one in look(content).layers] == [["/app/a.txt", "/app/b", "/etc/link"]] * 2


def test_an_empty_layer_and_an_image_without_any() -> None:
    assert look(saved({"one": b"\0" * 1024})).layers[0].contents.files == {}
    assert look(saved({})).layers == ()


def test_layers_of_the_base_image_are_not_read() -> None:
    ids = {"base": ["sha256:one"], "image": ["sha256:one", "sha256:two"]}
    blobs = {"one": archive({"x": b"my-value"}), "two": archive({"y": b"my-value"})}
    value = Search(frozenset({"my-value"}))
    found = look(saved(blobs), value, ids)
    assert [(one.base, len(one.contents.files)) for one in found.layers] == [(True, 0), (False, 1)]
    assert [step.base for step in found.steps] == [True, False, False]
    found = look(saved(blobs), value | Search(base=True), ids)
    assert [(one.base, len(one.contents.found)) for one in found.layers] == [(True, 1), (False, 1)]


def test_what_is_in_files() -> None:
    key = b"-----BEGIN PRIVATE" + b" KEY-----\n" + b"A" * 64
    files = {
        "app/.env": b"A=my-value",
        "app/empty/.env": b"",
        "app/key.pem": key,
        "usr/lib/key.pem": key,
        "big": b"x" * 600_000 + b"my-value",
    }
    blob = {"one": archive(files)}
    [layer] = look(saved(blob), Search(frozenset({"my-value"}), secrets=True)).layers
    assert [(one.path, one.what[:16], one.value) for one in layer.contents.found] == [
        ("/app/.env", "a file of settin", None),
        ("/app/.env", "", "my-value"),
        ("/app/key.pem", "a private key", None),
        ("/big", "", "my-value"),
    ]
    assert look(saved(blob)).layers[0].contents.found == []


@pytest.mark.parametrize(
    ("content", "because"),
    [
        (saved({"one": ONE})[:2000], "broke off in the middle"),
        (saved({"one": gzip.compress(ONE)[:-30]}), "broke off in the middle"),
        (saved({"one": b"\x1f\x8b" + b"\xff" * 600}), "broke off in the middle"),
        (saved({"one": b"\x28\xb5\x2f\xfd" + b"x" * 600}), "zstd"),
        (archive({"x": b"y"}), "can't be read"),
        (saved({"one": b"neither"}), "can't be read"),
        (saved({"one": ONE}, {"manifest.json": b"[]"}), "can't be read"),
        (saved({"one": ONE}, {"manifest.json": b"{"}), "can't be read"),
        (saved({"one": ONE}, {"manifest.json": b"[" * 100_000}), "can't be read"),
    ],
)
def test_the_engine_is_at_fault(content: bytes, because: str) -> None:
    with pytest.raises(SandboxError, match=because):
        look(content)


def test_more_than_can_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "MAX_PATHS", 3)
    with pytest.raises(Failure, match="more than 3 files"):
        look(saved({"one": ONE}))
    with pytest.raises(Failure, match="the configuration of the image is larger"):
        look(saved({}, {"blobs/sha256/huge": b"{" + b" " * 5_000_000}))


def test_a_bomb_ends_at_the_deadline() -> None:
    bomb = gzip.compress(archive({"x": b"\0" * 50_000_000}))
    with pytest.raises(TimedOut), clock.limit(0.0, "no time at all"):
        look(saved({"one": bomb}))


def test_one_pass_serves_all_that_was_announced() -> None:
    engine: Any = Engine(saved({"one": ONE}))
    reading = Reading(engine)
    for search in (Search(frozenset({"a"})), Search(secrets=True)):
        reading.announce(search)
    assert reading.layers("image", (), ()) is reading.layers("image", (), ())
    assert len(engine.streams) == 1
    reading.announce(Search(base=True))
    reading.layers("image", (), ())
    assert len(engine.streams) == 2


def test_a_failure_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "MAX_PATHS", 0)
    engine: Any = Engine(saved({"one": ONE}))
    reading = Reading(engine)
    for _ in range(2):
        with pytest.raises(Failure, match="more than 0 files"):
            reading.layers("image", (), ())
    assert len(engine.streams) == 1


STUDENTS = """\
FROM busybox:1 AS first
WORKDIR /app
COPY --chmod=600 Dockerfile /app/secret
FROM first
ARG TOKEN=none
RUN rm secret && mkdir -p sub && echo 1 > sub/x
RUN rm -r sub && mkdir sub && ln -s sub link
"""


@pytest.mark.docker
def test_an_image_of_the_engine(tmp_path: Path) -> None:
    with project_in(tmp_path, STUDENTS) as project:
        found = project.layers(Search(frozenset({"AS first"})))
    own = [one for one in found.layers if not one.base]
    assert len(own) == len(found.layers) - 1
    assert [(one.step.name, one.step.line) for one in own] == [("WORKDIR", 2), ("COPY", 3), ("RUN", 6), ("RUN", 7)]
    assert [one.path for one in own[1].contents.found] == ["/app/secret"]
    assert {(one.path, one.layer.step.line, one.by.step.line) for one in found.hidden(base=False)} == {
        ("/app/secret", 3, 6),
        ("/app/sub/x", 6, 7),
    }
    assert all(one.contents.files == {} for one in found.layers if one.base)


@pytest.mark.docker
def test_an_image_from_nothing(tmp_path: Path) -> None:
    with project_in(tmp_path, "FROM scratch\nCOPY Dockerfile /x\n") as project:
        [layer] = project.layers(Search(secrets=True)).layers
    assert (layer.base, layer.step.line, layer.contents.files) == (False, 2, {"/x": 32})
