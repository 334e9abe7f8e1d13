"""How long a learner waits for the first picture, beside the least that the Rust kernel allows.

    .venv/bin/python ci/waits.py [RUNS]

In turn, RUNS times (7), each from a private copy of a build folder that is prepared: the kernel as
it comes, with ndarray alone, from its start to the answer of its first `let`, the floor; the same
with all that `ci/kernel.py` trims; and the notebooks' own kernel, from its start to the first
picture of 01. Prints these waits, each as the sum of its parts' least times, since a busy machine
only ever adds, their ratios, and what a later cell takes, the median over all of them; fails where
the first picture comes later than the floor times LIMIT.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from jupyter_client.manager import KernelManager

from kernel import CACHE, IN_PLACE, ROOT, SPEC, compile_lines, fill, standard_library

LIMIT = 1.0
FIRST = ROOT / "notebooks/01_data.ipynb"


def run(
    cells: Iterable[str], env: dict[str, str], argv: list[str] | None = None
) -> tuple[list[float], list[bool]]:
    """Seconds until the kernel answers, then those of each cell; and which of these parts showed a
    picture. `argv` starts another kernel than the notebooks'."""
    start = time.perf_counter()
    manager = KernelManager(kernel_name="rust")
    manager.kernel_spec.argv = argv or manager.kernel_spec.argv
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    manager.start_kernel(env=os.environ | env, cwd=str(FIRST.parent), **silent)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=120)
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


def as_it_comes() -> tuple[list[str], dict[str, str]]:
    """How the kernel is started without us, and what it needs to find Rust's standard library."""
    kernel = json.loads(SPEC.read_text(encoding="utf-8"))["argv"][-2]
    return [kernel, "--control_file", "{connection_file}"], dict([standard_library()])


def first_let(prepared: Path, line: str, plain: bool) -> list[float]:
    """The parts of the wait for the first `let`, in a copy of this folder."""
    copy = prepared.with_name("copy")
    start = time.perf_counter()
    shutil.copytree(prepared, copy, symlinks=True)
    copied = time.perf_counter() - start
    cells = [line, "let x = ndarray::Array1::<f32>::zeros(3);"]
    argv, env = as_it_comes() if plain else (None, {})
    times, _ = run(cells, env | {"EVCXR_TMPDIR" if plain else IN_PLACE: str(copy)}, argv)
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
        plain, trimmed = Path(folder) / "plain", Path(folder) / "trimmed"
        plain.mkdir()
        shutil.copy(ROOT / "Cargo.lock", plain)
        argv, env = as_it_comes()
        run([line], env | {"EVCXR_TMPDIR": str(plain)}, argv)
        trimmed.mkdir()
        fill(trimmed, Path(folder) / "nothing")
        manifest = trimmed / "keep/Cargo.toml"
        manifest.write_text(
            re.sub(
                r"lrlib = .*",
                f'ndarray = {{version = "={version}", optional = true}}',
                manifest.read_text(),
            )
        )
        if problem := compile_lines(trimmed, [line]):
            sys.exit(f"ci/waits.py: {problem}")
        floors, trimmed_floors, firsts, later = [], [], [], []
        for _ in range(runs):
            floors.append(first_let(plain, line, plain=True))
            trimmed_floors.append(first_let(trimmed, line, plain=False))
            first, rest = first_picture()
            firsts.append(first)
            later.append(rest)
    floor, trimmed_floor, first = (sum(least(w)) for w in (floors, trimmed_floors, firsts))
    print(f"floor, the first `let` with ndarray alone   {floor:5.1f} s")
    print(f"the same in a kernel trimmed as ours        {trimmed_floor:5.1f} s")
    print(f"the first picture of {FIRST.stem}                {first:5.1f} s")
    print(f"ratio to the floor                          {first / floor:5.2f} (at most {LIMIT})")
    print(f"ratio to the trimmed floor                  {first / trimmed_floor:5.2f}")
    print(f"a later cell                                {statistics.median(least(later)):5.2f} s")
    sys.exit(first > LIMIT * floor)


if __name__ == "__main__":
    main()
