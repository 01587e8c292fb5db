"""Parts of JSON and YAML documents that students' programs print, and version ranges."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NoReturn

from grader.core.matchers import MAX_DOCUMENT, parse
from grader.core.matching import Matcher, show
from grader.core.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

_NOTHING: Final = object()
_TOLD: Final = 5
"""Parts with something wrong that are listed."""


class Selector:
    """The `json` and `yaml` matchers: parts of a document by JSONPath (RFC 9535), each with its expectation."""

    def __init__(self, language: str, argument: object) -> None:
        self.language = language
        self._paths: list[tuple[str, Callable[[Any], object], Matcher]] = []
        if isinstance(argument, dict) and any(str(key).startswith("$") for key in argument):
            self._paths = [(str(path), _compile(str(path)), parse(wanted)) for path, wanted in argument.items()]
        else:
            # The whole document: a plain list or map is compared, since "contains" would be a surprise here.
            self._paths = [("$", lambda document: document, parse({"equals": argument}))]
        self.words = f"{language} with " + ", ".join(f"{path} {matcher.words}" for path, _, matcher in self._paths)

    def problem(self, actual: object) -> str | None:
        """Say what is wrong with a document, or None."""
        document = self._read(actual)
        if document is _NOTHING:
            return f"is not {self.language.upper()}: {one_line(show(actual))}"
        found = [problem for path in self._paths if (problem := _at(document, *path)) is not None]
        more = [f"{len(found) - _TOLD} more parts are wrong"] if len(found) > _TOLD else []
        return "; ".join([*found[:_TOLD], *more]) or None

    def _read(self, actual: object) -> Any:
        if not isinstance(actual, str):
            return actual
        if len(actual) > MAX_DOCUMENT:
            return _NOTHING
        try:
            return json.loads(actual, parse_constant=_refuse) if self.language == "json" else _read_yaml(actual)
        except (ValueError, RecursionError):
            return _NOTHING


def _at(document: Any, path: str, find: Callable[[Any], object], matcher: Matcher) -> str | None:
    """Say what is wrong with one part of a document."""
    value = find(document)
    if value is _NOTHING:
        return f"has nothing at {path}"
    found = matcher.problem(value)
    return None if found is None else f"at {path} {found}"


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON, though Python reads it")


def _read_yaml(text: str) -> object:
    from grader.core.yaml import YamlError, read

    try:
        return read(text, "the document").data
    except YamlError as error:
        raise ValueError(str(error)) from None


def _compile(path: str) -> Callable[[Any], object]:
    import jsonpath_rfc9535

    environment = jsonpath_rfc9535.JSONPathEnvironment()
    # Their regular expressions are not linear-time; the `matches` matcher does the same safely.
    for name in ("match", "search"):
        environment.function_extensions.pop(name)
    try:
        query = environment.compile(path)
    except jsonpath_rfc9535.JSONPathError as error:
        raise ValueError(f"not a JSONPath: {path}: {error}") from None

    def find(document: Any) -> object:
        if not isinstance(document, dict | list):
            return document if path == "$" else _NOTHING
        try:
            values = query.find(document).values()
        except (jsonpath_rfc9535.JSONPathError, RecursionError):
            return _NOTHING
        if not values:
            return _NOTHING
        return values[0] if query.singular_query() else values

    return find


def version_range(text: str) -> Callable[[str], bool]:
    """Compile a range as npm writes it (`>=3.11 <4`, `^1.2`, `1.x`); the test takes `v1.2` and `1.2` too.

    Raises ValueError.
    """
    import semantic_version

    try:
        spec = semantic_version.NpmSpec(text)
    except ValueError:
        raise ValueError(f'not a version range: {text}; write for example ">=3.11 <4"') from None

    def inside(version: str) -> bool:
        try:
            return bool(spec.match(semantic_version.Version.coerce(version.strip().lstrip("vV"))))
        except ValueError:
            return False

    return inside
