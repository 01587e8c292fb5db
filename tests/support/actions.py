"""Plays workflows and composite actions as GitHub's runner does, step by step.

What is played: `run` steps in bash with its own options, `env` of workflow, job and step, `if`, outputs, environment
files, commands in what steps print, composite actions of this repository. Actions of others are played by functions:
those that a workflow of ours uses are below.
"""

from __future__ import annotations

import base64
import fnmatch
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from tests.support.runner import Files, Runner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_EXPRESSION: Final = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN: Final = re.compile(r"\s*(?:('(?:[^']|'')*')|([A-Za-z_][\w-]*(?:\.[\w-]+)*)|(==|!=|&&|\|\||[!()]|,))")
_STATUS: Final = ("success", "failure", "always", "cancelled")


# --- expressions ----------------------------------------------------------------------------------------------------


class Expression:
    """The part of the language of `${{ }}` that our workflows need; anything else is an error."""

    def __init__(self, text: str, contexts: Mapping[str, Any], *, failed: bool) -> None:
        self._tokens = list(_tokens(text))
        self._contexts = contexts
        self._failed = failed

    def value(self) -> Any:
        found = self._either()
        if self._tokens:
            raise ValueError(f"not understood: {self._tokens}")
        return found

    def _either(self) -> Any:
        left = self._both()
        while self._next("||"):
            right = self._both()
            left = left or right
        return left

    def _both(self) -> Any:
        left = self._compared()
        while self._next("&&"):
            right = self._compared()
            left = left and right
        return left

    def _compared(self) -> Any:
        left = self._one()
        for sign in ("==", "!="):
            if self._next(sign):
                # Upper and lower case are the same there.
                same = _text(left).lower() == _text(self._one()).lower()
                return same if sign == "==" else not same
        return left

    def _one(self) -> Any:
        word = self._tokens.pop(0)
        if word == "!":
            return not self._one()
        if word == "(":
            found = self._either()
            assert self._next(")")
            return found
        if word.startswith("'"):
            return word[1:-1].replace("''", "'")
        if self._next("("):
            assert self._next(")"), f"{word} with arguments"
            return {"success": not self._failed, "failure": self._failed, "always": True, "cancelled": False}[word]
        if word in {"true", "false"}:
            return word == "true"
        return self._looked_up(word.split("."))

    def _looked_up(self, names: list[str]) -> Any:
        found: Any = self._contexts
        assert names[0] in self._contexts, f"there is no context {names[0]}"
        for name in names:
            found = found.get(name, "") if isinstance(found, dict) else ""
        return found

    def _next(self, token: str) -> bool:
        if self._tokens and self._tokens[0] == token:
            self._tokens.pop(0)
            return True
        return False


def _tokens(text: str) -> Iterator[str]:
    at, text = 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"not understood: {text[at:]}")
        yield match[match.lastindex or 0]
        at = match.end()


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


# --- running --------------------------------------------------------------------------------------------------------


@dataclass
class Step:
    """What became of one step."""

    name: str
    """Its id, or else its name; of a step of an action, behind that of the step that uses it."""
    outcome: str
    """success, failure or skipped."""
    code: int = 0
    output: str = ""
    """What it printed, both streams as they came."""
    commands: Runner = field(default_factory=Runner)
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass
class Machine:
    """A runner: one job on it."""

    temp: Path
    workspace: Path
    github: dict[str, Any]
    """What workflows know as `github`; steps have it in variables, too."""
    checkout: Callable[[Machine, Mapping[str, str]], None]
    secrets: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    """Variables of the machine itself, such as PATH."""
    actions: dict[str, Path] = field(default_factory=dict)
    """Folders of composite actions, by name without the version."""
    steps: list[Step] = field(default_factory=list)
    artefacts: dict[str, Path] = field(default_factory=dict)
    failed: bool = False
    used: list[str] = field(default_factory=list)
    """Actions, with versions, in order."""

    @property
    def log(self) -> str:
        return "\n".join(step.output for step in self.steps)

    @property
    def summary(self) -> str:
        return "".join(step.summary for step in self.steps)

    @property
    def annotations(self) -> list[tuple[str, str]]:
        return [(one.name, one.data) for step in self.steps for one in step.commands.annotations]

    def step(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)


