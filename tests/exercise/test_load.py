from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from grader.core import kinds, matchers
from grader.core.check import PACKAGE, Check
from grader.core.errors import ExerciseError
from grader.exercise.load import FILE, load
from tests.support.exercises import GOOD, problems, with_checks, write

SHIPPED = sorted(Path("exercises").glob(f"*/{FILE}"))


def test_loads(tmp_path: Path) -> None:
    exercise = load(write(tmp_path), seed=7)
    assert exercise.id == "it"
    assert exercise.seed == 7
    assert [check.kind for check in exercise.file.checks] == ["build", "http"]
    assert exercise.max_score == Decimal(2)


def test_bonus_is_not_in_the_maximum(tmp_path: Path) -> None:
    text = with_checks("{id: a, kind: build, points: 0.5}", "{id: b, kind: build, bonus: true}")
    assert load(write(tmp_path, text)).max_score == Decimal("0.5")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_the_course_loads(path: Path) -> None:
    assert load(path.parent).id == path.parent.name


def test_the_digest_covers_every_file(tmp_path: Path) -> None:
    folder = write(tmp_path)
    first = load(folder).digest
    assert load(folder).digest == first
    (folder / "task.md").write_text("Do it.")
    second = load(folder).digest
    (folder / "task.md").rename(folder / "task.txt")
    assert len({first, second, load(folder).digest}) == 3


def test_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ExerciseError, match="No such file"):
        load(tmp_path)


def test_not_utf8(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"title: caf\xe9\n")
    with pytest.raises(ExerciseError, match="1:1: not UTF-8 text"):
        load(tmp_path)


@pytest.mark.parametrize("text", ["", "# nothing\n", "just text\n", "- a list\n", "3\n"])
def test_not_a_map(tmp_path: Path, text: str) -> None:
    expected = "exercise.yaml:1:1: must be a map that begins with 'schema: grader/exercise/v1'"
    assert problems(tmp_path, text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b: c\n", "exercise.yaml:1:5: not valid YAML: mapping values are not allowed in this context"),
        ("a: 1\na: 2\n", "exercise.yaml:2:1: 'a' stands here twice"),
        ("a: &x [1]\nb: *x\n", "exercise.yaml:2:4: aliases (*name) are not allowed here; write the value out"),
        ("a:\n  b: !secret c\n", "exercise.yaml:2:6: tags (!name) are not allowed"),
        ("a: 1\n---\nb: 2\n", "exercise.yaml:2:1: not valid YAML: but found another document"),
        ("a: " + "[" * 40 + "]" * 40, "exercise.yaml:1:35: nested more than 32 levels deep"),
        ("a: [" + "1," * 60_000 + "]", "exercise.yaml:1:99999: more than 50000 values"),
        ("a: " + "x" * 1_100_000, "exercise.yaml:1:1: larger than 1048576 bytes"),
        ("a: " + "9" * 5_000, "exercise.yaml:1:4: '" + "9" * 39 + "…' can't be read as int"),
        ("? 0x" + "f" * 9_000 + "\n: 1", "exercise.yaml:1:3: '0x" + "f" * 37 + "…' can't be read as int"),
    ],
    ids=["syntax", "twice", "alias", "tag", "documents", "depth", "values", "size", "number", "hexadecimal key"],
)
def test_what_is_no_document_is_one_error(tmp_path: Path, text: str, expected: str) -> None:
    assert problems(tmp_path, text) == [expected]


def test_no_object_of_python_is_made(tmp_path: Path) -> None:
    made = tmp_path / "made"
    assert problems(tmp_path, f"a: !!python/object/apply:os.mkdir [{made}]\n")
    assert not made.exists()


