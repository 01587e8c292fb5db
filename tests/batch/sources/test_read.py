"""What a source is taken for, and class archives."""

from __future__ import annotations

import io
import os
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.batch.sources import layouts, read
from grader.batch.sources._unpack import unpacked
from grader.core.errors import UsageError
from grader.submissions.intake import Caps
from tests.support.sources import DOCKERFILE, by, names, packed, repository, write, zipped

CLASS: dict[str, str | bytes] = {
    "class/ada/Dockerfile": DOCKERFILE,
    "class/grace.zip": packed({"Dockerfile": DOCKERFILE}),
    "class/.DS_Store": "",
    "__MACOSX/class/._ada": "",
}


def test_layouts_are_found_by_their_names() -> None:
    assert layouts() == ("auto", "canvas", "classroom", "folders", "moodle", "urls")


def test_a_zip_of_a_class(tmp_path: Path, work: Path) -> None:
    reading = read([zipped(tmp_path / "class.zip", CLASS)], work=work)
    people = by(reading)
    assert set(people) == {"ada", "grace"}
    assert names(people["ada"].path) == ["Dockerfile"]
    assert people["grace"].path.read_bytes() == CLASS["class/grace.zip"]
    assert people["ada"].received_at == datetime(2026, 3, 1, 12, 30).astimezone(UTC)
    assert people["ada"].notes == ()
    assert reading.said[0].startswith("class.zip: a folder of submissions (2 submissions)")
    assert reading.said[0].endswith("times in it have no time zone, and are taken as this machine's")


def tarred(path: Path, members: list[tarfile.TarInfo]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            content = io.BytesIO(b"x" * member.size)
            archive.addfile(member, content if member.isreg() else None)
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 1) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.mtime = kind, link, 1_700_000_000
    made.size = size if kind == tarfile.REGTYPE else 0
    return made


def test_a_tar_of_a_class_has_times_of_its_own(tmp_path: Path, work: Path) -> None:
    source = tarred(tmp_path / "class.tar.gz", [member("ada/Dockerfile"), member("grace/Dockerfile")])
    reading = read([source], work=work)
    assert {found.received_at for found in reading.found} == {datetime.fromtimestamp(1_700_000_000, UTC)}
    assert reading.found[0].notes == ()


def test_a_link_out_is_the_concern_of_one(tmp_path: Path, work: Path) -> None:
    source = tarred(
        tmp_path / "class.tar.gz",
        [
            member("eve/shadow", tarfile.SYMTYPE, "/etc/shadow"),
            member("mallory", tarfile.SYMTYPE, str(tmp_path)),
            member("ada/Dockerfile"),
            member("grace/Dockerfile"),
        ],
    )
    people = by(read([source], work=work))
    assert (people["eve"].path / "shadow").is_symlink()
    assert people["mallory"].problem is not None
    assert people["ada"].problem is None


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ([member("../evil")], "which leads out of it"),
        ([member("/etc/evil")], "which leads out of it"),
        ([member("a/pipe", tarfile.FIFOTYPE)], "not a regular file"),
        ([member("a/hard", tarfile.LNKTYPE, "/etc/passwd")], "not a regular file"),
        ([member("a", tarfile.SYMTYPE, "/srv"), member("a/evil")], "stands twice"),
        ([member("a/large", size=3000)], "it holds more than 2.0 KiB"),
        ([member(f"a/{n}") for n in range(9)], "it has more than 8 files"),
    ],
)
def test_hostile_archives(tmp_path: Path, work: Path, members: list[tarfile.TarInfo], why: str) -> None:
    source = tarred(tmp_path / "class.tar.gz", members)
    with pytest.raises(UsageError, match=r"'class\.tar\.gz' can't be unpacked") as caught:
        unpacked(source, source.name, work / "unpacked", Caps(max_bytes=2048, max_files=8))
    assert why in caught.value.message
    assert "Unpack it yourself" in (caught.value.hint or "")
    assert not (tmp_path / "evil").exists()


def test_a_broken_archive(tmp_path: Path, work: Path) -> None:
    source = tmp_path / "class.zip"
    source.write_bytes(b"PK\x03\x04 and nothing else")
    with pytest.raises(UsageError, match=r"'class\.zip' can't be unpacked"):
        read([source], work=work)


@pytest.mark.parametrize("prefix", ["", "ada/", "docker-main/"])
def test_one_submission_in_an_archive(tmp_path: Path, work: Path, prefix: str) -> None:
    files: dict[str, str | bytes] = {f"{prefix}Dockerfile": DOCKERFILE, f"{prefix}app/app.py": ""}
    source = zipped(tmp_path / "ada.zip", files)
    with pytest.raises(UsageError, match=r"'ada\.zip' looks like the work of one student"):
        read([source], work=work)
    if prefix:
        assert len(read([source], "folders", work=work).found) == 1


def test_histories_in_archives_are_not_unpacked(tmp_path: Path, work: Path) -> None:
    clones = repository(tmp_path / "clones" / "hw1-ada")
    repository(tmp_path / "clones" / "hw1-grace")
    files: dict[str, str | bytes] = {
        path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in clones.parent.rglob("*") if path.is_file()
    }
    reading = read([zipped(tmp_path / "clones.zip", files)], work=work)
    assert set(by(reading)) == {"hw1-ada", "hw1-grace"}
    assert "give the folder of clones itself" in reading.said[0]


