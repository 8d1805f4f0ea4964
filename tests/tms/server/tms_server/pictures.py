"""Pictures for image messages: small PNGs made from a file key, the same for the same key.

All pictures share one indexed drawing (a slope of colour with a sun in it), compressed once; only
the palette differs, so a picture costs microseconds.
"""

import colorsys
import hashlib
import struct
import zlib
from functools import lru_cache

WIDTH, HEIGHT = 480, 320
SLOPE = 224  # palette entries of the slope; the rest are the sun's
SUN = 256 - SLOPE


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def _half_width_of_sun(y: int) -> int:
    radius, centre = HEIGHT // 6, HEIGHT // 3
    inside = radius * radius - (y - centre) ** 2
    return int(inside**0.5) if inside > 0 else 0


@lru_cache(maxsize=1)
def _drawing() -> bytes:
    longest = WIDTH + HEIGHT
    ramp = bytes(step * (SLOPE - 1) // longest for step in range(longest))
    lines = []
    for y in range(HEIGHT):
        line = bytearray(ramp[y:y + WIDTH])
        half = _half_width_of_sun(y)
        left = WIDTH * 2 // 3 - half
        line[left:left + 2 * half] = bytes([SLOPE + y * (SUN - 1) // HEIGHT]) * (2 * half)
        lines.append(b"\0" + bytes(line))
    return zlib.compress(b"".join(lines), 9)


def _blend(first: tuple, second: tuple, share: float) -> bytes:
    return bytes(round(255 * (a + (b - a) * share)) for a, b in zip(first, second))


@lru_cache(maxsize=1024)
def picture(key: str) -> bytes:
    """The PNG file of a key, 480×320."""
    digest = hashlib.sha256(key.encode()).digest()
    hue = digest[0] / 256
    dark = colorsys.hls_to_rgb(hue, 0.32, 0.55)
    light = colorsys.hls_to_rgb((hue + 0.08 + digest[1] / 1024) % 1, 0.78, 0.75)
    sun = colorsys.hls_to_rgb((hue + 0.5) % 1, 0.9, 0.8)
    slope = [_blend(light, dark, step / (SLOPE - 1)) for step in range(SLOPE)]
    disc = [_blend(sun, light, step / (SUN - 1)) for step in range(SUN)]
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"PLTE", b"".join(slope + disc))
        + _chunk(b"IDAT", _drawing())
        + _chunk(b"IEND", b"")
    )