def test_aliases_can_not_grow(tmp_path: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{name}: &{name} [" + ", ".join([f"*{before}"] * 9) + "]"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    assert "aliases" in problems(tmp_path, "\n".join(lines))[0]


def test_what_is_missing(tmp_path: Path) -> None:
    assert problems(tmp_path, "level: beginner\n") == [
        f"exercise.yaml:1:1: {name}: is missing" for name in ("schema", "id", "title", "submission", "checks")
    ]


def test_all_errors_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """\
schema: grader/exercise/v2
id: It is
titel: It
level: hard
topics: docker
due: tomorrow
vars: {token: {random: hexx}, other: [1]}
submission: {kind: dockerfil}
build: {network: host, timeout: 5 parsecs}
containers:
  main: {publish: [x], ready: {prt: 3000}, cpus: 99}
limits: {pul: 3s}
checks:
  - {id: a, kind: http, prot: 3000, points: -1, body: "${tokn}", status: {contans: 3}}
  - {id: b, kind: htp}
  - {id: c, kind: file, path: etc/passwd, mode: 0755}
  - text
  - {id: d}
"""
    assert problems(tmp_path, text) == [
        "exercise.yaml:1:1: title: is missing",
        "exercise.yaml:1:9: schema: must be 'grader/exercise/v1'",
        "exercise.yaml:2:5: id: an id has letters, digits, - and _ only",
        "exercise.yaml:3:1: titel: unknown field; did you mean 'title'?",
        "exercise.yaml:4:8: level: must be 'beginner', 'intermediate' or 'advanced'",
        "exercise.yaml:5:9: topics: must be a list",
        "exercise.yaml:6:6: due: must be a date and a time, for example 2026-12-01T23:59:00+07:00",
        "exercise.yaml:7:24: vars.token.random: must be hex1 to hex64, int, port, or a list of values to choose from",
        "exercise.yaml:7:38: vars.other: must be text, a number, or a map such as {random: hex8}",
        "exercise.yaml:8:20: submission.kind: unknown kind 'dockerfil'; did you mean 'dockerfile'?",
        "exercise.yaml:9:18: build.network: must be 'none' or 'default'",
        "exercise.yaml:9:33: build.timeout: unknown unit 'parsecs'; write ms, s, m, h or d",
        "exercise.yaml:11:20: containers.main.publish[0]: must be a whole number",
        "exercise.yaml:11:32: containers.main.ready.prt: unknown field; did you mean 'port'?",
        "exercise.yaml:11:50: containers.main.cpus: must be at most 64",
        "exercise.yaml:12:10: limits.pul: unknown field; did you mean 'pull'?",
        "exercise.yaml:14:5: checks[0].port: is missing",
        "exercise.yaml:14:25: checks[0].prot: unknown field; did you mean 'port'?",
        "exercise.yaml:14:45: checks[0].points: must be at least 0",
        "exercise.yaml:14:55: checks[0].body: unknown variable '${tokn}'; did you mean '${token}'?",
        "exercise.yaml:14:74: checks[0].status: unknown matcher 'contans'; did you mean 'contains'?",
        "exercise.yaml:15:19: checks[1].kind: unknown kind 'htp'; did you mean 'http'?",
        "exercise.yaml:16:31: checks[2].path: the path must be absolute: start it with /",
        'exercise.yaml:16:49: checks[2].mode: write the mode in quotes: "0755" or "rwxr-xr-x"',
        "exercise.yaml:17:5: checks[3]: must be a map of names and values",
        "exercise.yaml:18:5: checks[4]: has no kind; there are " + ", ".join(kinds.names(PACKAGE)),
    ]


def test_all_errors_inside_groups(tmp_path: Path) -> None:
    deep = "{kind: not, check: " * 4 + "{kind: build}" + "}" * 4
    text = with_checks(
        "id: a",
        "{id: b, kind: all_of, checks: [{kind: http, prot: 1, needs: [a], status: {contans: 3}}, {kind: htp}, x, {}]}",
        "{id: c, kind: not, check: {kind: any_of, checks: [{kind: port, port: 80, wihtin: 3s}]}}",
        "{id: d, kind: any_of, checks: []}",
        "{id: e, kind: unless, check: {kind: build, titel: x}}",
        "{id: f, kind: all_of, cheks: [{kind: build}]}",
        "{id: h, kind: not, file: {path: /a}}",
        "{id: i, kind: any_of, file: {path: /a}}",
        f"{{id: g, kind: not, check: {deep}}}",
    )
    known = ", ".join(kinds.names(PACKAGE))
    single = "a check inside stands in 'check', as check: {kind: file, …}"
    listed = "a check inside stands in 'checks', as checks: [{kind: file, …}]"
    assert problems(tmp_path, text)[1:] == [
        "exercise.yaml:10:36: checks[1].checks[0].port: is missing",
        "exercise.yaml:10:49: checks[1].checks[0].prot: unknown field; did you mean 'port'?",
        "exercise.yaml:10:65: checks[1].checks[0].needs: belongs to the group as a whole, not to a check inside it",
        "exercise.yaml:10:78: checks[1].checks[0].status: unknown matcher 'contans'; did you mean 'contains'?",
        "exercise.yaml:10:100: checks[1].checks[1].kind: unknown kind 'htp'; did you mean 'http'?",
        "exercise.yaml:10:106: checks[1].checks[2]: must be a map of names and values",
        f"exercise.yaml:10:109: checks[1].checks[3]: has no kind; there are {known}",
        "exercise.yaml:11:78: checks[2].check.checks[0].wihtin: unknown field; did you mean 'within'?",
        "exercise.yaml:12:5: checks[3]: there is no check in the group",
        "exercise.yaml:13:5: checks[4].unless: is missing",
        "exercise.yaml:13:48: checks[4].check.titel: unknown field; did you mean 'title'?",
        "exercise.yaml:14:5: checks[5].checks: is missing",
        "exercise.yaml:14:27: checks[5].cheks: unknown field; did you mean 'checks'?",
        "exercise.yaml:15:5: checks[6].check: is missing",
        f"exercise.yaml:15:24: checks[6].file: unknown field; {single}",
        "exercise.yaml:16:5: checks[7].checks: is missing",
        f"exercise.yaml:16:27: checks[7].file: unknown field; {listed}",
        "exercise.yaml:17:5: checks[8]: groups are more than 4 deep in each other here; make several checks of it",
    ]


def test_rules_are_looked_at_although_a_check_is_broken(tmp_path: Path) -> None:
    text = with_checks("{id: a, kind: htp}", "{id: b, kind: build, needs: [a, c]}", "{id: c, kind: build, in: main}")
    found = problems(tmp_path, text)
    assert [problem.split(": ")[1] for problem in found] == ["checks[0].kind", "checks[1].needs[1]", "checks[2].in"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("id: [a]", "checks[0].id: must be text; put it in quotes"),
        ("in: [a]", "checks[0].in: must be the name of a container, or a map such as {container: web}"),
        ("id: ''", "checks[0].id: an id has letters, digits, - and _ only"),
        ("id: ../etc", "checks[0].id: an id has letters, digits, - and _ only"),
        ("points: many", "checks[0].points: must be a number"),
        ("points: .inf", "checks[0].points: must be a finite number"),
        ("points: .nan", "checks[0].points: must be a finite number"),
        ("points: 0.00001", "checks[0].points: Decimal input should have no more than 4 decimal places"),
        ("bonus: perhaps", "checks[0].bonus: must be true or false"),
        ("needs: other", "checks[0].needs: must be a list"),
        ("within: soon", "checks[0].within: expected a time such as 10s, 500ms or 2m"),
        ("timeout: 0", "checks[0].timeout: must be more than 0"),
        ("timeout: 2h", "checks[0].timeout: must be at most 3600"),
        ("timeout: .inf", "checks[0].timeout: expected a time such as 10s, 500ms or 2m"),
        ("visibility: secret", "checks[0].visibility: must be 'visible', 'hidden' or 'after_due'"),
        ("feedback: some", "checks[0].feedback: must be 'full', 'actual_only' or 'none'"),
        ("titel: x", "checks[0].titel: unknown field; did you mean 'title'?"),
    ],
)
def test_every_common_field_has_its_type(tmp_path: Path, line: str, problem: str) -> None:
    rest = "kind: build" if line.startswith("id") else "id: a, kind: build"
    found = problems(tmp_path, with_checks(f"{{{rest}, {line}}}"))
    assert [one.partition(": ")[2] for one in found] == [problem]
    assert found[0].startswith("exercise.yaml:9:")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("title: It", "title: It\nx: 1", "4:1: x: unknown field"),
        ("{kind: dockerfile}", "{kind: dockerfile, contxt: [.]}", "contxt: unknown field; did you mean 'context'?"),
        ("{kind: dockerfile}", "{}", "submission: has no kind; there are"),
        (
            "{kind: dockerfile}",
            "{kind: dockerfile, given: {a: {form: b}}}",
            "given.a.form: unknown field; did you mean",
        ),
        ("{kind: dockerfile}", "{kind: dockerfile, given: {../a: {from: b}}}", "must be a path inside the submission"),
        ("{kind: dockerfile}", "{kind: dockerfile, given: {/a: {from: b}}}", "must be a path inside the submission"),
        ("{kind: dockerfile}", "{kind: dockerfile, context: [..]}", "must be a path inside the submission"),
        ("{kind: dockerfile}", "dockerfile", "submission: must be a map of names and values"),
        ("publish: [3000]", "publsh: [3000]", "containers.main.publsh: unknown field; did you mean 'publish'?"),
        ("publish: [3000]", "publish: [70000]", "containers.main.publish[0]: must be at most 65535"),
        ("publish: [3000]", "publish: [3000], ready: {port: 80}", "ready waits for port 80, which is not published"),
        ("  main:", "  ma in:", "7:3: containers.ma in: an id has letters"),
        ("id: it", "id: it\nvars: {a: {randm: hex8}}", "vars.a.randm: unknown field; did you mean 'random'?"),
        ("id: it", "id: it\nvars: {a: {random: []}}", "vars.a.random: must be hex1 to hex64"),
        ("id: it", "id: it\nvars: 3", "vars: must be a map of names and values"),
        ("title: It", "title: [It]", "title: must be text; put it in quotes"),
        ("title: It", "title: ''", "title: must not be empty"),
        ("title: It", "title: It\n1: x", "4:1: [1]: a name must be text; put it in quotes"),
        ("checks:", "checks: {}\nx:", "checks: must be a list"),
    ],
)
def test_unknown_keys_and_wrong_types_at_every_level(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert any(problem in found for found in problems(tmp_path, GOOD.replace(old, new)))


YAML = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=4),
    max_leaves=12,
)
MATCHERS = st.dictionaries(st.sampled_from(sorted(matchers._MATCHERS)), YAML, max_size=2)
LINES = st.lists(st.sampled_from(GOOD.splitlines()) | st.text(max_size=30), max_size=12).map("\n".join)


