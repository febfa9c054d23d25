"""The hash of point ids by which a server cuts collections into slices: SipHash-2-4, key zero.

Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), over the bytes of an id: eight
little-endian ones of a number, sixteen big-endian ones of a UUID. Used by the segment.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .arrays import Words
from .ids import Keys

__all__ = ["siphash"]

_START = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)


def siphash(keys: Keys) -> Words:
    """Hash ids, each to 64 bits."""
    hashes: Words = np.zeros(len(keys), dtype=np.uint64)
    is_uuid = keys.are_uuids != 0
    numbers, uuids = np.flatnonzero(~is_uuid), np.flatnonzero(is_uuid)
    if len(numbers):
        hashes[numbers] = _siphash([keys.low[numbers]])
    if len(uuids):
        # The words of the hash are read with the first byte lowest.
        words = [keys.high[uuids].byteswap(), keys.low[uuids].byteswap()]
        hashes[uuids] = _siphash(words)
    return hashes


def _siphash(words: Sequence[Words]) -> Words:
    count = len(words[0])
    length: Words = np.full(count, (8 * len(words)) << 56, dtype=np.uint64)
    state = [np.full(count, word, dtype=np.uint64) for word in _START]
    for word in (*words, length):
        state[3] ^= word
        _mix(state, rounds=2)
        state[0] ^= word
    state[2] ^= np.uint64(0xFF)
    _mix(state, rounds=4)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _mix(state: list[Words], *, rounds: int) -> None:
    a, b, c, d = state
    for _ in range(rounds):
        a += b
        b = _rotated(b, 13) ^ a
        a = _rotated(a, 32)
        c += d
        d = _rotated(d, 16) ^ c
        a += d
        d = _rotated(d, 21) ^ a
        c += b
        b = _rotated(b, 17) ^ c
        c = _rotated(c, 32)
    state[:] = a, b, c, d


def _rotated(word: Words, bits: int) -> Words:
    return (word << np.uint64(bits)) | (word >> np.uint64(64 - bits))
