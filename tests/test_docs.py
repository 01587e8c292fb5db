"""What the documentation says is true."""

from __future__ import annotations

import importlib.util
import inspect
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import pytest
import yaml

from grader.cli.run import INTERRUPTED, UNHEARD
from grader.cli.run import command as root
from grader.core import kinds
from grader.exercise.find import find
from grader.exercise.load import load
from tests.support.commands import process
from tests.support.exercises import write

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parent.parent
PAGES: Final = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING: Final = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
_BLOCK: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND: Final = re.compile(r"(?:^|[`/ (\"])grader ((?:[a-z]|--)[^`\n#|]*)", re.MULTILINE)
_LINK: Final = re.compile(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)")
_FILE: Final = re.compile(r"`((?:grader|tests)/[\w/]+\.py)`:\n\n```python\n(.*?)```", re.DOTALL)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(text: str, *languages: str) -> list[str]:
    return [body for language, body in _BLOCK.findall(text) if language in languages]


def test_generated_parts_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


# --- commands -------------------------------------------------------------------------------------------------------


def commands(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    inline = re.findall(r"`(grader [^`\n]+)`", text)
    return [
        f"grader {words}"
        for block in [*blocks(text, "sh", "console", "text"), *inline]
        for words in _COMMAND.findall(block)
    ]


def understood(line: str) -> None:
    """Assert that a command and its options exist."""
    words = [word for word in shlex.split(line)[1:] if word not in {"…", "..."}]
    command: click.Command = root
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        word = words.pop(0)
        found = command.get_command(click.Context(command), word)
        assert found is not None, f"there is no command {word!r}: {line}"
        command = found
    known = {option for one in command.params for option in one.opts} | {"--help"}
    assert {word for word in words if word.startswith("--")} <= known, line


ALL_COMMANDS: Final = [(name(path), line) for path in PAGES for line in dict.fromkeys(commands(path))]


@pytest.mark.parametrize(("page", "line"), ALL_COMMANDS)
def test_every_command_that_is_named_exists(page: str, line: str) -> None:
    assert page
    understood(line)


def test_commands_are_found() -> None:
    assert ("README.md", "grader check serve-on-3000 . --watch") in [
        (page, line.strip()) for page, line in ALL_COMMANDS
    ]


def leaves(group: click.Group, above: str = "grader") -> Iterator[str]:
    context = click.Context(group)
    for word in group.list_commands(context):
        one = group.get_command(context, word)
        if isinstance(one, click.Group):
            yield from leaves(one, f"{above} {word}")
        else:
            yield f"{above} {word}"


def test_the_readme_names_every_command() -> None:
    rows = [line for line in README.splitlines() if line.startswith("| `grader ")]
    assert sorted(re.match(r"\| `(grader [a-z ]+[a-z])", row)[1] for row in rows) == sorted(leaves(root))  # type: ignore[index]


def test_the_readme_names_every_exit_code() -> None:
    codes = [
        row.split("|")[1].strip() for row in README.partition("| exit code")[2].partition("\n\n")[0].splitlines()[2:]
    ]
    assert codes == ["0", "1", "2", "3", "4", str(INTERRUPTED), str(UNHEARD)]


def test_the_readme_names_the_hook() -> None:
    [shown] = [block for block in blocks(README, "yaml") if "hooks:" in block]
    [hook] = yaml.safe_load(shown)["repos"][0]["hooks"]
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["id"] in {one["id"] for one in hooks}
    assert find(hook["args"][0]).is_dir()


# --- text -----------------------------------------------------------------------------------------------------------


def anchors(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    for target, anchor in set(_LINK.findall(path.read_text(encoding="utf-8"))):
        page = path.parent / target if target else path
        assert page.exists(), target
        assert not anchor or anchor in anchors(page), f"{target}#{anchor}"


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_yaml_can_be_read(path: Path) -> None:
    for block in blocks(path.read_text(encoding="utf-8"), "yaml"):
        yaml.safe_load(block)


@pytest.mark.parametrize("path", [ROOT / "README.md", ROOT / "docs" / "exercise.md"], ids=name)
def test_the_example_exercise_loads(path: Path, tmp_path: Path) -> None:
    [text] = [block for block in blocks(path.read_text(encoding="utf-8"), "yaml") if block.startswith("schema:")]
    assert load(write(tmp_path, text)).id == "hello-web"


@pytest.mark.parametrize("package", ["checks", "reports", "submissions"])
def test_the_readme_and_changelog_know_every_kind(package: str) -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for kind in kinds.names(f"grader.{package}"):
        assert kind in changelog.lower()


@pytest.mark.docker
@pytest.mark.parametrize("answer", ["wrong/loopback", "reference"])
def test_the_transcript_is_what_is_seen(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything but times, the random token, and stand-ins that another machine may not need."""
    monkeypatch.setenv("COLUMNS", "80")
    command = f"grader check serve-on-3000 solutions/serve-on-3000/{answer}"
    [written] = [block.partition("\n")[2] for block in blocks(README, "console") if block.startswith(f"$ {command}\n")]
    seen = process(*command.split()[1:], cwd=ROOT).out
    assert constant(seen) == constant(written)


def constant(text: str) -> list[str]:
    fresh = re.sub(r"TOKEN=[0-9a-f]{8}", "TOKEN=...", text)
    return [line for line in fresh.strip().splitlines() if not line.startswith(("Took ", "Note: stand-ins"))]


# --- CONTRIBUTING ---------------------------------------------------------------------------------------------------


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Path]]:
    """Add the files of the recipes to the packages, as if they stood there."""
    files: dict[str, Path] = {}
    for place, text in _FILE.findall(CONTRIBUTING):
        path = tmp_path / "added" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        files[place] = path
    for package in ("checks", "reports", "diagnosis", "submissions"):
        module = importlib.import_module(f"grader.{package}")
        monkeypatch.setattr(module, "__path__", [*module.__path__, str(tmp_path / "added" / "grader" / package)])
    forget()
    yield files
    for place in files:
        sys.modules.pop(place.removesuffix(".py").replace("/", "."), None)
    forget()


def forget() -> None:
    for cached in (kinds.names, kinds.module, kinds.load):
        cached.cache_clear()


RECIPES: Final = [place for place, _ in _FILE.findall(CONTRIBUTING)]


def test_there_is_a_recipe_for_each() -> None:
    packages = [place.split("/")[1] for place in RECIPES if place.startswith("grader/")]
    assert packages == ["checks", "reports", "diagnosis", "submissions"]
    assert [place for place in RECIPES if (ROOT / place).exists()] == []  # each adds something


@pytest.mark.parametrize("place", [place for place in RECIPES if place.startswith("tests/")])
def test_the_recipes_work(place: str, added: dict[str, Path], tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("recipe", added[place])
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tests = [one for title, one in vars(module).items() if title.startswith("test_")]
    assert tests
    for one in tests:
        one(tmp_path) if inspect.signature(one).parameters else one()


@pytest.mark.parametrize(("place", "text"), _FILE.findall(CONTRIBUTING))
def test_the_recipes_are_in_our_style(place: str, text: str) -> None:
    for command in (["check"], ["format", "--check"]):
        ruff = [str(Path(sys.executable).parent / "ruff"), *command, "--stdin-filename", place, "-"]
        done = subprocess.run(ruff, cwd=ROOT, input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
