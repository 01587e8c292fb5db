"""YAML read safely and with places: every value knows its line and column, and no document can eat the memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import yaml

from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Hashable

MAX_BYTES: Final = 1024 * 1024
MAX_DEPTH: Final = 32
MAX_NODES: Final = 50_000
_MAX_BITS: Final = 256
_TAG: Final = "tag:yaml.org,2002:"
# Dates stay text, since pydantic reads them where a date is meant; `=` and `<<` have no meaning here.
_TEXT: Final = frozenset({f"{_TAG}timestamp", f"{_TAG}value", f"{_TAG}merge"})

Path: TypeAlias = "tuple[str | int, ...]"
"""Where in a document: `("checks", 2, "port")`."""
Place: TypeAlias = "tuple[int, int]"
"""Line and column, both from 1."""


class YamlError(ValueError):
    """A document that can't be read; the message has file, line and column."""


@dataclass(slots=True)
class Document:
    """Plain data, and where each part of it stands."""

    name: str
    data: Any = None
    keys: dict[Path, Place] = field(default_factory=dict)
    """Where a key of a map stands."""
    values: dict[Path, Place] = field(default_factory=dict)
    """Where a value stands."""

    def place(self, path: Path, *, key: bool = False) -> str:
        """Say where `path` is, or the nearest thing around it that exists: `exercise.yaml:14:9`."""
        for end in range(len(path), -1, -1):
            found = (self.keys if key and end == len(path) else self.values).get(path[:end])
            if found is not None:
                return f"{self.name}:{found[0]}:{found[1]}"
        return f"{self.name}:1:1"

    def at(self, path: Path) -> Any:
        """Give the value at `path`, or None."""
        found = self.data
        for part in path:
            try:
                found = found[part]
            except (LookupError, TypeError):
                return None
        return found


def read(text: str, name: str) -> Document:
    """Read one YAML document; `name` is the file for messages.

    Raises YamlError for what is not YAML, for aliases, duplicate keys and tags, and past the limits on size, depth and
    nodes: a few hundred bytes of aliases can stand for gigabytes.
    """
    if len(text) > MAX_BYTES:
        raise YamlError(f"{name}:1:1: larger than {MAX_BYTES} bytes")
    document = Document(name)
    try:
        _refuse_bombs(text, name)
        node = yaml.compose(text, Loader=_LOADER)
        if node is not None:
            document.data = _Builder(document).build(node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else f"{name}:1:1"
        raise YamlError(f"{where}: not valid YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise YamlError(f"{name}:1:1: not valid YAML: {str(error).splitlines()[0]}") from None
    return document


def _is_text(node: yaml.Node) -> bool:
    """Whether YAML 1.1, which the parser speaks, makes a value of what is text for everyone else, Docker included."""
    kind = node.tag.rpartition(":")[2]
    return (
        kind == "timestamp"  # pydantic reads dates where dates are meant
        or (kind == "bool" and node.value.lower() not in {"true", "false"})  # yes, no, on, off
        or (kind in {"int", "float"} and ":" in node.value)  # 22:22 is not 1342
    )


# libyaml where the wheel has it: ten times as fast, same results.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _refuse_bombs(text: str, name: str) -> None:
    """Walk the events, which take no memory, before any node is built."""
    depth = nodes = 0
    for event in yaml.parse(text, Loader=_LOADER):
        mark: Any = event.start_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}"
        if isinstance(event, yaml.AliasEvent):
            raise YamlError(f"{place}: aliases (*name) are not allowed here; write the value out")
        if isinstance(event, yaml.NodeEvent):
            nodes += 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise YamlError(f"{place}: nested more than {MAX_DEPTH} levels deep")
        if nodes > MAX_NODES:
            raise YamlError(f"{place}: more than {MAX_NODES} values")


class _Builder:
    def __init__(self, document: Document) -> None:
        self.document = document
        self._constructor = yaml.SafeLoader("")

    def build(self, node: yaml.Node, path: Path) -> Any:
        mark = node.start_mark
        self.document.values[path] = (mark.line + 1, mark.column + 1)
        if not node.tag.startswith("tag:yaml.org,2002:"):
            raise YamlError(f"{self._place(node)}: tags (!name) are not allowed")
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        return node.value if _is_text(node) else self._construct(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[Hashable, Any]:
        built: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                raise YamlError(f"{place}: a key must be plain text")
            made = self._construct(key_node)
            # YAML 1.1 reads `on` and `no` as truth values; as keys they are words, and so is all but a number.
            key = made if isinstance(made, int | float) and not isinstance(made, bool) else key_node.value
            if key in built:
                raise YamlError(f"{place}: '{key}' stands here twice")
            part = key if isinstance(key, int) and not isinstance(key, bool) else str(key)
            self.document.keys[(*path, part)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            built[key] = self.build(value_node, (*path, part))
        return built

    def _construct(self, node: yaml.Node) -> Any:
        try:
            value = self._constructor.construct_object(node, deep=True)
            str(value)  # refuses numbers that are too long for a message about them
        except (ValueError, LookupError):  # `!!int many`, `!!int ""`, or a number that is too long for Python
            kind = node.tag.rpartition(":")[2]
            raise YamlError(f"{self._place(node)}: '{one_line(node.value, 40)}' can't be read as {kind}") from None
        return value

    def _place(self, node: yaml.Node) -> str:
        return f"{self.document.name}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"
