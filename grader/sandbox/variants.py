"""Builds that differ a little from the exercise's own: what they are made of, and what can be seen of them."""

from __future__ import annotations

import secrets
import shlex
import shutil
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from grader.core import steps
from grader.core.clock import budget
from grader.core.errors import Failure, Missing, SandboxError, Unmet
from grader.core.scratch import temporary_folder
from grader.core.text import quoted
from grader.sandbox import images

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from grader.core.dockerfile import Dockerfile
    from grader.core.facts import Build, Entry, ImageInfo
    from grader.core.specs import BuildSpec
    from grader.core.variants import Node, Variant
    from grader.sandbox.fingerprint import ImageTree
    from grader.sandbox.ledger import Ledger

_BLANKS: Final = 96
"""Blank lines and spaces that make a file's content new: each is one of two, so no build has ever seen them."""
_LISTED: Final = 12
"""Names that are listed where one is looked for in vain."""


def spec(described: BuildSpec, variant: Variant) -> BuildSpec:
    """Give the exercise's description of the build, with what the variant changes of it."""
    args = {**described.args, **dict(variant.args)}
    return described.model_copy(
        update={
            "args": {name: value for name, value in args.items() if value is not None},
            "target": variant.target or described.target,
            "network": variant.network or described.network,
        }
    )


def unchanged(variant: Variant) -> Variant:
    """Give the same variant with all files as they are."""
    return replace(variant, changed=())


def check_target(dockerfile: Dockerfile, variant: Variant) -> None:
    """Raise Missing if the stage that is to be built isn't there."""
    wanted = variant.target
    if wanted is None or dockerfile.stage(wanted) is not None:
        return
    there = ", ".join(one.name for one in dockerfile.stages if one.name is not None)
    missing = Missing(
        f"the Dockerfile has no stage called {wanted}",
        expected=f"FROM … AS {wanted}",
        actual=f"the stages {there}" if there else "no stage has a name",
    )
    missing.explained = False  # nothing was built: whatever went wrong with other builds is not the cause
    raise missing


def located(built: Build, dockerfile: Dockerfile) -> Build:
    """Add to every step its line in the Dockerfile."""

    def line(name: str) -> int | None:
        found = steps.instruction(name, dockerfile)
        return found.line if found is not None else None

    return replace(built, steps=tuple(replace(step, line=line(step.name)) for step in built.steps))


@contextmanager
def context(folder: Path, dockerfile: Path, variant: Variant) -> Iterator[Path]:
    """Give the build context of a variant: the student's own, or a changed copy of it that is removed afterwards.

    Raises Failure for a file that is not part of the build.
    """
    if not variant.changed:
        yield folder
        return
    for name, _ in variant.changed:
        _check(folder, dockerfile, name)
    with temporary_folder() as scratch:
        copy = scratch / "context"
        shutil.copytree(folder, copy, symlinks=True)
        for name, text in variant.changed:
            _change(copy / name, text)
        yield copy


def _check(folder: Path, dockerfile: Path, name: str) -> None:
    from grader.sandbox.context import is_ignored

    path = folder / name
    if path.is_symlink() or not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise Missing(f"there is no file {quoted(name)} in the submission", expected=name, actual=_listing(folder))
    if is_ignored(folder, dockerfile, name):
        raise Failure(
            f"{quoted(name)} is kept out of the build by .dockerignore, so that nothing is built from it",
            expected=f"{name} as a part of the build",
            actual=f"a line of .dockerignore that names {name}",
            hint=f"Take the line that means {name} out of .dockerignore.",
        )


def _listing(folder: Path) -> str:
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    return ", ".join(found[:_LISTED]) + more


def _change(path: Path, text: str | None) -> None:
    old = path.read_bytes() if text is None else text.encode()
    # Blank lines at the end mean nothing in any usual language.
    blank = "".join(secrets.choice(" \n") for _ in range(_BLANKS))
    path.write_bytes(old + f"\n{blank}\n".encode())


def by_hand(described: BuildSpec, dockerfile: Path, folder: Path, variant: Variant) -> str:
    """Write the command with which a person builds the variant."""
    words = ["docker", "build"]
    if dockerfile.is_relative_to(folder) and dockerfile.relative_to(folder).as_posix() != "Dockerfile":
        words += ["-f", dockerfile.relative_to(folder).as_posix()]
    for pair in spec(described, variant).args.items():
        words += ["--build-arg", "=".join(pair)]
    target = variant.target or described.target
    words += ["--target", target] if target is not None else []
    words += ["--network", variant.network] if variant.network is not None else []
    words += ["--no-cache"] if variant.no_cache else []
    return shlex.join([*words, "."])


class Rebuilt:
    """A build of a variant, and the image it made; implements `grader.core.handles.Rebuilt`."""

    def __init__(self, ledger: Ledger, outcome: Build, by_hand: str, seconds: float) -> None:
        self._ledger = ledger
        self._outcome = outcome
        self._by_hand = by_hand
        self._seconds = seconds
        self._image: ImageInfo | None = None
        self._reader: ImageTree | None = None
        self._tree: Mapping[str, Node] | None = None

    @property
    def outcome(self) -> Build:
        """How it went, good or bad."""
        return self._outcome

    @property
    def by_hand(self) -> str:
        """The `docker build` command with which a person does the same."""
        return self._by_hand

    def image(self) -> ImageInfo:
        """Give the configuration of its image."""
        if self._image is None:
            raw = images.inspect(self._ledger.engine, self._id())
            if raw is None:
                raise SandboxError("the image that was just built has disappeared from the engine")
            self._image = images.configuration(raw)
        return self._image

    def entry(self, path: str, *, follow: bool = False) -> Entry | None:
        """Give what is at a path of its image."""
        return self._files().entry(path, follow=follow)

    def tree(self) -> Mapping[str, Node]:
        """Give everything in the image's file system; reading it has a clock of its own."""
        if self._tree is None:
            files = self._files()
            with budget("rebuild", self._seconds):
                self._tree = files.tree()
        return self._tree

    def _files(self) -> ImageTree:
        if self._reader is None:
            from grader.sandbox.fingerprint import ImageTree

            self._reader = ImageTree(self._ledger, self._id)
        return self._reader

    def _id(self) -> str:
        if self._outcome.image is None:
            raise Unmet("the image was not built")
        return self._outcome.image
