"""Fill in the parts of docs/*.md that come from the code, and docs/schemas, so that they can't disagree with it.

A part stands between `<!-- generate: NAME ARGUMENTS -->` and `<!-- end -->`. With `--check`, nothing is written and the
exit code says whether anything would have changed.
"""

from __future__ import annotations

import difflib
import enum
import inspect
import json
import re
import sys
import types
import typing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml
from published import schemas
from pydantic import BaseModel

from grader.core import kinds, matchers
from grader.core.check import PACKAGE as CHECKS
from grader.core.check import Check
from grader.core.describe import field_docs
from grader.core.matching import Matcher
from grader.core.quantities import parse_bytes, parse_seconds
from grader.core.transcript import CALLS
from grader.diagnosis import PACKAGE as CAUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic.fields import FieldInfo

HERE: Final = Path(__file__).parent
_PART: Final = re.compile(r"(<!-- generate: ([^\n]+?) -->\n)(.*?)(<!-- end -->)", re.DOTALL)

_EXAMPLES: Final[Mapping[str, tuple[object, object, object]]] = {
    "equals": ({"equals": "ok"}, "ok", "okay"),
    "contains": ({"contains": "ok"}, "all ok", "all fine"),
    "matches": ({"matches": "^v[0-9]+$"}, "v12", "version 12"),
    "starts_with": ({"starts_with": "text/"}, "text/html", "image/png"),
    "ends_with": ({"ends_with": ".py"}, "app.py", "app.js"),
    "at_least": ({"at_least": 2}, 2, 1),
    "at_most": ({"at_most": 2}, 2, 3),
    "between": ({"between": [200, 299]}, 204, 404),
    "length": ({"length": 2}, ["a", "b"], ["a"]),
    "one_of": ({"one_of": [0, 143]}, 143, 137),
    "not": ({"not": "root"}, "app", "root"),
    "any": ({"any": [{"starts_with": "a"}, "b"]}, "b", "c"),
    "all": ({"all": [{"starts_with": "a"}, {"ends_with": "z"}]}, "a to z", "a to y"),
    "json": ({"json": {"$.status": "up"}}, '{"status": "up"}', '{"status": "down"}'),
    "yaml": ({"yaml": {"$.status": "up"}}, "status: up", "status: down"),
    "semver": ({"semver": ">=3.11 <4"}, "3.12.1", "3.9"),
}
"""For every matcher: an expectation, a value that is as expected, and one that isn't."""


def main(*, check: bool) -> int:
    """Bring every page up to date, or say which isn't."""
    stale = 0
    for path, new in _files():
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if new == old:
            continue
        stale += 1
        if check:
            sys.stdout.writelines(
                difflib.unified_diff(old.splitlines(True), new.splitlines(True), path.name, "the code")
            )
        else:
            path.write_text(new, encoding="utf-8")
            print(f"{path.name}: brought up to date")
    if check and stale:
        print("\nThe pages disagree with the code. Run: .venv/bin/python docs/generate.py", file=sys.stderr)
        return 1
    return 0


def _files() -> Iterator[tuple[Path, str]]:
    """Give every file with what it should hold."""
    for path in sorted(HERE.glob("*.md")):
        old = path.read_text(encoding="utf-8")
        yield path, _PART.sub(lambda part: f"{part[1]}\n{_generate(part[2])}\n{part[4]}", old)
    for name, text in schemas():
        yield HERE / "schemas" / name, text


def _generate(order: str) -> str:
    name, *arguments = order.split()
    makers: dict[str, Callable[..., Iterator[str]]] = {
        "fields": _fields_of,
        "common": _common,
        "checks": _checks,
        "matchers": _matchers,
        "causes": _causes,
        "calls": _calls,
    }
    return "\n".join(makers[name](*arguments)) + "\n"


# --- fields ---------------------------------------------------------------------------------------------------------


def _fields_of(where: str) -> Iterator[str]:
    """Give a table of a model's fields; `where` is `package.module.Model`."""
    package, _, name = where.rpartition(".")
    yield from _table(getattr(__import__(package, fromlist=[name]), name))


def _common() -> Iterator[str]:
    yield from _table(Check)


