"""Exercises from the files of other tools: container-structure-test and goss.

What their tests mean is written as checks of this project, with the same verdicts. Where that can't be, a note says so:
nothing is left out in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.core.errors import ExerciseError, UsageError
from grader.core.yaml import YamlError, read
from grader.exercise.importing._draft import Draft, Source
from grader.exercise.importing.goss import convert as from_goss
from grader.exercise.importing.structure_test import convert as from_structure_test

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMATS: Final[dict[str, Callable[[Source], Draft]]] = {"structure-test": from_structure_test, "goss": from_goss}
"""The formats that can be read, by name."""


def convert(path: Path, form: str | None = None) -> Draft:
    """Read a file of another tool; `form` is one of FORMATS, or None to tell by what is in it.

    Raises ExerciseError for a file that the tool would refuse, UsageError for one that is of no known format.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text") from None
    try:
        document = read(text, str(path))
    except YamlError as error:
        hint = (
            "Templates (`{{ … }}`) are not filled in: render the file first, with `goss render`."
            if "{{" in text
            else None
        )
        raise ExerciseError([str(error)], hint=hint) from None
    if not isinstance(document.data, dict):
        raise UsageError(f"{path} holds no tests: it must be a map")
    name = form or ("structure-test" if "schemaVersion" in document.data else "goss")
    if name not in FORMATS:
        raise UsageError(f"there is no format '{name}'; there are {', '.join(FORMATS)}")
    draft = FORMATS[name](Source(path, document, strict=path.suffix.lower() != ".json"))
    if not draft.checks:
        raise ExerciseError([f"{path}: there is no test in it that can be imported", *draft.notes])
    return draft
