"""The kernels' private copies of the prepared build folder, and their removal.

Beside each copy is a file that its kernel has locked. The system frees this lock when the kernel
ends, however it ends, and then the copy can be removed. A process that waits for the lock does so.
"""

import fcntl
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from kernel.build_folder import fill, prepared
from kernel.paths import CACHE

COPIES = CACHE / "kernels"
IN_USE = "copies.lock"  # shared while a copy is made, exclusive while one is removed


@contextmanager
def locked(name: str, how: int) -> Iterator[None]:
    """Holds the lock of this name; `how` is `LOCK_SH` (shared) or `LOCK_EX` (exclusive)."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / name).open("w") as file:
        fcntl.flock(file, how)
        yield


def private_copy() -> Path:
    """Returns a new copy for the kernel that this process will become. Nobody else can read it."""
    COPIES.mkdir(parents=True, exist_ok=True)
    COPIES.chmod(0o700)
    copy = COPIES / uuid.uuid4().hex
    lock = copy.with_suffix(".lock")
    with locked(IN_USE, fcntl.LOCK_SH):
        file = os.open(lock, os.O_CREAT | os.O_RDWR)
        fcntl.flock(file, fcntl.LOCK_EX)
        os.set_inheritable(file, True)
    in_background(partial(remove_later, lock))  # before the copy is made: that may be cut short
    with locked(IN_USE, fcntl.LOCK_SH):
        fill(copy, prepared())
    return copy


def tidy() -> None:
    """Removes the copies of all kernels that have ended."""
    with locked(IN_USE, fcntl.LOCK_EX):
        for path in COPIES.glob("*.lock"):
            with suppress(BlockingIOError), path.open() as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path.with_suffix(""), ignore_errors=True)
                path.unlink()


def remove_later(lock: Path) -> None:
    """Waits until the kernel that holds this lock has ended, then removes its copy."""
    with suppress(FileNotFoundError), lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
    tidy()


def in_background(work: Callable[[], None]) -> None:
    """Does `work` in a process of its own, which has none of our open files, and which neither our
    end nor a signal to us ends."""
    if child := os.fork():
        os.waitpid(child, 0)
        return
    try:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 1 << 12)  # at this point far fewer are open
            work()
    finally:
        os._exit(0)
