"""gen_random_uuid: version 4, from the session's source of random bytes."""

from __future__ import annotations

from borealis.functions.implementation import Context, scalar


@scalar("gen_random_uuid", context=True, deterministic=False)
def gen_random_uuid(context: Context) -> bytes:
    return random_uuid(context.random_bytes(16))


def random_uuid(chance: bytes) -> bytes:
    """Return a uuid of version 4 made of 16 random bytes."""
    data = bytearray(chance)
    data[6] = data[6] & 0x0F | 0x40  # version 4
    data[8] = data[8] & 0x3F | 0x80  # variant of RFC 9562
    return bytes(data)
