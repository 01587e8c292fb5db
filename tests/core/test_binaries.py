"""What the head of a compiled program says."""

from __future__ import annotations

import struct

import pytest

from grader.core.binaries import Binary, read

LOADER = b"/lib64/ld-linux-x86-64.so.2\0"


def elf(machine: int, *, wide: bool = True, order: str = "<", loader: bytes = LOADER) -> bytes:
    """Make the head of a program with two program headers, of which the second names the loader."""
    word, size = ("Q", 56) if wide else ("I", 32)
    start = 64 if wide else 52
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2, 1]) + bytes(9)
    rest = struct.pack(f"{order}HHI{word}{word}{word}I", 2, machine, 1, 0, start, 0, 0)
    head = ident + rest + struct.pack(f"{order}HHHHHH", start, size, 2, 0, 0, 0)
    place = start + 2 * size
    if wide:
        named = struct.pack(f"{order}IIQQQQQQ", 3, 4, place, 0, 0, len(loader), len(loader), 1)
    else:
        named = struct.pack(f"{order}IIIIIIII", 3, place, 0, 0, len(loader), len(loader), 4, 1)
    first = struct.pack(f"{order}I", 1).ljust(size, b"\0")
    return head + first + named + loader


@pytest.mark.parametrize(
    ("head", "target"),
    [
        (elf(62), "Linux on amd64"),
        (elf(183), "Linux on arm64"),
        (elf(40, wide=False), "Linux on arm"),
        (elf(22, order=">"), "Linux on s390x"),
        (elf(9999), "Linux on a machine of type 9999"),
    ],
)
def test_linux(head: bytes, target: str) -> None:
    assert read(head) == Binary(target, "/lib64/ld-linux-x86-64.so.2")


def test_without_a_loader() -> None:
    assert read(elf(62, loader=b"")) == Binary("Linux on amd64")


@pytest.mark.parametrize(
    ("head", "target"),
    [
        (b"\xcf\xfa\xed\xfe" + bytes(30), "macOS"),
        (b"\xca\xfe\xba\xbe\0\0\0\2" + bytes(30), "macOS"),
        (b"MZ" + bytes(100) + b"PE\0\0", "Windows"),
    ],
)
def test_other_systems(head: bytes, target: str) -> None:
    assert read(head) == Binary(target)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x7fELF",
        b"#!/bin/sh\n",
        b"MZ text",
        b"\xca\xfe\xba\xbe\0\0\0\x3d",  # a Java class
        elf(62)[:100],
        elf(62, loader=b"\xff\xfe"),
        b"\x7fELF\x09\x09" + bytes(60),
        b"\x7fELF" + b"\xff" * 200,
    ],
)
def test_nothing_is_made_of_other_bytes(head: bytes) -> None:
    assert read(head) is None