def _table(model: type[BaseModel], without: type[BaseModel] | None = None) -> Iterator[str]:
    texts = field_docs(model)
    skipped = set(without.model_fields) if without is not None else set()
    rows = [
        f"| `{field.alias or name}` | {_type(field)} | {_default(field)} | {_cell(texts.get(name, ''))} |"
        for name, field in model.model_fields.items()
        if name not in skipped
    ]
    if not rows:
        yield "It has no fields of its own."
        return
    yield "| field | type | default | meaning |"
    yield "|---|---|---|---|"
    yield from rows


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value in (None, (), {}, ""):
        return "none"
    if isinstance(value, BaseModel):
        return "see below"
    if isinstance(value, tuple):
        value = list(value)
    if isinstance(value, Matcher):
        value = value.raw
    if _reader(field.metadata) is parse_seconds:
        return f"`{value:g}s`"
    if _reader(field.metadata) is parse_bytes:
        return f"`{value // 2**20}MiB`"
    return f"`{json.dumps(value, default=str)}`".replace('`"', "`").replace('"`', "`")


def _reader(metadata: list[Any]) -> object:
    """Give the function that reads a value as it stands in YAML, if there is one."""
    return next((one.func for one in metadata if hasattr(one, "json_schema_input_type")), None)


def _type(field: FieldInfo) -> str:
    return _words(field.annotation, field.metadata)


def _words(annotation: Any, metadata: list[Any]) -> str:
    readers = {parse_seconds: "time", parse_bytes: "size"}
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _words(arguments[0], [*metadata, *arguments[1:]])
    if (reader := readers.get(typing.cast("Any", _reader(metadata)))) is not None:
        return reader
    if origin in {typing.Union, types.UnionType}:
        words = dict.fromkeys(_words(one, []) for one in arguments if one is not type(None))
        return " or ".join(word for word in words if word != "whole number" or "number" not in words)
    if origin is typing.Literal:
        return ", ".join(f"`{json.dumps(one) if isinstance(one, bool) else one}`" for one in arguments)
    if origin in {tuple, dict}:
        kind, inner = ("list", arguments[0]) if origin is tuple else ("map", arguments[1])
        return f"{kind} of {_words(inner, [])}"
    return _plain(annotation, metadata)


def _plain(annotation: Any, metadata: list[Any]) -> str:
    if annotation is Matcher:
        return "[expectation](exercise.md#expectations)"
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return ", ".join(f"`{one.value}`" for one in annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation is not Check:
        return "map"
    if annotation is bool:
        return "`true`, `false`"
    names = {"str": "text", "int": "whole number", "float": "number", "Decimal": "number", "Any": "anything"}
    names |= {"datetime": "date and time", "Check": "check", "Submission": "map", "Sought": "text or map"}
    return names[annotation.__name__] + _bounds(metadata)


def _bounds(metadata: list[Any]) -> str:
    # Field() and the markers of annotated_types both end up as objects with these attributes.
    low = next((one.ge for one in metadata if hasattr(one, "ge")), None)
    high = next((one.le for one in metadata if hasattr(one, "le")), None)
    if low is None:
        return ""
    return f" from {low} to {high}" if high is not None else f", at least {low}"


# --- pages ----------------------------------------------------------------------------------------------------------


def _checks() -> Iterator[str]:
    for name in kinds.names(CHECKS):
        model = kinds.load(CHECKS, Check, name)
        yield from (f"## {name}", "", inspect.getdoc(model) or "", "")
        yield from ("```yaml", inspect.cleandoc(model.example), "```", "")
        yield from _table(model, without=Check)
        yield ""


def _matchers() -> Iterator[str]:
    known = set(matchers._MATCHERS)  # noqa: SLF001 - the page is about this table
    if known != set(_EXAMPLES):
        raise SystemExit(
            f"docs/generate.py: matchers without an example, or the other way round: {known ^ set(_EXAMPLES)}"
        )
    yield "| expectation | holds for | does not hold for | because |"
    yield "|---|---|---|---|"
    for raw, good, bad in _EXAMPLES.values():
        matcher = matchers.parse(raw)
        problem = matcher.problem(bad)
        if matcher.problem(good) is not None or problem is None:
            raise SystemExit(f"docs/generate.py: the example of {raw} is wrong")
        yield f"| {_code(_yaml(raw))} | {_code(_shown(good))} | {_code(_shown(bad))} | it {_cell(problem)} |"


def _yaml(raw: object) -> str:
    return yaml.safe_dump(raw, default_flow_style=True, width=200).strip().removeprefix("{").removesuffix("}")


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _code(text: str) -> str:
    return f"`{_cell(text)}`"


def _calls() -> Iterator[str]:
    things = sorted({name.partition(" ")[0] for name in CALLS})
    for thing in things:
        yield f"- {', '.join(f'`{name}`' for name in sorted(CALLS) if name.startswith(f'{thing} '))}"


def _causes() -> Iterator[str]:
    for name in kinds.names(CAUSES):
        yield from (f"## {name}", "", inspect.getdoc(kinds.module(CAUSES, name)) or "", "")


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
