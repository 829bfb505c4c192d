"""Identifiers: UUIDs of version 7, from a source that tests and sample data can replace."""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from uuid import UUID

IdSource = Callable[[], UUID]


def compose(milliseconds: int, entropy: int) -> UUID:
    """A version 7 UUID of a time (milliseconds since 1970) and 74 bits of ``entropy``."""
    high = (milliseconds & ((1 << 48) - 1)) << 16 | 0x7000 | (entropy >> 62) & 0xFFF
    low = 1 << 63 | entropy & ((1 << 62) - 1)
    return UUID(int=high << 64 | low)


def _system() -> UUID:
    return compose(time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10)) >> 6)


_source: ContextVar[IdSource] = ContextVar("trimtab_id_source", default=_system)


def new_id() -> UUID:
    """A new identifier that sorts by the time of its making."""
    return _source.get()()


def deterministic(seed: int, now: Callable[[], datetime]) -> IdSource:
    """A source that gives the same identifiers for the same ``seed`` and clock."""
    draw = random.Random(seed)  # noqa: S311 - repeatable on purpose, never a secret
    return lambda: compose(int(now().timestamp() * 1000), draw.getrandbits(74))


@contextmanager
def seeded(source: IdSource) -> Iterator[None]:
    """Let ``new_id`` draw from ``source`` inside the block."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)
