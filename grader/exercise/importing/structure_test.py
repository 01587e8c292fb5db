"""container-structure-test's files, schema 2.0.0, in YAML and JSON.

https://github.com/GoogleContainerTools/container-structure-test#setup
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from grader.core.errors import ExerciseError
from grader.core.expansion import substitute
from grader.exercise.importing import _metadata
from grader.exercise.importing._draft import Draft
from grader.exercise.importing._values import listing, outputs, pairs, text, usable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.yaml import Path
    from grader.exercise.importing._draft import Source

_VERSIONS: Final = frozenset({"2.0.0", "1.0.0"})
_TOP: Final = frozenset(
    {
        *("schemaVersion", "globalEnvVars", "commandTests", "fileExistenceTests", "fileContentTests", "metadataTest"),
        *("licenseTests", "containerRunOptions"),
    }
)
_COMMAND: Final = frozenset(
    {
        *("name", "setup", "teardown", "envVars", "command", "args", "exitCode"),
        *("expectedOutput", "excludedOutput", "expectedError", "excludedError"),
    }
)
_EXISTENCE: Final = frozenset({"name", "path", "shouldExist", "permissions", "uid", "gid", "isExecutableBy"})
_CONTENT: Final = frozenset({"name", "path", "expectedContents", "excludedContents"})
_LICENSE: Final = frozenset({"debian", "files"})
_OPTIONS: Final = frozenset(
    {"user", "privileged", "allocateTty", "envFile", "envVars", "capabilities", "bindMounts", "TTY"}
)
_CAPABILITIES: Final = frozenset({"CHOWN", "SETUID", "SETGID", "DAC_OVERRIDE", "FOWNER", "NET_BIND_SERVICE", "KILL"})
_TYPES: Final = {"-": "file", "d": "directory", "L": "symlink"}
_SPECIAL: Final = {"u": 0o4000, "g": 0o2000, "t": 0o1000}
_EXECUTABLE: Final = {"owner": "^.[1357]", "group": "^..[1357]", "other": "^...[1357]", "any": "^.*[1357]"}
_LETTERS: Final = 9
_FORBIDDEN: Final = "(?i)AGPL|WTFPL"


def convert(source: Source) -> Draft:
    """Write the tests of a file as checks. Raises ExerciseError for what the original refuses."""
    draft, data = Draft(source), source.data
    if str(data.get("schemaVersion")) not in _VERSIONS:
        raise ExerciseError([f"{source.document.place(('schemaVersion',))}: schemaVersion must be 2.0.0"])
    if source.strict and (unknown := [key for key in data if key not in _TOP]):
        raise ExerciseError([f"{source.document.place((key,), key=True)}: unknown field {key}" for key in unknown])
    draft.unknown((), data, _TOP)
    user = _options(draft, data.get("containerRunOptions") or {})
    variables = pairs(data.get("globalEnvVars"))
    for path, test in _tests(draft, "commandTests", _COMMAND):
        _command(draft, path, test, variables, user)
    for path, test in _tests(draft, "fileExistenceTests", _EXISTENCE):
        _existence(draft, path, test, variables)
    for path, test in _tests(draft, "fileContentTests", _CONTENT):
        _content(draft, path, test)
    for path, test in _tests(draft, "licenseTests", _LICENSE):
        _license(draft, path, test)
    if data.get("metadataTest"):
        _metadata.convert(draft, ("metadataTest",), data["metadataTest"])
    return draft


def _tests(draft: Draft, name: str, known: frozenset[str]) -> Iterator[tuple[Path, dict[str, Any]]]:
    found = draft.source.data.get(name) or []
    if not isinstance(found, list):
        raise ExerciseError([f"{draft.source.document.place((name,))}: {name} must be a list"])
    for index, test in enumerate(found):
        path: Path = (name, index)
        if not isinstance(test, dict) or (name != "licenseTests" and not test.get("name")):
            draft.note(path, "has no name: the original counts it as failed; left out")
            continue
        draft.unknown(path, test, known)
        yield path, test


def _command(draft: Draft, path: Path, test: dict[str, Any], variables: dict[str, str], user: str | None) -> None:
    if not test.get("command"):
        draft.note(path, "has no command: the original counts it as failed; left out")
        return
    if test.get("teardown"):
        draft.note((*path, "teardown"), "left out: containers are removed, and the original skips it for images, too")
    words = [text(test["command"]), *map(text, listing(test.get("args")))]
    words = [substitute(word, variables) for word in words]
    exit_code = int(test.get("exitCode") or 0)
    if exit_code in {126, 127}:
        draft.note(
            (*path, "exitCode"),
            "here a program that is not in the image counts as exit code 127, as for `docker run`; the original fails",
        )
    own = pairs(test.get("envVars"))
    if any("$" in value for value in own.values()):
        draft.note((*path, "envVars"), "`$NAME` in a value is filled in here; the original does that for globalEnvVars")
    env = {**variables, **own}
    expands = any("$" in word for word in (*words, *env.values()))
    draft.add(
        text(test["name"]),
        "command",
        needs=["builds"],
        run=words,
        expand_env=True if expands else None,
        setup=[[text(word) for word in one] for one in listing(test.get("setup"))] or None,
        env=env or None,
        user=user,
        stdout=outputs(draft, path, test, "expectedOutput", "excludedOutput"),
        stderr=outputs(draft, path, test, "expectedError", "excludedError"),
        exit_code=exit_code or None,
    )


def _existence(draft: Draft, path: Path, test: dict[str, Any], variables: dict[str, str]) -> None:
    strict = draft.source.strict
    where = substitute(text(test.get("path", "")), variables)
    expand = True if "$" in where else None
    if not test.get("shouldExist", strict):
        if not strict and "shouldExist" not in test:
            draft.note(path, "shouldExist is not said, which in a JSON file means false")
        draft.add(text(test["name"]), "file", needs=["builds"], path=where, expand_env=expand, exists=False)
        return
    kind, modes = _permissions(draft, path, test)
    by = test.get("isExecutableBy")
    if by in _EXECUTABLE:
        modes.append({"matches": _EXECUTABLE[by]})
    elif by:
        draft.note((*path, "isExecutableBy"), f"there is no '{by}': the original counts it as failed; left out")
    default = -1 if strict else 0
    uid, gid = int(test.get("uid", default)), int(test.get("gid", default))
    draft.add(
        text(test["name"]),
        "file",
        needs=["builds"],
        path=where,
        expand_env=expand,
        type=kind,
        mode=None if not modes else modes[0] if len(modes) == 1 else {"all": modes},
        owner=str(uid) if uid >= 0 else None,
        group=str(gid) if gid >= 0 else None,
    )


def _permissions(draft: Draft, path: Path, test: dict[str, Any]) -> tuple[str | None, list[Any]]:
    """Take Go's words for a mode apart: letters for the type and the special bits, then nine for the permissions."""
    words = text(test.get("permissions") or "")
    if not words:
        return None, []
    letters, rights = words[:-_LETTERS] or "-", words[-_LETTERS:]
    known = set(letters) <= {*_TYPES, *_SPECIAL} and len(rights) == _LETTERS
    if not known or any(char not in {wanted, "-"} for char, wanted in zip(rights, "rwxrwxrwx", strict=True)):
        draft.note((*path, "permissions"), f"'{words}' can't be a file's mode here; left out")
        return None, []
    bits = sum(_SPECIAL.get(letter, 0) for letter in letters)
    bits += sum(1 << (8 - index) for index, char in enumerate(rights) if char != "-")
    kind = next((_TYPES[letter] for letter in letters if letter in _TYPES), "file")
    return kind, [f"{bits:04o}"]


