"""Slips in what everybody has to write. Of other words nobody can say without a dictionary what is one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TERMS: Final = frozenset(
    [
        "alpine", "bookworm", "compose", "container", "containers", "debian", "detach", "dockerfile",
        "entrypoint", "environment", "expose", "healthcheck", "hostname", "install", "interactive", "localhost",
        "maintainer", "network", "networks", "onbuild", "package", "packages", "publish", "python",
        "requirements", "restart", "stopsignal", "ubuntu", "update", "upgrade", "volume", "volumes", "workdir",
    ]
)  # fmt: skip
"""Long enough that no other word is nearly the same: `three` is no slip of who means `there`."""
_SHORTEST: Final = 6
_BY_ENDS: Final[defaultdict[tuple[str, str], list[str]]] = defaultdict(list)
for _term in sorted(_TERMS):
    _BY_ENDS[_term[0], _term[-1]].append(_term)


def misspelt(words: Iterable[str]) -> Mapping[str, str]:
    """Pair words with the terms that they differ from by one letter in the middle: endings are grammar."""
    found: dict[str, str] = {}
    for word in words:
        if len(word) < _SHORTEST or word in _TERMS:
            continue
        near = process.extractOne(word, _BY_ENDS.get((word[0], word[-1]), ()), scorer=OSA.distance, score_cutoff=1)
        if near is not None:
            found[word] = near[0]
    return found
