"""A Dockerfile as BuildKit reads it: instructions, stages, and references after ARG expansion.

The parser is BuildKit's own (the `dockerfile` package wraps it); the rest follows the Dockerfile reference,
https://docs.docker.com/reference/dockerfile/.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import dockerfile as buildkit

from grader.core.errors import Failure
from grader.core.text import one_line
from grader.core.variables import Variables, declare, expand

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES: Final = 256 * 1024
MAX_INSTRUCTIONS: Final = 1_000

_WORDS: Final = (
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD "
    "RUN SHELL STOPSIGNAL USER VOLUME WORKDIR"
)
KNOWN: Final = frozenset(_WORDS.split())
# A directive stands in the comment lines at the very top: `# syntax=docker/dockerfile:1`.
# The line is stripped before: to look for the spaces at its end here would take time by the square of their number.
_DIRECTIVE: Final = re.compile(r"(?:#|//)\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(\S.*)")


class DockerfileError(Failure):
    """The text is not a Dockerfile; the message says where."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, with its place and its parts."""

    name: str
    """In capitals: `COPY`."""
    arguments: tuple[str, ...]
    """The words after the flags; of a shell form, the whole line as one."""
    flags: tuple[str, ...]
    exec_form: bool
    """Whether the arguments were written as a JSON array."""
    line: int
    end_line: int
    text: str
    heredocs: tuple[str, ...] = ()
    """The bodies of here-documents."""
    trigger: Instruction | None = None
    """What an ONBUILD holds."""

    def flag(self, name: str) -> tuple[str, ...]:
        """Give the values of a flag: `--from=build` is `("build",)` under `from`; a bare flag has the value ''."""
        found = []
        for flag in self.flags:
            key, _, value = flag.lstrip("-").partition("=")
            if key == name:
                found.append(value)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Stage:
    """A FROM and what follows it."""

    index: int
    name: str | None
    base: str
    """The reference or the earlier stage, after expansion."""
    platform: str | None
    instructions: tuple[Instruction, ...]
    """Beginning with the FROM itself."""

    @property
    def line(self) -> int:
        """The line of the FROM."""
        return self.instructions[0].line


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that a build would fetch or read from outside the context."""

    value: str
    """After expansion; empty if it can't be worked out."""
    written: str
    line: int
    where: str
    """For a person: `FROM`, `COPY --from`."""


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A parsed Dockerfile."""

    text: str
    instructions: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    syntax: str | None
    """The frontend image that a `# syntax=` line asks for."""
    global_args: tuple[tuple[str, str | None], ...]
    """What ARG sets before the first FROM; None for a value that can't be worked out."""
    build_args: tuple[tuple[str, str], ...] = ()
    """What the exercise sets with `--build-arg`."""

    @property
    def final(self) -> Stage:
        """The stage that becomes the image."""
        return self.stages[-1]

    def lineage(self) -> tuple[Stage, ...]:
        """Give the final stage and the stages it is built on, nearest first."""
        chain = [self.final]
        while (parent := self.stage(chain[-1].base, before=chain[-1].index)) is not None:
            chain.append(parent)
        return tuple(chain)

    def stage(self, name: str, *, before: int | None = None) -> Stage | None:
        """Find a stage by name (any case), the last one of that name before `before`."""
        for stage in reversed(self.stages[:before]):
            if stage.name is not None and stage.name.lower() == name.lower():
                return stage
        return None

    def effective(self, name: str) -> Instruction | None:
        """Give the instruction of this name that counts: the last, through the stages of the image."""
        for stage in self.lineage():
            for instruction in reversed(stage.instructions):
                if instruction.name == name:
                    return instruction
        return None


def parse(text: str, build_args: Mapping[str, str] | None = None) -> Dockerfile:
    """Parse as BuildKit does; `build_args` win over the defaults of ARG.

    Raises DockerfileError for text that is no Dockerfile: unreadable, empty, without FROM, too large, or with unknown
    instructions.
    """
    if len(text) > MAX_BYTES:
        raise DockerfileError(f"the Dockerfile is larger than {MAX_BYTES // 1024} KiB")
    # The parser is native code, which crashes on text that UTF-8 can't write.
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise DockerfileError("the Dockerfile is not plain text", hint="Save it as plain UTF-8 text.")
    instructions = _instructions(text)
    first = next((n for n, one in enumerate(instructions) if one.name == "FROM"), None)
    if first is None:
        raise DockerfileError("the Dockerfile has no FROM", hint="Start it with FROM and the image to build on.")
    strange = next((one for one in instructions[:first] if one.name != "ARG"), None)
    if strange is not None:
        raise DockerfileError(
            f"line {strange.line}: {strange.name} stands before the first FROM", hint="Start with FROM."
        )
    global_args = _args(instructions[:first], build_args or {})
    return Dockerfile(
        text=text,
        instructions=instructions,
        stages=_stages(instructions[first:], global_args),
        syntax=_directives(text).get("syntax"),
        global_args=tuple(global_args.items()),
        build_args=tuple((build_args or {}).items()),
    )


