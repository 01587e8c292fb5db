"""Names, links and digests, given one by one."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.errors import PolicyError
from grader.submissions.intake.snapshot import Caps, Copier

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def copier(tmp_path: Path) -> Copier:
    root = tmp_path / "root"
    root.mkdir()
    return Copier(root, Caps())


def file(copier: Copier, name: str, text: str = "") -> None:
    copier.file(name, io.BytesIO(text.encode()), executable=False)


@pytest.mark.parametrize("name", ["", "..", "a/../b", "a//b", "./a", "a\0b", "x" * 256, "/".join("a" * 41), "ä" * 128])
def test_names_that_are_refused(copier: Copier, name: str) -> None:
    with pytest.raises(PolicyError):
        file(copier, name)


@pytest.mark.parametrize("name", ["link/inside", "link"])
def test_nothing_is_written_through_a_link(copier: Copier, name: str) -> None:
    copier.link("link", "folder")
    with pytest.raises(PolicyError, match="stands twice"):
        file(copier, name)


def test_a_link_in_place_of_a_folder_that_has_files(copier: Copier) -> None:
    file(copier, "folder/file")
    copier.link("folder", ".")
    with pytest.raises(FileExistsError):
        copier.finish()


@pytest.mark.parametrize("target", ["a\0b", "/a", "../a"])
def test_link_targets_that_are_refused(copier: Copier, target: str) -> None:
    with pytest.raises(PolicyError):
        copier.link("link", target)


def test_a_link_that_leaves_once_it_is_unwrapped(copier: Copier) -> None:
    file(copier, "work/Dockerfile")
    copier.link("work/link", "../outside")
    with pytest.raises(PolicyError, match="leads out"):
        copier.finish(unwrap=True)


def test_unwrapping_moves_links_too(copier: Copier) -> None:
    file(copier, "work/app/file", "text")
    copier.link("work/link", "app/file")
    snapshot = copier.finish(unwrap=True)
    assert (snapshot.root / "link").read_text() == "text"
    assert snapshot.notes == ("taken from the folder 'work' of the archive",)


def test_the_digest_is_that_of_what_is_unwrapped(tmp_path: Path) -> None:
    digests = set()
    for number, prefix in enumerate(("", "one/", "another/")):
        root = tmp_path / str(number)
        root.mkdir()
        copier = Copier(root, Caps())
        file(copier, f"{prefix}app/file")
        file(copier, f"{prefix}Dockerfile")
        digests.add(copier.finish(unwrap=True).digest)
    assert len(digests) == 1


@pytest.mark.parametrize("names", [["Dockerfile"], ["a/x", "b/x"], ["a/x", "Dockerfile"]])
def test_nothing_to_unwrap(copier: Copier, names: list[str]) -> None:
    for name in names:
        file(copier, name)
    assert copier.finish(unwrap=True).notes == ()


def test_one_level_only_is_unwrapped(copier: Copier) -> None:
    file(copier, "a/b/Dockerfile")
    assert (copier.finish(unwrap=True).root / "b" / "Dockerfile").is_file()


@given(st.text(), st.text())
def test_no_name_or_target_leaves(tmp_path_factory: pytest.TempPathFactory, name: str, target: str) -> None:
    root = tmp_path_factory.mktemp("fuzz") / "root"
    root.mkdir()
    copier = Copier(root, Caps())
    try:
        copier.link(name, target)
        file(copier, f"{name}.file")
        copier.finish()
    except (PolicyError, OSError):
        pass
    assert [path.name for path in root.parent.iterdir()] == ["root"]
    assert all(path.resolve().is_relative_to(root) for path in root.rglob("*") if path.is_symlink() and path.exists())
