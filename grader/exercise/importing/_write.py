"""An imported exercise, written as a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from grader.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grader.exercise.importing._draft import Draft

_TASK: Final = """\
# {title}

Write a Dockerfile. The image that it makes is checked for:

{checks}
"""


class _Plain(yaml.SafeDumper):
    """Writes every value out: exercises have no aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the library's signature
        return True


def exercise(draft: Draft, name: str, title: str, images: Sequence[str]) -> dict[str, Any]:
    """Give what exercise.yaml says."""
    builds = {"id": _free("builds", draft), "kind": "build", "title": "The image builds", "points": 0}
    checks = [{**one, "needs": [builds["id"]]} for one in draft.checks]
    return {
        "schema": "grader/exercise/v1",
        "id": name,
        "title": title,
        "submission": {"kind": "dockerfile"},
        "images": list(images),
        **({"containers": draft.containers} if draft.containers else {}),
        "checks": [builds, *checks],
    }


def _free(name: str, draft: Draft) -> str:
    taken = {one["id"] for one in draft.checks}
    while name in taken:
        name += "-first"
    return name


def write(draft: Draft, folder: Path, title: str, images: Sequence[str]) -> None:
    """Write the exercise as a folder of that name. Raises UsageError when there is one already."""
    try:
        folder.mkdir(parents=True, exist_ok=False)
    except FileExistsError:
        raise UsageError(f"'{folder}' exists", hint="Name another folder; nothing is overwritten.") from None
    except OSError as error:
        raise UsageError(f"'{folder}' can't be made: {error.strerror}") from None
    data = exercise(draft, folder.name, title, images)
    notes = [f"# Made from {draft.source.path.name} by `grader exercise import`."]
    notes += ["# What is not as it was there:"] if draft.notes else []
    notes += [f"# - {' '.join(note.split())}" for note in draft.notes]
    text = yaml.dump(data, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=118)
    (folder / "exercise.yaml").write_text("\n".join([*notes, _escaped(text)]), encoding="utf-8")
    titles = dict.fromkeys(one["title"] for one in data["checks"])
    task = _TASK.format(title=title, checks="\n".join(f"- {one}" for one in titles))
    (folder / "task.md").write_text(task, encoding="utf-8")
    (folder / "starter").mkdir()


def _escaped(text: str) -> str:
    """Keep `${name}` from being read as a variable of the exercise."""
    return text.replace("${", "$${")
