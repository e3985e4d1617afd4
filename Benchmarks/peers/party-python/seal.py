"""The checksum at the head of an entry's text (Sources/Broker/PayloadSeal.swift)."""

import struct

SEAL_BYTES = 16
PRIME, MASK = 0x9E3779B97F4A7C15, 2**64 - 1


def fold(value: int) -> int:
    product = (value | 1) * PRIME
    return (product >> 64) ^ (product & MASK) ^ value


def checksum(data: bytes) -> int:
    lanes = [1, 2, 3, 4]
    whole = len(data) - len(data) % 32
    for words in struct.iter_unpack("<4Q", data[:whole]):
        lanes = [fold(lane ^ word) for lane, word in zip(lanes, words, strict=True)]
    total = fold(lanes[0] ^ fold(lanes[1] ^ fold(lanes[2] ^ lanes[3])))
    for byte in data[whole:]:
        total = fold(total ^ byte)
    return fold(total ^ len(data))


def sealed(text: str) -> str:
    """The text behind its seal."""
    return f"{checksum(text.encode()):016x}{text}"