def _instructions(text: str) -> tuple[Instruction, ...]:
    try:
        commands = buildkit.parse_string(text)
        lines, escape = text.split("\n"), "`" if _directives(text).get("escape") == "`" else "\\"
        found = tuple(_instruction(one, _trigger(one, lines, escape)) for one in commands[:MAX_INSTRUCTIONS])
    except buildkit.GoParseError as error:
        message = one_line(str(error))
        if "no instructions" in message:
            raise DockerfileError("the Dockerfile is empty", hint="Start it with FROM.") from None
        raise DockerfileError(f"the Dockerfile can't be read: {message}") from None
    except (UnicodeError, ValueError) as error:
        raise DockerfileError(f"the Dockerfile can't be read: {one_line(str(error))}") from None
    except SystemError as error:
        cause: BaseException = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        raise cause from None  # KeyboardInterrupt, if Ctrl-C came while the parser was at work
    if len(commands) > MAX_INSTRUCTIONS:
        raise DockerfileError(f"the Dockerfile has more than {MAX_INSTRUCTIONS} instructions")
    unknown = next((one for one in found if one.name not in KNOWN), None)
    if unknown is not None:
        name = one_line(unknown.name, 40) or "without a name"
        raise DockerfileError(
            f"line {unknown.line}: unknown instruction {name}: {one_line(unknown.text)}",
            hint="A long command needs a \\ at the end of each line but the last.",
        )
    return found


def _instruction(command: buildkit.Command, trigger: Instruction | None = None) -> Instruction:
    # The wrapper gives None for the name and the text of a line that holds nothing but its continuation sign.
    return Instruction(
        name=(command.cmd or "").upper(),
        arguments=tuple(command.value),
        flags=tuple(command.flags),
        exec_form=command.json,
        line=command.start_line,
        end_line=command.end_line,
        text=(command.original or "").strip(),
        heredocs=tuple(document.content for document in command.heredocs),
        trigger=trigger,
    )


def _trigger(command: buildkit.Command, lines: list[str], escape: str) -> Instruction | None:
    """Parse what an ONBUILD holds by itself, since the wrapper drops the flags of the inner instruction."""
    if (command.cmd or "").upper() != "ONBUILD":
        return None
    words = command.original.split(None, 1)
    if len(words) == 1:
        return None
    if (command.sub_cmd or "").upper() in {"ONBUILD", "FROM", "MAINTAINER"}:
        raise DockerfileError(f"line {command.start_line}: ONBUILD {command.sub_cmd.upper()} is not allowed")
    # The wrapper also drops here-documents; they stand on the lines that follow.
    body = "\n".join(lines[command.start_line : command.end_line])
    inner = buildkit.parse_string(f"# escape={escape}\n{words[1]}\n{body if '<<' in words[1] else ''}\n")[0]
    return replace(_instruction(inner), line=command.start_line, end_line=command.end_line)


def _stages(instructions: tuple[Instruction, ...], global_args: Variables) -> tuple[Stage, ...]:
    starts = [n for n, one in enumerate(instructions) if one.name == "FROM"] + [len(instructions)]
    return tuple(
        _stage(index, instructions[start:end], global_args)
        for index, (start, end) in enumerate(itertools.pairwise(starts))
    )


def _stage(index: int, body: tuple[Instruction, ...], global_args: Variables) -> Stage:
    words = body[0].arguments
    named = len(words) == 3 and words[1].upper() == "AS"  # noqa: PLR2004 - FROM image AS name
    return Stage(
        index=index,
        name=words[2] if named else None,
        base=expand(words[0], global_args) or "" if words else "",
        platform=next(iter(body[0].flag("platform")), None),
        instructions=body,
    )


def _args(instructions: tuple[Instruction, ...], given: Mapping[str, str]) -> Variables:
    known: Variables = {}
    for instruction in instructions:
        declare(instruction.arguments, known, given, {})
    return known


def _directives(text: str) -> dict[str, str]:
    """Read the directives at the top.

    More generously than BuildKit does: one that it would not honour may be found, none is missed.
    """
    found: dict[str, str] = {}
    # Not splitlines(): a form feed ends a line for Python, not for BuildKit.
    for line in text.removeprefix("\ufeff").split("\n"):
        bare = line.strip()
        if bare and not bare.startswith(("#", "//")):
            break
        match = _DIRECTIVE.fullmatch(bare)
        if match is not None:
            found.setdefault(match[1].lower(), match[2])
    return found
