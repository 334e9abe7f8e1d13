"""How long a learner waits for the first picture, beside the least that the Rust kernel allows.

    .venv/bin/python ci/waits.py [RUNS]

In turn, RUNS times (7): a kernel prepared for ndarray alone, from its start to the answer of its
first `let`, the floor; and the notebooks' own kernel, from its start to the first picture of 01.
Prints both waits, each as the sum of its parts' least times, since a busy machine only ever adds,
their ratio, and what a later cell takes, the median over all of them; fails above LIMIT.
"""

import json
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from jupyter_client.manager import start_new_kernel

from kernel import CACHE, IN_PLACE, ROOT, SPEC, compile_lines, fill

LIMIT = 1.3
FIRST = ROOT / "notebooks/01_data.ipynb"


def run(cells: Iterable[str], env: dict[str, str]) -> tuple[list[float], list[bool]]:
    """Seconds until the kernel answers, then those of each cell; and which of these parts showed a
    picture."""
    start = time.perf_counter()
    manager, client = start_new_kernel(
        startup_timeout=120, kernel_name="rust", env=os.environ | env, cwd=str(FIRST.parent)
    )
    times, pictures = [time.perf_counter() - start], [False]
    try:
        for cell in cells:
            start, seen = time.perf_counter(), []
            reply = client.execute_interactive(cell, timeout=300, output_hook=seen.append)
            times.append(time.perf_counter() - start)
            if reply["content"]["status"] != "ok":
                sys.exit(f"ci/waits.py: a cell failed: {cell}")
            shown = (message["content"].get("data", {}).get("text/html", "") for message in seen)
            pictures.append(any("<img" in html for html in shown))
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
    return times, pictures


def floor(prepared: Path, line: str) -> list[float]:
    copy = prepared.with_name("copy")
    start = time.perf_counter()
    shutil.copytree(prepared, copy, symlinks=True)
    copied = time.perf_counter() - start
    cells = [line, "let x = ndarray::Array1::<f32>::zeros(3);"]
    times, _ = run(cells, {IN_PLACE: str(copy)})
    shutil.rmtree(copy)
    return [copied, *times]


def first_picture() -> tuple[list[float], list[float]]:
    """The parts of the wait for the first picture, and the later cells."""
    notebook = json.loads(FIRST.read_text(encoding="utf-8"))["cells"]
    cells = ["".join(cell["source"]) for cell in notebook if cell["cell_type"] == "code"]
    times, pictures = run(cells, {})
    until = pictures.index(True) + 1
    return times[:until], times[until:]


def least(runs: list[list[float]]) -> list[float]:
    return [min(times) for times in zip(*runs, strict=True)]


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    os.environ.setdefault("JUPYTER_PATH", str(SPEC.parents[2]))
    locked = (ROOT / "Cargo.lock").read_text()
    version = re.search(r'name = "ndarray"\nversion = "(.+)"', locked)[1]
    line = f':dep ndarray = "={version}"'
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="floor-") as folder:
        prepared = Path(folder) / "prepared"
        prepared.mkdir()
        fill(prepared, Path(folder) / "nothing")
        manifest = prepared / "keep/Cargo.toml"
        manifest.write_text(
            re.sub(
                r"lrlib = .*",
                f'ndarray = {{version = "={version}", optional = true}}',
                manifest.read_text(),
            )
        )
        if problem := compile_lines(prepared, [line]):
            sys.exit(f"ci/waits.py: {problem}")
        floors, firsts, later = [], [], []
        for _ in range(runs):
            floors.append(floor(prepared, line))
            first, rest = first_picture()
            firsts.append(first)
            later.append(rest)
    floor_wait, first_wait = sum(least(floors)), sum(least(firsts))
    ratio, cell = first_wait / floor_wait, statistics.median(least(later))
    print(f"floor, the first `let` with ndarray alone   {floor_wait:5.1f} s")
    print(f"the first picture of {FIRST.stem}                {first_wait:5.1f} s")
    print(f"ratio                                       {ratio:5.2f} (at most {LIMIT})")
    print(f"a later cell                                {cell:5.2f} s")
    sys.exit(ratio > LIMIT)


if __name__ == "__main__":
    main()
