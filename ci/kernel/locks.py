"""Locks between processes. The system frees a lock when its process ends, however it ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from kernel.paths import CACHE


@contextmanager
def locked(name: str, how: int) -> Iterator[None]:
    """Holds the lock of this name; `how` is `LOCK_SH` (shared) or `LOCK_EX` (exclusive)."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / name).open("w") as file:
        fcntl.flock(file, how)
        yield
