"""The cause `crashed`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, silent, step_failed

CAUSE = "crashed"
PYTHON = """Traceback (most recent call last):
  File "/app/a.py", line 4, in <module>
    main()
  File "/app/a.py", line 3, in main
    return json.loads("")
  File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode
    raise JSONDecodeError("Expecting value", s, err.value) from None
json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)
"""
SYNTAX = '  File "/a.py", line 1\n    def main(:\n             ^\nSyntaxError: invalid syntax\n'
NODE = """/a.js:2
x.foo();
  ^

TypeError: Cannot read properties of undefined (reading 'foo')
    at Object.<anonymous> (/a.js:2:3)

Node.js v24.21.0
"""
JAVA = 'Exception in thread "main" java.lang.NullPointerException: no name\n\tat App.main(App.java:3)\n'


@pytest.mark.parametrize(
    ("logs", "message", "place"),
    [
        (PYTHON, "JSONDecodeError: Expecting value", "line 3 of /app/a.py"),
        (SYNTAX, "SyntaxError: invalid syntax", "line 1 of /a.py"),
        (NODE, "TypeError: Cannot read properties of undefined", "line 2 of /a.js"),
        (JAVA, "java.lang.NullPointerException: no name", "docker logs"),
    ],
)
def test_quotes_the_error_and_the_students_own_place(logs: str, message: str, place: str) -> None:
    explains(CAUSE, exited("FROM some:1; CMD run", "run", 1, logs), message, place, line=2 if logs == JAVA else None)


@pytest.mark.parametrize(("code", "logs"), [(0, PYTHON), (1, "Error: something\n"), (3, ""), (1, "KeyError: 'x'\n")])
def test_is_silent_without_a_traceback_or_an_error(code: int, logs: str) -> None:
    silent(CAUSE, exited("FROM some:1; CMD run", "run", code, logs))


def test_is_silent_about_steps_of_the_build() -> None:
    silent(CAUSE, step_failed("FROM some:1; RUN python a.py", 2, 1, PYTHON))
