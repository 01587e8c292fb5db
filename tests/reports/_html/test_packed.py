from __future__ import annotations

import base64
import json
import zlib

from grader.reports._html.packed import Packed


def _unpack(block: str) -> list[str]:
    found: list[str] = json.loads(zlib.decompress(base64.b64decode(block, validate=True), wbits=-zlib.MAX_WBITS))
    return found


def test_each_text_is_at_its_place() -> None:
    packed = Packed()
    texts = [f"{number} </script><!-- \u2028 \ud800 " * (number * 500) for number in range(30)]
    places = [packed.add(text).split("-") for text in texts]
    packed.close()
    blocks = [_unpack(block) for block in packed.blocks]
    assert len(blocks) > 1
    assert [blocks[int(block)][int(at)] for block, at in places] == texts
    assert not set("".join(packed.blocks)) & set("<>&")


def test_what_is_alike_takes_little() -> None:
    packed = Packed()
    for number in range(100):
        packed.add(f"{number} " + "".join(f"check {one} passed\n" for one in range(500)))
    packed.close()
    assert packed.size == sum(map(len, packed.blocks)) < 40_000


def test_nothing_is_no_block() -> None:
    packed = Packed()
    packed.close()
    assert packed.blocks == []
    assert packed.size == 0
