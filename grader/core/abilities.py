"""What a check may ask of its target: the annotation of `run(target)` names one of these.

A submission kind's target has some of them; the loader compares, so that a check which a kind can't serve is an
author's error with file and line. Methods raise Failure where the student's work is at fault, Unmet where something
that should be looked at was never made, SandboxError where the platform is at fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from grader.core.dockerfile import Dockerfile
    from grader.core.errors import Failure
    from grader.core.facts import (
        Build,
        Case,
        Command,
        Completed,
        ContextEntry,
        Entry,
        ImageInfo,
    )
    from grader.core.handles import Container, Conversation, Rebuilt, Spawned
    from grader.core.inventory import ContainerFacts, Inventory, LocalImage
    from grader.core.layers import Layers, Search
    from grader.core.specs import Where
    from grader.core.transcript import Transcript
    from grader.core.variants import Variant
    from grader.core.variation import Variation


@runtime_checkable
class Anything(Protocol):
    """No ability of its own: a group of checks needs what the checks in it need."""


@runtime_checkable
class Source(Protocol):
    """The Dockerfile that the student wrote."""

    def dockerfile(self) -> Dockerfile:
        """Give it parsed. Raises DockerfileError (a Failure) for text that is no Dockerfile."""


@runtime_checkable
class Builds(Protocol):
    """A build of the student's work."""

    def build(self) -> Build:
        """Build on the first call; the outcome of the build, good or bad, is kept."""


@runtime_checkable
class Rebuilds(Protocol):
    """Further builds of the student's work, each of which differs a little from the exercise's own."""

    def dockerfile(self) -> Dockerfile:
        """Give it parsed. Raises DockerfileError (a Failure) for text that is no Dockerfile."""

    def build(self) -> Build:
        """Build as the exercise says, on the first call; the outcome, good or bad, is kept."""

    def rebuild(self, variant: Variant) -> Rebuilt:
        """Build a variant on the first call for it; the outcome, good or bad, is kept.

        Raises Failure where nothing may or can be built.
        """


@runtime_checkable
class Contexts(Protocol):
    """The folder that the image is built from."""

    def in_context(self, path: str) -> ContextEntry:
        """Give what is at a relative path of it; one that ends with a slash is a folder's, also if none is there."""


@runtime_checkable
class Images(Protocol):
    """The image that the student's work makes."""

    def image(self) -> ImageInfo:
        """Give its configuration. Raises Unmet when it was not built."""

    def reference(self, name: str) -> ImageInfo:
        """Give the configuration of one of the exercise's base images."""


@runtime_checkable
class Files(Protocol):
    """The file system of the image or of a container, read without running anything in it."""

    def announce(self, path: str) -> None:
        """Say that `path` will be asked for, so that it can be fetched together with others."""

    def entry(self, path: str, *, follow: bool = False, container: str | Where | None = None) -> Entry | None:
        """Give what is at an absolute path, or None; `follow` resolves links within the file system.

        With `container`, of that container, which is paused while it is read: its paths could be swapped meanwhile.
        """

    def announce_entries(self, patterns: Mapping[str, int]) -> None:
        """Say that `entries` will be asked for the same, so that one pass finds what all checks ask for."""

    def entries(
        self, patterns: Mapping[str, int], *, container: str | Where | None = None
    ) -> Mapping[str, tuple[Entry, ...]]:
        """Give what matches each pattern of paths (`grader.core.globs`), sorted by path.

        A pattern comes with how many bytes to keep of each file. Links are not followed, but for the folder before the
        first wildcard. Raises Failure where more is found than can be looked at.
        """


@runtime_checkable
class FilesOfImages(Files, Images, Protocol):
    """Both at once: paths that name variables of the image."""


@runtime_checkable
class Layered(Protocol):
    """The layers of the image that the student's work makes, each by itself."""

    def announce_layers(self, search: Search) -> None:
        """Say that `layers` will be asked for the same, so that one pass finds what all checks look for."""

    def layers(self, search: Search) -> Layers:
        """Give all layers, with what the search (and maybe others') finds in their files.

        Raises Unmet when there is no image, Failure where more is in it than can be looked at.
        """


@runtime_checkable
class Runs(Protocol):
    """Commands, in a running container or in a fresh one."""

    def announce_command(self, command: Command) -> None:
        """Say that a command will be asked for, for a fresh container, so that it can be run ahead."""

    def foreseen(self, command: Command) -> Completed | None:
        """Give, once, what an announced command did that was run ahead, beside others; None where there is nothing.

        Whoever doesn't find what is expected there executes the command: it may have been held up by the others.
        """

    def execute(self, command: Command, container: str | Where | None) -> Completed:
        """Run to the end: in the named running container, or (None) in a fresh one of the image.

        Raises TimedOut at the check's deadline, with everything that was started ended.
        """


@runtime_checkable
class Containers(Protocol):
    """The containers that the exercise describes, by their names there; or those that the student made."""

    def expect(self, name: str | Where | None) -> None:
        """Say that a container will be asked for, so that it can be started as soon as there is an image."""

    def by_hand(self, name: str | None, label: str | None = None) -> str:
        """Give the `docker run` command with which a person starts the container of the exercise, called `label`."""

    def container(self, name: str | Where | None) -> Container:
        """Start the named container (None: the only or first one) if it isn't there yet; or find the student's own.

        Raises Unmet when there is no image, Failure when the student has no such container.
        """


@runtime_checkable
class Spawns(Protocol):
    """Further containers of the same image, which live as long as a check needs them."""

    def spawn(self, name: str | Where | None, variation: Variation) -> AbstractContextManager[Spawned]:
        """Start a container like the named one, but for the variation; it is removed afterwards.

        Raises Unmet when there is no image, Failure when the student has no container to be like.
        """

    def volume(self) -> AbstractContextManager[str]:
        """Make an empty volume and give its name; it is removed afterwards."""


@runtime_checkable
class Converses(Containers, Protocol):
    """Programs that one talks to."""

    def converse(
        self, name: str | Where | None, variation: Variation, command: Command | None
    ) -> AbstractContextManager[Conversation]:
        """Start a container like the named one, but for the variation, and talk to its main process.

        With `command`, to that instead: run in such a container, or in the student's own. What was started for it is
        removed afterwards. Raises Unmet when there is no image, Failure when nothing can be started.
        """


@runtime_checkable
class Instances(Containers, Spawns, Protocol):
    """Containers that are there already, and further ones."""


@runtime_checkable
class Described(Containers, Protocol):
    """What `docker inspect` shows of containers, whoever made them."""

    def described(self, name: str | Where | None) -> Sequence[ContainerFacts]:
        """Give all containers among which the named one is to be found, the newest first.

        Of those that the exercise describes, that is the named one alone, under its name there; it is started, if it
        isn't there yet. Raises Unmet when there is no image.
        """


@runtime_checkable
class State(Protocol):
    """What is on the engine that the student's commands ran on."""

    def inventory(self) -> Inventory:
        """Give what is there at present."""

    def original(self, reference: str) -> LocalImage | None:
        """Give one of the exercise's images as the registry has it; None when it isn't one of them."""


@runtime_checkable
class Transcribes(Protocol):
    """What the student's commands did while they ran."""

    def transcript(self) -> Transcript:
        """Run the commands on the first call; what happened is kept."""


@runtime_checkable
class Explains(Protocol):
    """A target that can say what it knows about a failure."""

    def case(self, kind: str, failure: Failure, *, port: int | None, container: str | Where | None) -> Case:
        """Collect the facts that diagnoses are worked out from."""