def play(workflow: Path, machine: Machine) -> Machine:
    """Play the one job of a workflow."""
    document = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    [job] = document["jobs"].values()
    contexts: dict[str, Any] = {
        "github": machine.github,
        "secrets": machine.secrets,
        "vars": machine.variables,
        "runner": {"temp": str(machine.temp), "os": "Linux"},
        "inputs": {},
        "steps": {},
        "env": {},
    }
    assert set(job) <= {"name", "runs-on", "if", "timeout-minutes", "permissions", "env", "steps", "concurrency"}
    if "if" in job and not _holds(str(job["if"]), contexts, failed=False):
        return machine
    for variables in (document.get("env") or {}, job.get("env") or {}):
        contexts["env"] |= _filled(variables, contexts)
    _Scope(machine, contexts, {}).run(job["steps"])
    return machine


class _Scope:
    """The steps of a job, or of a composite action."""

    def __init__(self, machine: Machine, contexts: dict[str, Any], extra: dict[str, str], within: str = "") -> None:
        self._within = within
        self._machine = machine
        self._contexts = contexts
        self._extra = extra
        self.failed = False

    def run(self, steps: list[dict[str, Any]]) -> None:
        for number, step in enumerate(steps):
            known = {"id", "name", "if", "uses", "with", "run", "shell", "env", "working-directory"}
            assert set(step) <= known, f"a step with {set(step) - known}"
            name = step.get("id") or step.get("name") or step.get("uses") or str(number)
            self._step(step, f"{self._within}{name}")

    def _step(self, step: dict[str, Any], name: str) -> None:
        machine = self._machine
        if not _holds(str(step.get("if", "success()")), self._contexts, failed=self.failed):
            machine.steps.append(Step(name, "skipped"))
            return
        contexts = {**self._contexts, "env": dict(self._contexts["env"])}
        contexts["env"] |= _filled(step.get("env") or {}, contexts)
        if "uses" in step:
            done = self._uses(step["uses"].partition(" ")[0], _filled(step.get("with") or {}, contexts), contexts, name)
        else:
            done = self._shell(step, contexts, name)
        machine.steps.append(done)
        if done.outcome == "failure":
            self.failed = machine.failed = True
        if "id" in step:
            self._contexts["steps"][step["id"]] = {"outputs": done.outputs, "outcome": done.outcome}

    def _shell(self, step: dict[str, Any], contexts: dict[str, Any], name: str) -> Step:
        machine = self._machine
        files = Files(machine.temp / "_runner_file_commands" / str(len(machine.steps)))
        script = machine.temp / "_runner_file_commands" / f"{len(machine.steps)}.sh"
        script.write_text(_fill(step["run"], contexts), encoding="utf-8")
        environment = {
            **machine.environment,
            **{f"GITHUB_{key.upper()}": str(value) for key, value in machine.github.items() if key != "token"},
            "GITHUB_WORKSPACE": str(machine.workspace),
            "RUNNER_TEMP": str(machine.temp),
            "GITHUB_ACTIONS": "true",
            "CI": "true",
            **files.environment,
            **self._extra,
            **contexts["env"],
        }
        # What the runner does for `shell: bash`, which a workflow may leave out, and an action may not.
        options = ["--noprofile", "--norc", "-e", "-o", "pipefail"] if step.get("shell") == "bash" else ["-e"]
        ran = subprocess.run(
            ["bash", *options, str(script)],
            cwd=machine.workspace / step.get("working-directory", ""),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=280,
            check=False,
        )
        output = ran.stdout.decode("utf-8", "replace")
        commands = Runner()
        commands.read(output)
        self._contexts["env"] |= files.exported
        if files.paths:
            machine.environment["PATH"] = ":".join([*reversed(files.paths), machine.environment["PATH"]])
        outcome = "success" if ran.returncode == 0 else "failure"
        return Step(name, outcome, ran.returncode, output, commands, files.summary, files.outputs)

    def _uses(self, action: str, given: dict[str, str], contexts: dict[str, Any], name: str) -> Step:
        machine = self._machine
        machine.used.append(action)
        bare = action.partition("@")[0]
        if bare in machine.actions:
            return self._composite(machine.actions[bare], given, contexts, name)
        return {
            "actions/checkout": _checkout,
            "actions/setup-python": _nothing,
            "actions/cache": _nothing,
            "actions/upload-artifact": _upload,
            "classroom-resources/autograding-grading-reporter": _reporter,
        }[bare](machine, given, contexts, name)

    def _composite(self, folder: Path, given: dict[str, str], contexts: dict[str, Any], name: str) -> Step:
        document = yaml.safe_load((folder / "action.yml").read_text(encoding="utf-8"))
        assert document["runs"]["using"] == "composite"
        # The runner only warns of an input that isn't there, which hides a misspelt one.
        assert set(given) <= set(document["inputs"])
        needed = {key for key, one in document["inputs"].items() if one.get("required")}
        assert needed <= set(given)
        inputs = {key: str(given.get(key, one.get("default", ""))) for key, one in document["inputs"].items()}
        inner = {**contexts, "inputs": inputs, "steps": {}}
        inner["github"] = {**contexts["github"], "action_path": str(folder)}
        inner.pop("secrets")  # an action sees what it is given
        scope = _Scope(self._machine, inner, {"GITHUB_ACTION_PATH": str(folder)}, f"{name} / ")
        for one in document["runs"]["steps"]:
            assert "uses" in one or one.get("shell") == "bash", "a step of an action must name its shell"
        scope.run(document["runs"]["steps"])
        outputs = {key: _fill(one["value"], inner) for key, one in document.get("outputs", {}).items()}
        return Step(name, "failure" if scope.failed else "success", outputs=outputs)


