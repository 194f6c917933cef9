"""A page as it is kept: packed once, with a slot that can be filled anew without packing the rest again.

gzip (RFC 1952) is a head, a deflate stream and a checksum. What stands before the slot, in it and after it are packed
apart, each ending on a byte, so that other words in the slot cost only their own packing and a new checksum.
"""

import gzip
import struct
import zlib
from functools import lru_cache
from typing import NamedTuple, Self

_HEAD = bytes((0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 255))
_END = struct.Struct("<II")  # checksum and length
_SHAPE = struct.Struct(">6I")
_LEVEL = 6


class Packed(NamedTuple):
    """A packed page. `start` and `end` bound the slot in `body`; they are equal in a page without one."""

    body: bytes
    start: int
    end: int
    before: int  # checksum of what stands before the slot
    after: int  # checksum of what stands behind it, without that of as many zeroes
    length_before: int
    length_after: int

    @classmethod
    def of(cls, page: bytes, slot: bytes) -> Self:
        """Pack a page whose slot holds `slot`; one in which that does not occur has none."""
        before, found, after = page.partition(slot)
        head = _HEAD + _deflate(before)
        middle = _deflate(found) if found else b""
        body = head + middle + _deflate(after, zlib.Z_FINISH) + _END.pack(zlib.crc32(page), len(page))
        rest = zlib.crc32(after) ^ zlib.crc32(bytes(len(after)))
        return cls(body, len(head), len(head) + len(middle), zlib.crc32(before), rest, len(before), len(after))

    @classmethod
    def from_bytes(cls, kept: bytes) -> Self:
        """Read what `to_bytes` wrote."""
        return cls(kept[_SHAPE.size :], *_SHAPE.unpack_from(kept))

    def to_bytes(self) -> bytes:
        """Write it for keeping."""
        return _SHAPE.pack(*self[1:]) + self.body

    def plain(self) -> bytes:
        """Return the page itself."""
        return gzip.decompress(self.body)

    def filled(self, slot: bytes) -> bytes:
        """Return the packed page with `slot` in its slot."""
        if self.start == self.end:
            return self.body
        # The checksum of two texts from theirs: push the first through as many zeroes as the second is long.
        checksum = zlib.crc32(bytes(self.length_after), zlib.crc32(slot, self.before)) ^ self.after
        end = _END.pack(checksum, self.length_before + len(slot) + self.length_after)
        return b"".join((self.body[: self.start], _deflated(slot), self.body[self.end : -_END.size], end))


@lru_cache(maxsize=256)
def _deflated(text: bytes) -> bytes:
    return _deflate(text)


def _deflate(text: bytes, ending: int = zlib.Z_FULL_FLUSH) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush(ending)