def load_text(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / FILE).write_bytes(raw)
        try:
            load(Path(name))
        except ExerciseError as error:
            assert error.problems  # noqa: PT017 - whether there is one depends on the text


@given(st.text() | LINES)
@example("a: !!int ''")
@example("a: !!bool perhaps")
@example("<<: {a: b}")
@example("a: =")
@example("vars: {a: {random: {}}}")
@example('a: "\\ud800"')
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_text_raises_anything_else(text: str) -> None:
    load_text(text.encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=64))
@settings(deadline=None)
def test_no_bytes_raise_anything_else(raw: bytes) -> None:
    load_text(raw)


@given(
    st.sampled_from(["title", "due", "vars", "submission", "images", "build", "containers", "limits", "checks"]), YAML
)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_value_raises_anything_else(field: str, value: object) -> None:
    whole = {**yaml.safe_load(GOOD), field: value}
    load_text(yaml.safe_dump(whole, allow_unicode=True).encode("utf-8", "surrogatepass"))


@given(st.sampled_from(kinds.names(PACKAGE)), st.data())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_check_raises_anything_else(kind: str, data: st.DataObject) -> None:
    names = [field.alias or name for name, field in kinds.load(PACKAGE, Check, kind).model_fields.items()]
    fields = data.draw(st.dictionaries(st.sampled_from(names), YAML | MATCHERS, max_size=5))
    whole = {**yaml.safe_load(GOOD), "checks": [{**fields, "kind": kind}]}
    load_text(yaml.safe_dump(whole, allow_unicode=True).encode("utf-8", "surrogatepass"))