def _holds(condition: str, contexts: Mapping[str, Any], *, failed: bool) -> bool:
    text = condition.strip()
    match = _EXPRESSION.fullmatch(text)
    text = match[1] if match else text
    if not any(f"{name}(" in text for name in _STATUS):
        text = f"success() && ({text})"
    return bool(Expression(text, contexts, failed=failed).value())


def _fill(text: str, contexts: Mapping[str, Any]) -> str:
    return _EXPRESSION.sub(lambda match: _text(Expression(match[1], contexts, failed=False).value()), text)


def _filled(values: Mapping[str, Any], contexts: Mapping[str, Any]) -> dict[str, str]:
    return {key: _fill(_text(value), contexts) for key, value in values.items()}


# --- actions of others ----------------------------------------------------------------------------------------------


def _checkout(machine: Machine, given: dict[str, str], _contexts: dict[str, Any], name: str) -> Step:
    machine.checkout(machine, given)
    return Step(name, "success")


def _nothing(_machine: Machine, _given: dict[str, str], _contexts: dict[str, Any], name: str) -> Step:
    return Step(name, "success")


def _upload(machine: Machine, given: dict[str, str], _contexts: dict[str, Any], name: str) -> Step:
    """Copy files: patterns with `*`, whole folders, nothing that is hidden."""
    target = machine.temp.parent / "artefacts" / given["name"]
    assert not target.exists(), "an artefact of this name is there"
    target.mkdir(parents=True)
    found = 0
    for line in filter(None, map(str.strip, given["path"].splitlines())):
        place = Path(line) if Path(line).is_absolute() else machine.workspace / line
        for path in sorted(place.parent.iterdir() if place.parent.is_dir() else []):
            if fnmatch.fnmatch(path.name, place.name) and not path.name.startswith("."):
                found += 1
                if path.is_dir():
                    shutil.copytree(path, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*"))
                else:
                    shutil.copy(path, target)
    machine.artefacts[given["name"]] = target
    return Step(name, "failure" if not found and given.get("if-no-files-found") == "error" else "success")


def _reporter(_machine: Machine, given: dict[str, str], contexts: dict[str, Any], name: str) -> Step:
    """What the legacy reporter makes of its runners: lines of the log, and its two notices."""
    total = most = 0.0
    lines: list[str] = []
    statuses: list[str] = []
    for runner in given["runners"].split(","):
        raw = contexts["env"].get(f"{runner.strip().upper()}_RESULTS", "")
        try:
            result = json.loads(base64.b64decode(raw, validate=True))
        except ValueError:
            return Step(name, "failure", 1, f"::error::The runners input must be a comma-separated list: {runner}\n")
        passed = sum(test["status"] == "pass" for test in result["tests"])
        lines.append(f"🔄 Processing: {runner}: {passed} of {len(result['tests'])}")
        for test in result["tests"]:
            lines.append(f"{test['status']}: {test['name']}")
            if test["status"] == "error":
                lines.append(f"Error: {test.get('message')}")
            if test.get("test_code"):
                lines.append(test["test_code"])
        statuses.append(result["status"])
        if result.get("max_score"):
            most += result["max_score"]
            total += sum(test["score"] for test in result["tests"])
    if most:
        text = json.dumps({"totalPoints": total, "maxPoints": most})
        lines.append(f"::notice title=Autograding complete::Points {total:g}/{most:g}")
        lines.append(f"::notice title=Autograding report::{text}")
    output = "\n".join(lines) + "\n"
    commands = Runner()
    commands.read(output)
    failed = "fail" in statuses or "error" in statuses
    return Step(name, "failure" if failed else "success", int(failed), output, commands)


def machine_environment(**more: str) -> dict[str, str]:
    """What a machine has in its environment before any step."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "DOCKER_HOST", "DOCKER_CONTEXT")
    return {**{name: os.environ[name] for name in kept if name in os.environ}, **more}
