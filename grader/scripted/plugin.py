"""The plugin that pytest loads: fixtures and markers for a submission."""

from __future__ import annotations