def test_several_sources(tmp_path: Path, work: Path) -> None:
    canvas = write(tmp_path / "canvas", {"lovelaceada_1_2_Dockerfile": DOCKERFILE})
    folders = write(tmp_path / "folders", {"ada/Dockerfile": DOCKERFILE})
    reading = read([canvas, folders], work=work)
    assert [said.partition(":")[0] for said in reading.said] == ["canvas", "folders"]
    assert len(reading.found) == 2
    assert len({found.path for found in reading.found}) == 2


def test_a_source_that_is_given_twice_is_read_once(tmp_path: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = write(tmp_path / "plain", {"ada/Dockerfile": DOCKERFILE, "grace/Dockerfile": DOCKERFILE})
    (tmp_path / "link").symlink_to("plain")
    monkeypatch.chdir(plain)
    reading = read([plain, Path("../plain"), Path(), tmp_path / "link"], work=work)
    assert set(by(reading)) == {"ada", "grace"}
    assert len(reading.found) == 2
    assert reading.said[1:] == (
        "plain is given more than once, and read once",
        "plain is given more than once, and read once",
        "link is given more than once, and read once",
    )


def test_relative_paths_are_those_of_the_folder_one_is_in(
    tmp_path: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clones = tmp_path / "clones"
    for name in ("hw1-ada", "hw1-grace"):
        repository(clones / name)
    sources = [
        clones,
        write(tmp_path / "plain", {"ada/Dockerfile": DOCKERFILE, "grace.zip": packed({"Dockerfile": DOCKERFILE})}),
        write(tmp_path / "canvas", {"lovelaceada_1_2_Dockerfile": DOCKERFILE, "lovelaceada_1_3_app.py": ""}),
        write(tmp_path / "moodle", {"Ada Lovelace_1_assignsubmission_file/Dockerfile": DOCKERFILE}),
        zipped(tmp_path / "class.zip", CLASS),
        tmp_path / "urls.csv",
    ]
    sources[-1].write_text("name,url\nada,ftp://example.org/ada.git\n")
    expected = read(sources, work=work)
    monkeypatch.chdir(tmp_path)
    reading = read([path.relative_to(tmp_path) for path in sources], work=Path("work"))
    assert reading.said == expected.said
    assert [(one.label, one.received_by, one.received_at) for one in reading.found] == [
        (one.label, one.received_by, one.received_at) for one in expected.found
    ]
    assert [one.received_by for one in reading.found[:2]] == ["commit", "commit"]
    assert all(one.path.is_absolute() for one in reading.found)


@pytest.mark.parametrize("given", [".", "../clones", "../elsewhere/../clones"])
def test_the_folder_one_is_in(tmp_path: Path, work: Path, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    repository(tmp_path / "clones" / "hw1-ada")
    repository(tmp_path / "clones" / "hw1-grace")
    write(tmp_path / "elsewhere", {})
    monkeypatch.chdir(tmp_path / "clones")
    reading = read([Path(given)], work=work)
    assert reading.said[0].startswith("clones: a folder of cloned repositories (2 submissions)")
    assert {one.received_by for one in reading.found} == {"commit"}


@pytest.mark.parametrize(
    ("asked", "files", "looks_like"),
    [
        ("moodle", {"lovelaceada_1_2_Dockerfile": DOCKERFILE, "notes.pdf": ""}, "looks like a Canvas download"),
        ("canvas", {"Ada_1_assignsubmission_file/Dockerfile": DOCKERFILE}, "looks like a Moodle download"),
        ("classroom", {"lovelaceada_1_2_Dockerfile": DOCKERFILE}, "looks like a Canvas download"),
        ("canvas", {"ada/Dockerfile": DOCKERFILE}, "nothing in 'class' is named as in a Canvas download"),
    ],
)
def test_another_layout_than_was_asked_for(
    tmp_path: Path, work: Path, asked: str, files: dict[str, str | bytes], looks_like: str
) -> None:
    with pytest.raises(UsageError, match=looks_like) as caught:
        read([write(tmp_path / "class", files)], asked, work=work)
    assert "Leave out --layout" in (caught.value.hint or "")


def test_a_layout_that_one_entry_fits_is_taken_as_asked(tmp_path: Path, work: Path) -> None:
    files: dict[str, str | bytes] = {"lovelaceada_1_2_Dockerfile": DOCKERFILE, "a_1_assignsubmission_file_x": ""}
    reading = read([write(tmp_path / "class", files)], "moodle", work=work)
    assert [one.problem is None for one in reading.found] == [True, False]


@pytest.mark.parametrize("layout", ["auto", "folders", "canvas"])
def test_an_empty_source(tmp_path: Path, work: Path, layout: str) -> None:
    with pytest.raises(UsageError, match=r"is empty|no submissions in"):
        read([write(tmp_path / "class", {".DS_Store": ""})], layout, work=work)


def test_sources_that_are_none(tmp_path: Path, work: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, why in (("nothing", "there is no source"), ("pipe", "neither a folder, an archive nor a table")):
        with pytest.raises(UsageError, match=why):
            read([tmp_path / name], work=work)
    with pytest.raises(UsageError, match="there is no layout 'blackboard'; there are auto, canvas, classroom"):
        read([tmp_path], "blackboard", work=work)
    with pytest.raises(UsageError, match="there is no layout 'canvass'; did you mean 'canvas'"):
        read([tmp_path], "canvass", work=work)
    with pytest.raises(UsageError, match="is no table, and the layout urls is one"):
        read([tmp_path], "urls", work=work)


def test_a_link_given_as_a_source_is_the_instructors_own(tmp_path: Path, work: Path) -> None:
    write(tmp_path / "class", {"ada/Dockerfile": DOCKERFILE})
    (tmp_path / "link").symlink_to("class")
    assert set(by(read([tmp_path / "link"], work=work))) == {"ada"}
