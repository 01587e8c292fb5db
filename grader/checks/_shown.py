"""How a person sees what a check looks at, also where it passes: `not` has no failure of the check inside it to ask."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

LAST: Final[ContextVar[str | None]] = ContextVar("shown", default=None)
"""The commands that show what was looked at last."""
