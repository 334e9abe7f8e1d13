"""Judges several notebooks side by side, each in a process of its own."""

from collections.abc import Callable, Generator, Iterable
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection, wait
from pathlib import Path

Result = tuple[bool, str]  # whether the notebook passed, and the line that says so


def send(work: Callable[[Path], Result], path: Path, end: Connection) -> None:
    end.send(work(path))


def side_by_side(
    work: Callable[[Path], Result], paths: Iterable[Path], jobs: int
) -> Generator[Result, None, None]:
    """Yields what `work` returns for each path, in the order of finishing; at most `jobs` processes
    run at a time. If the caller stops early, those that still run are terminated."""
    ahead, running = iter(paths), {}
    try:
        while True:
            while len(running) < jobs and (path := next(ahead, None)):
                end, other_end = Pipe(duplex=False)
                process = Process(target=send, args=(work, path, other_end))
                process.start()
                other_end.close()  # so that `end` is closed when the process ends, however it ends
                running[end] = path, process
            if not running:
                return
            for end in wait(running):
                path, process = running.pop(end)
                with end:
                    try:
                        result = end.recv()
                    except EOFError:
                        process.join()
                        result = False, f"{path.name}, its process ended: {process.exitcode}"
                process.join()
                yield result
    finally:
        for _, process in running.values():
            process.terminate()
        for _, process in running.values():
            process.join()
