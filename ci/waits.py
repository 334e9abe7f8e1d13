"""How long a learner waits for the first picture, compared with the Rust kernel's own minimum.

    .venv/bin/python ci/waits.py [RUNS]

Times three waits in turn, RUNS times (7), each from a copy of a prepared build folder:

- the floor: the kernel as its authors ship it, with ndarray only, from its start to the answer to
  its first `let`;
- the trimmed floor: the same with everything that ci/kernel/ trims;
- the notebooks' kernel, from its start to the first picture of 01.

A wait is the sum of its parts' shortest times, since other load can only add to them. Prints the
waits, their ratios, and the median time of a later cell. Fails if the first picture takes longer
than LIMIT times the floor.
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

from kernel.build_folder import fill
from kernel.launch import IN_PLACE
from kernel.paths import CACHE, ROOT, SPEC
from kernel.prepare import compile_lines
from kernel.spec import registered_kernel
from kernel.toolchain import standard_library

LIMIT = 1.0
FIRST = ROOT / "notebooks/01_data.ipynb"


def run(
    cells: Iterable[str], env: dict[str, str], argv: list[str] | None = None
) -> tuple[list[float], list[bool]]:
    """Runs these cells in a new kernel. Returns the seconds until the kernel answered, then those
    of each cell; and which of these parts showed a picture. `argv` starts a kernel other than the
    notebooks'."""
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
    """Returns the kernel's plain command, and the environment in which it finds Rust's library."""
    command = [registered_kernel(), "--control_file", "{connection_file}"]
    return command, dict([standard_library()])


def first_let(prepared: Path, line: str, plain: bool) -> list[float]:
    """Returns the parts of the wait for the first `let`, in a copy of this folder."""
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
    """Returns the parts of the wait for the first picture, and the times of the later cells."""
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
    print(f"the same in a kernel trimmed like ours      {trimmed_floor:5.1f} s")
    print(f"the first picture of {FIRST.stem}                {first:5.1f} s")
    print(f"ratio to the floor                          {first / floor:5.2f} (at most {LIMIT})")
    print(f"ratio to the trimmed floor                  {first / trimmed_floor:5.2f}")
    print(f"a later cell                                {statistics.median(least(later)):5.2f} s")
    sys.exit(first > LIMIT * floor)


if __name__ == "__main__":
    main()