def _content(draft: Draft, path: Path, test: dict[str, Any]) -> None:
    wanted = outputs(draft, path, test, "expectedContents", "excludedContents")
    where = text(test.get("path", ""))
    fields = {"content": wanted} if wanted is not None else {"type": "file"}
    draft.add(text(test["name"]), "file", needs=["builds"], path=where, follow=True, **fields)


def _license(draft: Draft, path: Path, test: dict[str, Any]) -> None:
    clean = {"not": {"matches": _FORBIDDEN}}
    if test.get("debian"):
        draft.note(
            (*path, "debian"),
            "the copyright files of packages are looked at; a package that has none is no failure here, and no package "
            "is left out, as the original does with libgnutls30",
        )
        draft.add(
            "Licenses of Debian packages",
            "file",
            needs=["builds"],
            glob="/usr/share/doc/*/copyright",
            type="file",
            content=clean,
        )
    for file in listing(test.get("files")):
        draft.add(f"The license in {file}", "file", needs=["builds"], path=text(file), follow=True, content=clean)


def _options(draft: Draft, options: dict[str, Any]) -> str | None:
    """Keep what is about the container; gives the user that all commands run as."""
    top: Path = ("containerRunOptions",)
    draft.unknown(top, options, _OPTIONS)
    capabilities = [text(one).upper().removeprefix("CAP_") for one in listing(options.get("capabilities"))]
    kept = [one for one in capabilities if one in _CAPABILITIES]
    if kept:
        draft.containers["main"] = {"cap_add": kept}
    for one in capabilities:
        if one not in kept:
            draft.note((*top, "capabilities"), f"{one} is not given to students' containers; left out")
    for name, why in (
        ("privileged", "students' containers never are"),
        ("bindMounts", "students' containers see no folder of the host"),
        ("envFile", "write the variables into containers.main.env"),
        ("envVars", "variables of the caller are not passed on; write them into containers.main.env"),
        ("allocateTty", "commands run without a terminal"),
        ("TTY", "commands run without a terminal"),
    ):
        if options.get(name):
            draft.note((*top, name), f"left out: {why}")
    if options and any(test.get("envVars") for test in listing(draft.source.data.get("commandTests"))):
        draft.note(top, "the original forgets envVars of command tests when there are options; here they are set")
    return text(options["user"]) if usable(options.get("user")) else None
