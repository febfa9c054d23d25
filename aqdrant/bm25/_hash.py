"""The number of a term: MurmurHash3, the 32-bit variant of x86 with seed 0.

Called by `aqdrant.bm25` once per distinct term; the caller keeps what it got.
"""

from typing import Final

_MASK: Final = 0xFFFFFFFF
_C1: Final = 0xCC9E2D51
_C2: Final = 0x1B873593


def term_index(term: str) -> int:
    """Return the dimension of a sparse vector that a term stands on.

    The hash of the term's UTF-8 bytes is read as a signed number and its absolute value is taken,
    so that indices stay within 0..2**31.
    """
    unsigned = _murmur3(term.encode("utf-8", "surrogatepass"))
    return unsigned if unsigned < 0x80000000 else 0x100000000 - unsigned


def _murmur3(data: bytes) -> int:
    length = len(data)
    whole = length & ~3
    state = 0
    for start in range(0, whole, 4):
        state ^= _scramble(int.from_bytes(data[start : start + 4], "little"))
        state = (state << 13 | state >> 19) & _MASK
        state = (state * 5 + 0xE6546B64) & _MASK
    if whole < length:
        state ^= _scramble(int.from_bytes(data[whole:], "little"))
    state ^= length
    state ^= state >> 16
    state = state * 0x85EBCA6B & _MASK
    state ^= state >> 13
    state = state * 0xC2B2AE35 & _MASK
    return state ^ state >> 16


def _scramble(block: int) -> int:
    block = block * _C1 & _MASK
    block = (block << 15 | block >> 17) & _MASK
    return block * _C2 & _MASK
