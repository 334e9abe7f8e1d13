"""Downloads one file, within limits of time and size, and shows the progress."""

import http.client
import signal
import string
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fetching import Problem

MIB = 1 << 20
LIMIT = 100 * MIB  # the archive has 45 MiB


class Progress:
    """One line that grows on a terminal; elsewhere a line every quarter."""

    def __init__(self, total: int | None) -> None:
        self.total, self.done, self.shown, self.quarter = total, 0, 0.0, 0

    def add(self, size: int) -> None:
        self.done += size
        quarter = 4 * self.done // self.total if self.total else self.done // (16 * MIB)
        terminal = sys.stderr.isatty()
        if quarter > self.quarter or (terminal and time.monotonic() - self.shown > 0.2):
            self.quarter, self.shown = quarter, time.monotonic()
            of = f" of {self.total / MIB:.0f}" if self.total else ""
            # On a terminal the next line, this one's successor or an error, overwrites it.
            end = "\r" if terminal and self.done != self.total else "\n"
            print(f"ci/fetch: {self.done / MIB:.1f}{of} MiB", end=end, file=sys.stderr, flush=True)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises a `Problem` when the block takes longer, whatever it is waiting for.

    A socket's timeout starts again with each byte, so a slow server could escape it forever."""

    def stop(*_: object) -> None:
        raise Problem(f"not done in {seconds / 60:g} minutes")

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def reason(error: BaseException, timeout: float) -> str:
    """Returns what went wrong, in at most 120 characters, from the innermost of wrapped errors."""
    named = (urllib.error.HTTPError, http.client.IncompleteRead)
    while error.__context__ and not isinstance(error, named):
        error = error.__context__
    detail = getattr(error, "strerror", None) or getattr(error, "reason", None) or str(error)
    match error:
        case urllib.error.HTTPError():
            detail = f"the server answered {error.code} {error.reason}"
        case http.client.IncompleteRead():
            detail = "the answer broke off or is damaged"
        case TimeoutError():
            detail = f"no answer in {timeout:g} s"
        case http.client.BadStatusLine() if not isinstance(error, OSError):
            detail = f"the server does not speak HTTP, it answered {error.line[:40]!r}"
    return str(detail).partition("\n")[0][:120] or type(error).__name__


def chunks(address: str, timeout: float) -> Iterator[bytes]:
    """Yields the answer's body; whatever the network or the address do wrong is a `Problem`."""
    progress = Progress(None)
    # As a browser does, encodes spaces and letters that are not ASCII.
    quoted = urllib.parse.quote(address, string.punctuation, errors="surrogateescape")
    try:
        with urllib.request.urlopen(quoted, timeout=timeout) as answer:
            length = answer.headers.get("Content-Length", "")
            progress.total = int(length) if length.isdecimal() else None
            while chunk := answer.read1(MIB // 4):
                progress.add(len(chunk))
                if max(progress.done, progress.total or 0) > LIMIT:
                    raise Problem(f"more than {LIMIT // MIB} MiB, so not the archive")
                yield chunk
    except Problem:
        raise
    except Exception as error:  # urllib raises OSError, ValueError, HTTPException and more
        raise Problem(f"cannot be downloaded: {reason(error, timeout)}") from error
    if progress.total is not None and progress.done != progress.total:
        raise Problem(f"broke off after {progress.done} of {progress.total} bytes")


def download(address: str, archive: Path, timeout: float, limit: float) -> None:
    """Writes what the address answers into the file, in at most `limit` seconds."""
    with time_limit(limit), archive.open("wb") as file:
        for chunk in chunks(address, timeout):
            file.write(chunk)
