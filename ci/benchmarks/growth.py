"""Time and memory of each way to train, on more and more generated pictures."""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.programs import RELEASE, ROOT, TARGET, Program
from benchmarks.set_up import build
from benchmarks.table import digits

GROWTH = TARGET / "growth"
COUNTS = (250, 1000, 4000, 16_000)
# Each with its row of src/bin/bench.rs.
WORKS = {
    "1 epoch of mini-batches from the files": "files",
    "load": "load",
    "100 epochs over the pixels": "over",
    "100 epochs in sample space": "space",
}


def grow() -> None:
    """Does each work on each number of pictures, in a new process; prints a table, draws a plot."""
    build("-p", "benchmarks", "--bins")
    build("-p", "insects")
    lines = ["pictures,work,seconds,bytes"]
    print(f"| pictures | {' | '.join(WORKS)} | cores busy |\n|{' --- |' * (2 + len(WORKS))}")
    for count in COUNTS:
        folder, cells = generated(count), []
        for work, row in WORKS.items():
            program = Program("lrlib", folder, row)
            seconds, usage = program.seconds(), program.end()
            peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
            lines.append(f"{count},{work},{seconds},{peak}")
            cells.append(f"{digits(seconds)} s, {digits(peak / 1e9)} GB")
            # This work starts at once, so all processor time falls into the measured seconds. It
            # runs before those that need gigabytes: the host of a virtual machine is slow to
            # provide them again.
            if row == "files":
                busy = (usage.ru_utime + usage.ru_stime) / seconds / os.cpu_count()
        print(f"| {count:,} | {' | '.join(cells)} | {busy:.0%} |", flush=True)
    csv = GROWTH / "growth.csv"
    csv.write_text("\n".join(lines) + "\n")
    subprocess.run([RELEASE / "growth", csv, ROOT / "notebooks/growth.png"], check=True)


def generated(count: int) -> Path:
    """Returns a folder with this many training pictures, which are drawn only once."""
    folder = GROWTH / str(count)
    if not folder.is_dir():
        GROWTH.mkdir(parents=True, exist_ok=True)
        size = ["--train", str(count), "--val", "150", "--width", "224", "--height", "224"]
        command = [RELEASE / "insects", folder, *size]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for path in folder.rglob("*.*"):
        path.read_bytes()  # so that the first work, too, finds them in the system's cache
    return folder
