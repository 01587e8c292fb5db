"""The cause `env_missing`."""

from __future__ import annotations

import pytest

from tests.support.cases import exited, explains, silent

CAUSE = "env_missing"
TRACE = """Traceback (most recent call last):
  File "/a.py", line 3, in main
    return {}
           ~~~~~~~~~~^^^^^^^^
  File "<frozen os>", line 679, in __getitem__
KeyError: 'PORT'
"""


@pytest.mark.parametrize("look", ['os.environ["PORT"]', "environ['PORT']", 'int(os.environ["PORT"])'])
def test_names_the_variable(look: str) -> None:
    explains(CAUSE, exited("FROM some:1; CMD run", "run", 1, TRACE.format(look)), "variable PORT", "ENV PORT=value")


@pytest.mark.parametrize("look", ['settings["PORT"]', 'os.environ["HOST"]'])
def test_is_silent_about_other_keys(look: str) -> None:
    silent(CAUSE, exited("FROM some:1; CMD run", "run", 1, TRACE.format(look)))


def test_is_silent_when_something_else_came_last() -> None:
    logs = TRACE.format('os.environ["PORT"]') + "During handling of the above exception:\nValueError: no\n"
    silent(CAUSE, exited("FROM some:1; CMD run", "run", 1, logs))
