from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from grader.core import kinds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGE = "zoo_of_kinds"
ANIMAL = "from collections import OrderedDict as Base\n"


@pytest.fixture
def zoo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / PACKAGE
    folder.mkdir()
    for name, text in {
        "__init__": "",
        "_shared": f"{ANIMAL}class Shared(Base): pass\n",
        "cat": f"{ANIMAL}from zoo_of_kinds._shared import Shared\nclass Cat(Shared): pass\n",
        "dog": f"{ANIMAL}class Dog(Base): pass\nclass Kennel: pass\nrex = Dog()\n",
        "none": "",
        "twins": f"{ANIMAL}class One(Base): pass\nclass Two(Base): pass\n",
        "broken": "raise RuntimeError('imported')\n",
    }.items():
        (folder / f"{name}.py").write_text(text)
    (folder / "package").mkdir()
    (folder / "package" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]
    for cached in (kinds.names, kinds.module, kinds.load):
        cached.cache_clear()


@pytest.mark.usefixtures("zoo")
def test_names_are_files_and_importing_none() -> None:
    assert kinds.names(PACKAGE) == ("broken", "cat", "dog", "none", "twins")
    assert f"{PACKAGE}.broken" not in sys.modules


@pytest.mark.usefixtures("zoo")
def test_loads_the_one_class() -> None:
    assert kinds.load(PACKAGE, dict, "cat").__name__ == "Cat"
    assert kinds.load(PACKAGE, dict, "dog").__name__ == "Dog"
    assert kinds.load(PACKAGE, dict, "dog") is kinds.load(PACKAGE, dict, "dog")


@pytest.mark.usefixtures("zoo")
@pytest.mark.parametrize("name", ["none", "twins"])
def test_a_kind_is_one_class(name: str) -> None:
    with pytest.raises(TypeError, match=r"must define exactly one dict, and defines [02]"):
        kinds.load(PACKAGE, dict, name)


@pytest.mark.usefixtures("zoo")
@pytest.mark.parametrize("name", ["bird", "_shared", "package", "", "os", "..cat", "cat.Cat"])
def test_only_listed_names_are_imported(name: str) -> None:
    with pytest.raises(KeyError):
        kinds.load(PACKAGE, dict, name)
