"""Archives: honest ones, broken ones, and those made to hurt."""

from __future__ import annotations

import bz2
import gzip
import io
import itertools
import lzma
import os
import stat
import struct
import tarfile
import time
import tracemalloc
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from grader.core.errors import GraderError, PolicyError, SubmissionError
from grader.submissions.intake import Caps, Snapshot, take

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FROM = b"FROM scratch\n"


def taken(data: bytes, folder: Path, **caps: int) -> Snapshot:
    (folder / "work").write_bytes(data)
    return take(folder / "work", folder / "taken", Caps(**caps))


def refused(
    data: bytes, folder: Path, because: str, error: type[GraderError] = PolicyError, **caps: int
) -> GraderError:
    started = time.monotonic()
    with pytest.raises(error) as caught:
        taken(data, folder, **caps)
    assert time.monotonic() - started < 5
    assert because in caught.value.message
    assert sorted(path.name for path in folder.iterdir()) == ["taken", "work"]
    return caught.value


def names(snapshot: Snapshot) -> list[str]:
    return sorted(path.relative_to(snapshot.root).as_posix() for path in snapshot.root.rglob("*"))


def make_tar(*members: tuple[tarfile.TarInfo | str, bytes], **how: Any) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", **how) as archive:
        for member, content in members:
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
            info.size = info.size or len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def member(name: str, **fields: Any) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, b""


