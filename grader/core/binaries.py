"""Programs as files: for what machine one is compiled, and which loader it needs. Only the first bytes are read."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

_ELF: Final = b"\x7fELF"
_MACHINES: Final = {3: "386", 8: "mips", 20: "ppc", 21: "ppc64le", 22: "s390x", 40: "arm", 62: "amd64", 183: "arm64",
                    243: "riscv64", 258: "loong64"}  # fmt: skip
"""As ELF numbers them (System V ABI, "e_machine"), by Docker's names."""
_MACHO: Final = frozenset({b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xfe\xed\xfa\xce"})
_FAT: Final = b"\xca\xfe\xba\xbe"
"""Of programs for several kinds of Macs, and of Java classes, which have a version where those have a small number."""
_MAX_KINDS: Final = 20
_INTERP: Final = 3
"""The type of the program header that names the loader."""
_MAX_HEADERS: Final = 64
_MAX_LOADER: Final = 256


@dataclass(frozen=True, slots=True)
class Binary:
    """What the head of a compiled program says."""

    target: str
    """What it is made for: `Linux on arm64`, `macOS`, `Windows`."""
    loader: str | None = None
    """The dynamic loader that a Linux program names; None: it needs none."""


@dataclass(frozen=True, slots=True)
class Program:
    """The program that a container was to start with, as a file of its image."""

    name: str
    """As the command has it."""
    path: str | None
    """Where the image has it; None: nowhere."""
    on_path: bool = True
    """Whether it is there where the container looks for it."""
    target: str | None = None
    """What a compiled program is made for: `Linux on amd64`, `macOS`, `Windows`; None for others."""
    loader: str | None = None
    """The program that has to load a compiled one into memory."""
    loader_there: bool = True


def read(head: bytes) -> Binary | None:
    """Read the head of a file; None when it is no compiled program, or cut or broken."""
    if head.startswith(_ELF):
        try:
            return _elf(head)
        except (struct.error, UnicodeDecodeError):
            return None
    if head[:4] in _MACHO or (head.startswith(_FAT) and 0 < int.from_bytes(head[4:8], "big") < _MAX_KINDS):
        return Binary("macOS")
    if head.startswith(b"MZ") and b"PE\0\0" in head[:4096]:
        return Binary("Windows")
    return None


def _elf(head: bytes) -> Binary | None:
    order = {b"\1": "<", b"\2": ">"}.get(head[5:6])
    wide = head[4:5] == b"\2"  # ELFCLASS64
    if order is None or head[4] not in b"\1\2":
        return None
    (machine,) = struct.unpack_from(f"{order}H", head, 18)
    start = struct.unpack_from(f"{order}{'Q' if wide else 'I'}", head, 32 if wide else 28)[0]
    size, count = struct.unpack_from(f"{order}HH", head, 54 if wide else 42)
    loader = None
    for number in range(min(count, _MAX_HEADERS)):
        at = start + number * size
        if struct.unpack_from(f"{order}I", head, at)[0] == _INTERP:
            word = f"{order}{'Q' if wide else 'I'}"
            (place,) = struct.unpack_from(word, head, at + (8 if wide else 4))
            (length,) = struct.unpack_from(word, head, at + (32 if wide else 16))
            loader = head[place : place + min(length, _MAX_LOADER)].rstrip(b"\0").decode("ascii") or None
    return Binary(f"Linux on {_MACHINES.get(machine, f'a machine of type {machine}')}", loader)
