"""One line of a check's table: it passes, or it fails for a reason that the message names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from grader.core.errors import Failure

if TYPE_CHECKING:
    from grader.core.check import Check
    from grader.sandbox.project import Project
    from grader.sandbox.workspace import Workspace
    from tests.support.fakes import FakeTarget


def make(kind: type[Check], **fields: Any) -> Check:
    """Make a check as the loader does, from what YAML would hold."""
    return kind.model_validate({"id": "it", "kind": kind.model_fields["kind"].default, **fields})


def passes(check: Check, target: FakeTarget) -> None:
    """Assert that a check holds."""
    check.run(target)


def fails(check: Check, target: FakeTarget | Project | Workspace, because: str) -> Failure:
    """Assert that a check fails with `because` in its message; give the failure."""
    with pytest.raises(Failure) as caught:
        check.run(target)
    assert because in caught.value.message
    return caught.value


def refuses(kind: type[Check], because: str, **fields: Any) -> None:
    """Assert that an author is told about a mistake when the exercise is loaded."""
    with pytest.raises(ValidationError) as caught:
        make(kind, **fields)
    assert because in str(caught.value)