def make_zip(*members: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in members:
            archive.writestr(info, content)
    return buffer.getvalue()


def zipped(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


HONEST = {
    "tar": make_tar(("Dockerfile", FROM), ("app/run.sh", b"")),
    "gz": gzip.compress(make_tar(("./Dockerfile", FROM), ("./app/run.sh", b""))),
    "bz2": bz2.compress(make_tar(("Dockerfile", FROM), member("app", type=tarfile.DIRTYPE), ("app/run.sh", b""))),
    "xz": lzma.compress(make_tar(("work/Dockerfile", FROM), ("work/app/run.sh", b""))),
    "zip": make_zip(("Dockerfile", FROM), ("app/run.sh", b"")),
    "wrapped": make_zip(("work/", b""), ("work/Dockerfile", FROM), ("work/app/run.sh", b""), ("__MACOSX/x", b"")),
    "windows": make_zip(("app\\", b""), ("app\\run.sh", b""), ("Dockerfile", FROM)),
    "git": make_tar(("Dockerfile", FROM), ("app/run.sh", b""), (".git/hooks/post-checkout", b"#!/bin/sh")),
    "gnu": make_tar(("Dockerfile", FROM), ("app/run.sh", b""), format=tarfile.GNU_FORMAT),
    "PK": make_tar(("PK/Dockerfile", FROM), ("PK/app/run.sh", b"")),
}


@pytest.mark.parametrize("kind", HONEST)
def test_honest_archives_are_the_same_submission(tmp_path: Path, kind: str) -> None:
    snapshot = taken(HONEST[kind], tmp_path)
    assert names(snapshot) == ["Dockerfile", "app", "app/run.sh"]
    assert (snapshot.root / "Dockerfile").read_bytes() == FROM
    folder = take(snapshot.root, tmp_path / "again", Caps())
    assert snapshot.digest == folder.digest


@pytest.mark.parametrize(
    "data",
    [make_tar(member("run", mode=0o6755), ("x", b"")), make_zip((zipped("run", 0o106755), b""), ("x", b""))],
    ids=["tar", "zip"],
)
def test_modes_are_normalised(tmp_path: Path, data: bytes) -> None:
    root = taken(data, tmp_path).root
    assert [stat.S_IMODE((root / name).stat().st_mode) for name in ("run", "x")] == [0o755, 0o644]


@pytest.mark.parametrize("name", ["../out", "/out", "a/../../out", "..\\out", "C:\\out", "C:/out", "a/.."])
def test_names_that_leave_are_refused(tmp_path: Path, name: str) -> None:
    refused(make_zip((name, b"x")), tmp_path, "leads out of it")


@pytest.mark.parametrize("name", ["../out", "/out", "a/../../out"])
def test_names_in_a_tar_that_leave_are_refused(tmp_path: Path, name: str) -> None:
    refused(make_tar((name, b"x")), tmp_path, "leads out of it")


def link(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    return member(name, type=tarfile.SYMTYPE, linkname=target)


def zip_link(name: str, target: bytes) -> bytes:
    return make_zip((zipped(name, 0o120777), target), ("Dockerfile", FROM))


@pytest.mark.parametrize(
    "data",
    [
        make_tar(link("a", "/etc/passwd")),
        make_tar(link("a", "../x"), ("Dockerfile", FROM)),
        make_tar(link("w/d/a", "b/../../.."), link("w/d/b", "../../w/d"), ("Dockerfile", FROM)),
        make_tar(link("w/a", "../x"), ("w/Dockerfile", FROM)),
        zip_link("a", b"/etc/passwd"),
        zip_link("w/a", b"../../x"),
    ],
)
def test_links_that_leave_are_refused(tmp_path: Path, data: bytes) -> None:
    error = refused(data, tmp_path, "is a link that leads out")
    assert "passwd" not in error.message


@pytest.mark.parametrize(
    ("data", "because"),
    [
        (zip_link("a", b"b\0c"), "a link to no name"),
        (make_tar(member("a", type=tarfile.SYMTYPE, pax_headers={"linkpath": "b\0c"})), "a link to no name"),
        (zip_link("a", b"x" * 5000), "File name too long"),
        (zip_link("a", b"a"), "leads nowhere"),
        (make_tar(link("a", "b"), link("b", "a")), "leads nowhere"),
    ],
)
def test_broken_links_are_refused(tmp_path: Path, data: bytes, because: str) -> None:
    refused(data, tmp_path, because)


def test_links_inside_are_kept(tmp_path: Path) -> None:
    root = taken(make_tar(link("w/a", "d/b"), ("w/d/b", b"x")), tmp_path).root
    assert (root / "a").read_bytes() == b"x"
    assert str((root / "a").readlink()) == "d/b"


@pytest.mark.parametrize(
    "members",
    [
        [link("a", "d"), ("a/file", b"x")],
        [("a/file", b"x"), link("a", "d")],
        [link("a", "d"), ("a", b"x")],
        [("a", b"x"), ("a", b"y")],
        [("a", b"x"), link("a", "d")],
        [("a", b"x"), member("a", type=tarfile.DIRTYPE)],
    ],
)
def test_nothing_stands_twice(tmp_path: Path, members: list[tuple[tarfile.TarInfo | str, bytes]]) -> None:
    refused(make_tar(*members, ("Dockerfile", FROM)), tmp_path, "stands twice")


@pytest.mark.parametrize(
    "kind", [tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE], ids=["hard link", "FIFO", "c", "b"]
)
def test_other_things_in_a_tar_are_refused(tmp_path: Path, kind: bytes) -> None:
    refused(make_tar(member("thing", type=kind, linkname="/etc/passwd")), tmp_path, "'thing' is not a regular file")


@pytest.mark.parametrize("mode", [stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_other_things_in_a_zip_are_refused(tmp_path: Path, mode: int) -> None:
    refused(make_zip((zipped("thing", mode | 0o644), b"")), tmp_path, "'thing' is not a regular file")


ZEROS = bytes(30_000_000)
BOMBS: dict[str, Callable[[], bytes]] = {
    "zip": lambda: make_zip(("zeros", ZEROS)),
    "gz": lambda: gzip.compress(make_tar(("zeros", ZEROS)), 1),
    "bz2": lambda: bz2.compress(make_tar(("zeros", ZEROS)), 1),
    "tar": lambda: make_tar(("zeros", ZEROS)),
    "skipped": lambda: gzip.compress(make_tar((".git/zeros", ZEROS)), 1),  # what isn't taken is read as well
}


@pytest.mark.parametrize("kind", BOMBS)
def test_bombs_stop_at_the_cap(tmp_path: Path, kind: str) -> None:
    data = BOMBS[kind]()
    tracemalloc.start()
    try:
        refused(data, tmp_path, "larger than 10.0 MiB")
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


def test_a_zip_that_lies_about_sizes(tmp_path: Path) -> None:
    data = make_zip(("zeros", ZEROS))
    true, small = struct.pack("<L", len(ZEROS)), struct.pack("<L", 10)
    refused(data.replace(true, small), tmp_path, "", GraderError)


def test_many_small_files_stop_at_the_cap(tmp_path: Path) -> None:
    many: list[tuple[str, bytes]] = [(f"f{number}", b"") for number in range(5001)]
    refused(make_zip(*many), tmp_path, "more than 5000 files")


def raw_header(kind: bytes, size: int, content: bytes) -> bytes:
    info = tarfile.TarInfo("header")
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT) + content + bytes(-len(content) % 512)


def pax_bomb() -> bytes:
    records = b"".join(b"%d k%d=\n" % (len(b"k%d=\n" % n) + 3, n) for n in range(1_000_000, 1_400_000))
    return raw_header(tarfile.XHDTYPE, len(records), records)


def global_bomb() -> bytes:
    records = [
        b"".join(b"14 k%d=v\n" % n for n in range(1_000_000 + s, 1_001_000 + s)) for s in range(0, 400_000, 1000)
    ]
    one = raw_header(tarfile.XHDTYPE, 11, b"11 name=aa\n") + raw_header(tarfile.REGTYPE, 0, b"")
    return b"".join(raw_header(tarfile.XGLTYPE, len(r), r) for r in records) + one * 2000


def sparse_map_bomb() -> bytes:
    fields = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "x", "GNU.sparse.realsize": "1"}
    info = tarfile.TarInfo("x")
    info.pax_headers, info.size = fields, 20_000_000
    return make_tar((info, b"1" * 20_000_000))


HEADERS: dict[str, tuple[Callable[[], bytes], str]] = {
    "pax": (pax_bomb, "a header of improbable length"),
    "global": (global_bomb, "too many headers"),
    "claim": (lambda: raw_header(tarfile.XHDTYPE, 8 << 30, b""), "a header of improbable length"),
    "name": (lambda: raw_header(tarfile.GNUTYPE_LONGNAME, 20_000_000, b"n" * 20_000_000), "a header of improbable"),
    "map": (sparse_map_bomb, "is not a regular file"),
    "sparse": (lambda: raw_header(tarfile.GNUTYPE_SPARSE, 0, b""), "is not a regular file"),
}


@pytest.mark.parametrize("kind", HEADERS)
def test_header_bombs_are_refused(tmp_path: Path, kind: str) -> None:
    make, because = HEADERS[kind]
    refused(gzip.compress(make(), 1), tmp_path, because)


def test_headers_without_end_are_refused(tmp_path: Path) -> None:
    data = raw_header(tarfile.XHDTYPE, 11, b"11 name=aa\n") * 5000
    refused(data, tmp_path, "can be read", SubmissionError)


def test_long_names_are_ordinary(tmp_path: Path) -> None:
    name = "/".join(["a" * 90] * 5)
    for number, how in enumerate((tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert (taken(make_tar((f"x/{name}", b""), ("y", b""), format=how), folder).root / "x" / name).is_file()


def test_encrypted_zips_are_told_apart(tmp_path: Path) -> None:
    data = bytearray(make_zip(("Dockerfile", FROM)))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "password" in (refused(bytes(data), tmp_path, "the archive is encrypted", SubmissionError).hint or "")


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


LONG = make_tar(*((f"file-{number}", os.urandom(3000)) for number in range(9)))


@pytest.mark.parametrize(
    "data",
    [
        cut(LONG),
        LONG[: 512 + 3072],  # exactly between two members
        LONG[: 512 + 3072 + 100],
        LONG[: 512 + 3072] + b"\xff" * 512 + LONG[512 + 3072 + 512 :],
        cut(gzip.compress(LONG)),
        cut(lzma.compress(LONG)),
        cut(bz2.compress(LONG)),
        cut(make_zip(("a", os.urandom(5000)))),
        b"PK\x03\x04",
        b"\x1f\x8b",
        gzip.compress(b""),
    ],
    ids=itertools.count(),  # archives hold the time: names made of them would differ from worker to worker
)
def test_truncated_archives_are_never_taken_in_part(tmp_path: Path, data: bytes) -> None:
    refused(data, tmp_path, "not a zip or tar that can be read", SubmissionError)


def test_a_stream_that_demands_gigabytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def starved(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(lzma.LZMAFile, "read", starved)
    refused(HONEST["xz"], tmp_path, "can be read", SubmissionError)


def test_an_archive_in_an_archive_stays_one(tmp_path: Path) -> None:
    snapshot = taken(make_zip(("inner.zip", HONEST["zip"]), ("Dockerfile", FROM)), tmp_path)
    assert names(snapshot) == ["Dockerfile", "inner.zip"]


def test_names_that_differ_in_case_are_noted(tmp_path: Path) -> None:
    snapshot = taken(make_tar(("Dockerfile", FROM), ("dockerfile", b"")), tmp_path)
    assert snapshot.notes == ("'Dockerfile' and 'dockerfile' differ only in upper and lower case",)
    assert (snapshot.root / "Dockerfile").read_bytes() == FROM


def test_undecodable_names_are_kept(tmp_path: Path) -> None:
    snapshot = taken(make_tar((os.fsdecode(b"caf\xe9"), b""), ("x", b"")), tmp_path)
    assert os.fsdecode(b"caf\xe9") in names(snapshot)


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_names_with_controls_are_shown_harmless(tmp_path: Path, make: Callable[..., bytes]) -> None:
    message = refused(make(("/\x1b]0;x\x07\u202e", b"")), tmp_path, "leads out").message
    assert "\x1b" not in message
    assert "\u202e" not in message


def test_an_empty_archive_is_an_empty_submission(tmp_path: Path) -> None:
    assert names(taken(make_zip(), tmp_path)) == []
