"""Details of thousands, packed into a page: much in them is alike, and compressed together they take a tenth."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Final

from markupsafe import Markup

_TOGETHER: Final = 400_000
"""Characters that are compressed together: to show one student, a browser unpacks all of these."""
_LEVEL: Final = 6


class Packed:
    """Texts, in blocks of base64 around raw DEFLATE around a JSON array: what browsers unpack without any library."""

    def __init__(self) -> None:
        self.blocks: list[Markup] = []
        self._texts: list[str] = []
        self._waiting = self._packed = 0

    @property
    def size(self) -> int:
        """How much of a page it takes so far, at most."""
        return self._packed + self._waiting

    def add(self, text: str) -> str:
        """Take a text; gives its place, as the number of its block and its number there."""
        place = f"{len(self.blocks)}-{len(self._texts)}"
        self._texts.append(text)
        self._waiting += len(text)
        if self._waiting >= _TOGETHER:
            self.close()
        return place

    def close(self) -> None:
        """End the block that was begun."""
        if not self._texts:
            return
        packer = zlib.compressobj(_LEVEL, wbits=-zlib.MAX_WBITS)
        raw = packer.compress(json.dumps(self._texts).encode("ascii")) + packer.flush()
        # Base64 has nothing in it that HTML would act on.
        self.blocks.append(Markup(base64.b64encode(raw).decode("ascii")))  # noqa: S704
        self._packed += len(self.blocks[-1])
        self._texts, self._waiting = [], 0
