"""The base of every value that crosses a file or a wire."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Frozen and strict about unknown keys: a misspelt key is an error, never silence."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        defer_build=True,
        serialize_by_alias=True,
        coerce_numbers_to_str=True,  # `PORT: 3000` in YAML is a number, and text for Docker
    )
